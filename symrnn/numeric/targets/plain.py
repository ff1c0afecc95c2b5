"""NumPy without a `Work`: arrays are made where they are computed, as in the source for other libraries.

For programs whose arrays are large or many, and where reading counts for more than the last microsecond.
"""

from __future__ import annotations

from symrnn.numeric.dialects import NUMPY
from symrnn.numeric.targets.functional import FunctionalModule


class PlainModule(FunctionalModule):
    """The module for NumPy."""

    dialect, library = NUMPY, "NumPy"
    imports = ("import math\n", "import numpy as np")
