"""Functions in expressions: declared ones stay unknown, known ones are the package's own, primes are derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy

from symrnn import tensor
from symrnn.errors import Unsupported
from symrnn.model.formula.symbols import Symbols, object_of
from symrnn.model.formula.term import Term
from symrnn.model.reading.verbs import VERBS
from symrnn.tensor import Tensor, elementwise, placeholder
from symrnn.tensor.prime import Prime

if TYPE_CHECKING:
    from symrnn.model.formula.lower import Lowering

_VERBS = {"sigma": "sigmoid", "max": "maximum", "min": "minimum"}


def apply(lowering: Lowering, term: Term) -> Any:
    """A function: declared, or known to the package."""
    head, *parts = term.parts
    if head.head == "at":
        raise Unsupported("a function of one time has no expression here")
    shared = parts.pop().parts if parts and parts[-1].head == "par" else ()
    values = [lowering.upright(part) for part in (*parts, *shared)]
    if head.text in lowering.table.functions:
        return declared(lowering.table, head.text, values)
    if head.text == "cross_entropy":
        return tensor.softmax_cross_entropy(*values)
    verb = VERBS.get(_VERBS.get(head.text, head.text))
    if verb is None:
        raise Unsupported(f"there is no expression for {head.text}")
    return verb.apply(*values)


def prime(lowering: Lowering, term: Term) -> Any:
    """f'(a), entry by entry; of a known function what its derivative is."""
    head, *parts = term.parts
    if head.head == "at":
        raise Unsupported("a function of one time has no expression here")
    values = [lowering.upright(part) for part in parts if part.head != "par"]
    z = placeholder(0)
    call = sympy.Function(head.text)(z) if head.text in lowering.table.functions else None
    orders = 1 if term.head == "prime" else 2
    if call is None:
        verb = VERBS[_VERBS.get(head.text, head.text)]
        return elementwise(sympy.diff(verb.apply(z), z, orders), *values)
    for _ in range(orders):
        call = Prime.of(call, 0)
    return elementwise(call, *values)


def declared(table: Symbols, name: str, values: list[Any]) -> Any:
    kind = table.functions[name]
    found = object_of(table, name)
    if isinstance(kind, tuple):
        return found(*values)
    function = found if isinstance(found, type) else sympy.Function(name)
    if name == "sigma" and not table.from_model:
        function = tensor.sigmoid if not any(isinstance(x, Tensor) for x in values) else VERBS["sigmoid"].apply
        return function(*values)
    return elementwise(function, *values)
