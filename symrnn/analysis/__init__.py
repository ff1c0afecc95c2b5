"""What unfolding teaches: sharing, the state as a summary, reach, stability, and how gradients grow or fade.

Every question is answered symbolically where there is a formula, and in numbers for a model with arrays. This room
uses all the others; nothing uses it.
"""

from symrnn.analysis.bounds import GradientBound, gradient_bound
from symrnn.analysis.counting import multiplications, parameters
from symrnn.analysis.exact import exact_kernel
from symrnn.analysis.fixed_points import FixedPoint, fixed_points
from symrnn.analysis.growth import direct_path, jacobian_norms
from symrnn.analysis.operations import Operations, operations
from symrnn.analysis.plot import Plot
from symrnn.analysis.plots import plot_growth, plot_memory, plot_reach, plot_singular_values
from symrnn.analysis.reach import Reach, memory, reach_norms, receptive_field
from symrnn.analysis.sharing import Comparison, compare
from symrnn.analysis.spectrum import Spectrum, eigenvalues, initial_matrix, initialisations
from symrnn.analysis.summary import Collision, Summary, collision, summary

__all__ = [
    "Collision",
    "Comparison",
    "FixedPoint",
    "GradientBound",
    "Operations",
    "Plot",
    "Reach",
    "Spectrum",
    "Summary",
    "collision",
    "compare",
    "direct_path",
    "eigenvalues",
    "exact_kernel",
    "fixed_points",
    "gradient_bound",
    "initial_matrix",
    "initialisations",
    "jacobian_norms",
    "memory",
    "multiplications",
    "operations",
    "parameters",
    "plot_growth",
    "plot_memory",
    "plot_reach",
    "plot_singular_values",
    "reach_norms",
    "receptive_field",
    "summary",
]
