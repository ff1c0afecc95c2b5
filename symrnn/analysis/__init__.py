"""What unfolding teaches: sharing, the state as a summary, reach, stability, and how gradients grow or fade.

Every question is answered symbolically where there is a formula, and in numbers for a model with arrays. This room
uses all the others; nothing uses it.
"""

from symrnn.analysis.bounds import GradientBound, gradient_bound
from symrnn.analysis.counting import multiplications, parameters
from symrnn.analysis.fixed_points import FixedPoint, fixed_points
from symrnn.analysis.growth import direct_path, jacobian_norms
from symrnn.analysis.plot import Plot
from symrnn.analysis.reach import Reach, memory, receptive_field
from symrnn.analysis.sharing import Comparison, compare
from symrnn.analysis.summary import Collision, Summary, collision, summary

__all__ = [
    "Collision",
    "Comparison",
    "FixedPoint",
    "GradientBound",
    "Plot",
    "Reach",
    "Summary",
    "collision",
    "compare",
    "direct_path",
    "fixed_points",
    "gradient_bound",
    "jacobian_norms",
    "memory",
    "multiplications",
    "parameters",
    "receptive_field",
    "summary",
]
