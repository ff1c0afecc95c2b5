"""Mistakes in the sum over the examples of a batch, and in the shape and the order of what is returned."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from symrnn.calculus.backward import Variation
from symrnn.calculus.catalogue import Mistake, Variant, shown
from symrnn.model import Recurrence
from symrnn.tensor.node import shape_of

MEAN = Mistake(
    "mean over the batch",
    "The gradient is divided by the size of the batch.",
    "The loss of a batch is the sum over its examples here: do not divide, or divide the model's loss too.",
)
ONE = Mistake(
    "only one example of the batch",
    "One example's gradient stands for the sum over the batch.",
    "Sum over the batch axis: dW = dA.T @ H, db = dA.sum(axis=0).",
)
UNSUMMED = Mistake(
    "not summed over the batch",
    "The gradient still has the batch axis.",
    "A parameter is shared by all examples: sum its gradient over the batch, db = dA.sum(axis=0).",
)
EACH_STEP = Mistake(
    "not summed over time",
    "The gradient still has the time axis.",
    "A parameter is shared by all steps: sum its gradient over time.",
)
EXCHANGED = Mistake(
    "gradients exchanged",
    "Two gradients of the same shape are returned in each other's place.",
    "Return every gradient under its own name, or in the order of the arguments of the forward pass.",
)


def batches(model: Recurrence) -> Iterator[Variant]:
    """Other sums over the examples, for all parameters and for each."""
    yield Variant(MEAN, "everywhere", Variation(scheme=("batch", "mean")))
    for how in ("first", "last"):
        yield Variant(ONE, f"the {how}, every parameter", Variation(scheme=("batch", how)))
    for w in model.parameters:
        own = frozenset([w])
        yield Variant(MEAN, shown(w), Variation(scheme=("batch", "mean"), receivers=own), 1)
        for how in ("first", "last"):
            yield Variant(ONE, f"the {how}, {shown(w)}", Variation(scheme=("batch", how), receivers=own), 1)


def exchanges(model: Recurrence) -> Iterator[Variant]:
    """Gradients of one shape, of parameters or of boundary values, returned in each other's place."""
    for kind in (model.parameters, model.boundary):
        for a, b in combinations(kind, 2):
            if shape_of(a) == shape_of(b):
                place = f"{shown(a)} and {shown(b)}"
                yield Variant(EXCHANGED, place, Variation(scheme=("exchanged", "", a, b)), 2)
