"""Mistakes in the law of a matrix product, of an unknown function, or of a softmax.

Each is a function from the sites of a backward pass to what can go wrong there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from symrnn.calculus.backward import BackwardPass, LawChange, Pulled, Site
from symrnn.calculus.catalogue import Mistake, Variant, law_variants, shown, where
from symrnn.calculus.mistake_table import SHARED
from symrnn.tensor import linear, special, unknown
from symrnn.tensor.node import shape_of


def transposes(backward: BackwardPass) -> Iterable[Variant]:
    """A for Aᵀ: possible without an error where A is square."""
    mistake = SHARED["missing transpose"]
    changes = [
        (
            shown(s.node.left) if getattr(s.node.left, "is_leaf", False) else where(s),
            LawChange(s.source, s.node, change),
        )
        for s in backward.sites
        if isinstance(s.node, linear.Contract)
        for change in _untransposed(s.node)
    ]
    changes += [
        (f"the Jacobian of {s.node.function.name}", LawChange(s.source, s.node, _jacobian_as_it_is))
        for s in backward.sites
        if isinstance(s.node, unknown.Applied) and any(_is_square(unknown.partial(s.node, i)) for i, _ in _vectors(s))
    ]
    return law_variants(backward, mistake, changes)


def _is_square(x: Any) -> bool:
    return len(shape_of(x)) == 2 and bool(shape_of(x)[0] == shape_of(x)[1])


def _vectors(site: Site) -> list[tuple[int, Any]]:
    if len(shape_of(site.node)) != 1:
        return []
    return [(i, x) for i, x in enumerate(site.node.arguments) if len(shape_of(x)) == 1]


def _untransposed(node: Any) -> Iterator[Callable[..., Pulled]]:
    """To the right factor through A itself; to the left factor through B itself, where that is a product."""
    left, right = node.left, node.right

    def to_right(_: Any, ct: Any, out: Any, pulled: Pulled) -> Pulled:
        return [(x, linear.contract(left, ct) if i == 1 else part) for i, (x, part) in enumerate(pulled)]

    def to_left(_: Any, ct: Any, out: Any, pulled: Pulled) -> Pulled:
        return [(x, linear.contract(ct, right) if i == 0 else part) for i, (x, part) in enumerate(pulled)]

    if _is_square(left):
        yield to_right
    if _is_square(right):
        yield to_left


def _jacobian_as_it_is(node: Any, ct: Any, out: Any, pulled: Pulled) -> Pulled:
    found = []
    for i, (x, part) in enumerate(pulled):
        jacobian = unknown.partial(node, i)
        found.append((x, linear.contract(jacobian, ct) if len(shape_of(x)) == 1 and _is_square(jacobian) else part))
    return found


def softmaxes(backward: BackwardPass) -> Iterable[Variant]:
    """The softmax and its cross-entropy."""
    for mistake, kind, change in SOFTMAX:
        changes = [(where(s), LawChange(s.source, s.node, change)) for s in backward.sites if isinstance(s.node, kind)]
        yield from law_variants(backward, mistake, changes)


def _logits(build: Callable[[Any, Any, Any], Any]) -> Callable[..., Pulled]:
    def change(node: Any, ct: Any, out: Any, pulled: Pulled) -> Pulled:
        part = build(node.logits, node.target, ct)
        return [(x, part if x == node.logits else p) for x, p in pulled]

    return change


def _softmax(build: Callable[[Any, Any], Any]) -> Callable[..., Pulled]:
    def change(node: Any, ct: Any, out: Any, pulled: Pulled) -> Pulled:
        return [(x, build(node if out is None else out, ct)) for x, _ in pulled]

    return change


SOFTMAX: tuple[tuple[Mistake, Any, Callable[..., Pulled]], ...] = (
    (
        SHARED["target forgotten"],
        special.SoftmaxCrossEntropy,
        _logits(lambda o, q, ct: ct * special.softmax(o)),
    ),
    (
        Mistake(
            "difference reversed",
            "The gradient of the loss is y - ŷ instead of ŷ - y.",
            "The gradient by the logits is softmax(o) - y.",
        ),
        special.SoftmaxCrossEntropy,
        _logits(lambda o, q, ct: ct * (q - special.softmax(o))),
    ),
    (
        SHARED["softmax forgotten"],
        special.SoftmaxCrossEntropy,
        _logits(lambda o, q, ct: ct * (o - q)),
    ),
    (
        Mistake(
            "prediction forgotten",
            "Only the target is left in the gradient of the loss.",
            "The gradient by the logits is softmax(o) - y, not -y alone.",
        ),
        special.SoftmaxCrossEntropy,
        _logits(lambda o, q, ct: -ct * q),
    ),
    (
        Mistake(
            "diagonal of the softmax only",
            "The softmax is differentiated entry by entry: the terms off the diagonal of its Jacobian are missing.",
            "The Jacobian is diag(p) - p pᵀ: the gradient is p ⊙ (g - p·g).",
        ),
        special.Softmax,
        _softmax(lambda p, ct: p * (1 - p) * ct),
    ),
    (
        Mistake(
            "second term of the softmax forgotten",
            "The gradient through the softmax is p ⊙ g: the term with p·g is missing.",
            "The Jacobian is diag(p) - p pᵀ: the gradient is p ⊙ (g - p·g).",
        ),
        special.Softmax,
        _softmax(lambda p, ct: p * ct),
    ),
)
