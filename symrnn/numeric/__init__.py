"""For computing: a model, its loss and its gradients as NumPy code that one can read and keep.

This room knows models, graphs and derivations; it takes the backward recurrence from the derivation and never
derives it anew. It may not know how anything is typeset or drawn.
"""

from symrnn.numeric.entry import to_numpy
from symrnn.numeric.labels import one_hot
from symrnn.numeric.network import Network
from symrnn.numeric.targets import code

__all__ = ["Network", "code", "one_hot", "to_numpy"]
