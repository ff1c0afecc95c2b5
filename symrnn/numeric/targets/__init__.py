"""Source for other libraries of arrays: the same schedule as NumPy's, written for JAX and for PyTorch.

This room makes text only: it imports neither library, and what it writes stands alone.
"""

from symrnn.numeric.targets.entry import code

__all__ = ["code"]
