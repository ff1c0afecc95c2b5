"""The mistakes that are made in a backward pass and in a formula alike: one name, one explanation, one advice.

Where a mistake can be made only in one of them it stands beside the laws, or the formulas, that it changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from symrnn.calculus.catalogue import Mistake

_SHARED = (
    Mistake(
        "missing transpose",
        "A matrix stands where its transpose belongs.",
        "For y = A x the gradient goes back through Aᵀ: write A.T @ dy (in rows: dy @ A).",
        "Compare the shapes of the factors.",
    ),
    Mistake(
        "derivative forgotten",
        "The gradient passes through the activation unchanged: its derivative f' is missing.",
        "Multiply entry by entry with f', for tanh with 1 - h².",
        "Which node stands between the two?",
    ),
    Mistake(
        "derivative at the output",
        "The derivative is taken at the output of the activation instead of at its argument.",
        "Take f' at the pre-activation, or write it through the output: 1 - h², not 1 - tanh(h)².",
        "f' is taken where f is: where is that?",
    ),
    Mistake(
        "index off by one",
        "A value of the next or the previous step stands where this step's belongs.",
        "Check the times of what is multiplied: dW takes h(t-1), the value that W was multiplied with.",
        "Write the equation down for t = 1 and look at the indices.",
    ),
    Mistake(
        "only the last step",
        "Only the last step's term is kept.",
        "Sum over all steps: the parameter is used at each.",
        "At how many steps is it used?",
    ),
    Mistake(
        "target forgotten",
        "The target y is missing in the gradient of the loss.",
        "The gradient is ŷ - y (for a squared error o - y, for logits softmax(o) - y), not the first term alone.",
        "Differentiate the loss once more, the linear term too.",
    ),
    Mistake(
        "term forgotten",
        "One term is missing: a path through a product or a sum is forgotten.",
        "Differentiate every term of the sum: d/dz of (1 - z) a + z c is c - a.",
        "Which paths lead there? Every use adds a term.",
    ),
    Mistake(
        "sign of a term",
        "One term has the wrong sign.",
        "Check the signs: d/dz of (1 - z) a + z c is c - a.",
        "Check the sign of each term.",
    ),
    Mistake(
        "sign",
        "The sign is wrong.",
        "Check the sign: gradients point to where the loss grows.",
        "In which direction does the loss grow?",
    ),
    Mistake(
        "transposed result",
        "It is right, but in the other layout: transposed.",
        "A gradient has the shape of its parameter: entry (i, j) belongs to entry (i, j); return the transpose.",
        "Which shape was asked for?",
    ),
    Mistake(
        "mean for sum",
        "A mean over time stands for the sum.",
        "Sum over the steps; do not divide by tau.",
        "Is the loss a sum over time or a mean?",
    ),
    Mistake(
        "sum for mean",
        "A sum over time stands for the mean.",
        "Divide by tau, as the loss does.",
        "Is the loss a sum over time or a mean?",
    ),
    Mistake(
        "softmax forgotten",
        "The logits o stand where the probabilities softmax(o) belong.",
        "The gradient by the logits is softmax(o) - y, not o - y.",
        "What does the loss compare with the target?",
    ),
    Mistake(
        "factor of two",
        "It is twice or half of what it should be.",
        "Mind the 1/2 of a squared error.",
        "Differentiate the square once more.",
    ),
    Mistake(
        "product of Jacobians reversed",
        "The Jacobians of the steps are multiplied in the reverse order.",
        "Matrices do not commute: the gradient passes the later steps first.",
        "Which Jacobian acts first?",
    ),
)

SHARED: Mapping[str, Mistake] = MappingProxyType({m.name: m for m in _SHARED})
