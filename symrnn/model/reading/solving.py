"""Which shapes follow from what the equations demand; a name whose shape is not forced is refused.

One convention of the blackboard is used: a capital letter side by side with a vector or a matrix is a matrix.
"""

from __future__ import annotations

from sympy import Expr

from symrnn.errors import ReadError
from symrnn.model.reading.kinds import Clash, Term
from symrnn.model.reading.relations import Relation
from symrnn.model.reading.shapes import Inference
from symrnn.tensor.shape import Shape

_WORDS = {"S": "a scalar", "V": "a vector", "M": "a matrix"}


def solve(inference: Inference) -> dict[str, Shape]:
    """The shape of every name.

    Raises
    ------
    ReadError
        For a name whose shape does not follow, with what it may be and how to declare it.
    """
    pending = inference.relations
    while pending:
        changed = False
        for relation in pending:
            try:
                changed |= relation.narrow()
            except Clash:
                inference.note(relation.position, relation.terms[:-1])
                relation.options = [("clash",)]
        pending = [relation for relation in pending if not relation.settled]
        if not changed and not any(relation.prefer_matrix() for relation in pending):
            break
    found = {name: term.shape for name, term in inference.terms.items()}
    missing = [name for name, shape in found.items() if shape is None]
    if missing:
        raise inference.clash or _undetermined(inference, missing)
    return {name: shape for name, shape in found.items() if shape is not None}


def _undetermined(inference: Inference, missing: list[str]) -> ReadError:
    """The error for the first sequence, else the first name, whose shape is not forced."""
    scope = inference.scope
    sequences = [name for name in missing if name in scope.names.sequences]
    name = (sequences or missing)[0]
    kinds = _ways(inference.terms[name], inference.relations)
    letters = iter(x for x in "nmkpqrdabc" if x not in {*scope.dimensions, *inference.terms})
    shown = [" x ".join(str(size or next(letters, "n")) for size in sizes) or "scalar" for sizes in kinds.values()]
    words = " or ".join(_WORDS[kind] for kind in kinds)
    return scope.source.error(
        inference.places[name],
        f"the shape of {name} does not follow from the equations{scope.near(name)}",
        law=f"{name} is {words}, of a size that nothing forces" if len(kinds) == 1 else f"{name} may be {words}",
        repair="declare it:  " + "  or  ".join(f"{name}: {way}" for way in shown),
    )


def _ways(term: Term, relations: list[Relation]) -> dict[str, list[Expr | None]]:
    """What a term may be by all relations: for each kind the sizes that are known then."""
    top = term.found()
    if top.kind:
        return {top.kind: [size.found().value for size in top.sizes]}
    found: dict[str, list[Expr | None]] = {"S": [], "V": [None], "M": [None, None]}
    for relation in relations:
        here = relation.ways(term) if type(relation) is Relation and relation.options[0] != ("clash",) else {}
        if here and found.keys() & here.keys():
            found = {
                kind: [a or b for a, b in zip(sizes, here[kind], strict=True)]
                for kind, sizes in found.items()
                if kind in here
            }
    return found
