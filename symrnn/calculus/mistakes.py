"""All mistakes of the catalogue at all of their places in one model."""

from __future__ import annotations

from functools import lru_cache

from symrnn.calculus.backward import BackwardPass
from symrnn.calculus.catalogue import Variant
from symrnn.calculus.mistakes_laws import softmaxes, transposes
from symrnn.calculus.mistakes_order import exchanges, orders
from symrnn.calculus.mistakes_rates import rates
from symrnn.calculus.mistakes_slopes import slopes
from symrnn.calculus.mistakes_terms import leaves, paths, sums
from symrnn.calculus.mistakes_times import boundaries, indices
from symrnn.model import Recurrence

# In the order in which they are preferred when several explain the same values.
KINDS = (transposes, slopes, softmaxes, rates, paths, exchanges, sums, boundaries, indices, leaves, orders)


@lru_cache(maxsize=64)
def backward_pass(model: Recurrence) -> BackwardPass:
    """The backward pass of a model, swept once."""
    return BackwardPass(model)


@lru_cache(maxsize=64)
def variants(model: Recurrence) -> tuple[Variant, ...]:
    """Every mistake of the catalogue at every place where this model lets it be made; wider places first."""
    backward = backward_pass(model)
    found = [variant for kind in KINDS for variant in kind(backward)]
    return tuple(sorted(found, key=lambda v: v.width))
