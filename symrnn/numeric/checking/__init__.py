"""Is a gradient right, and if not, which mistake is it: points, calls, comparison, diagnosis, report.

It knows models and the catalogue of mistakes; functions to be checked are called and never read.
"""

from symrnn.numeric.checking.entry import check_gradient

__all__ = ["check_gradient"]
