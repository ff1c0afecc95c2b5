"""Is a gradient right, and if not, which mistake is it: points, calls, comparison, diagnosis, report.

It knows models and the catalogue of mistakes; functions to be checked are called and never read.
"""

from symrnn.numeric.checking.entry import check_gradient
from symrnn.numeric.checking.formula import check_formula
from symrnn.numeric.checking.torch import torch_function

__all__ = ["check_formula", "check_gradient", "torch_function"]
