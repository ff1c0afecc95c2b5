"""What scripts mean on what they stand: a time, a component, a copy, a power, a transpose.

On a sequence the first index is its time and the next ones are components; on a parameter an index of its own kind is
the dummy copy of one step, two are an entry; on anything else an index is a component.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lark import Token, Tree

from symrnn.model.formula import sizes
from symrnn.model.formula.parse import place_of
from symrnn.model.formula.term import ANY, SCALAR, Size, Term

if TYPE_CHECKING:
    from symrnn.model.formula.build import Builder

INDEX_HEADS = frozenset({"number", "index", "length", "add", "sub", "neg", "mul"})
_COMPONENTS = frozenset("ijl")
Script = Tree[Any]


def scripted(builder: Builder, tree: Tree[Any]) -> Term:
    """The term of a base with its scripts, in their order."""
    scripts: list[Script] = []
    base: Any = tree
    while base.data == "scripted":
        scripts.insert(0, base.children[1])
        base = base.children[0]
    base = _unwrapped(base)
    while base.data == "scripted":
        scripts.insert(0, base.children[1])
        base = base.children[0]
    if base.data == "call" and str(base.children[1]) == "{" and scripts[0].data == "power":
        what = "a power behind a group: of the function, or of what it is applied to?"
        raise builder.page.fault("ambiguous", place_of(scripts[0]), what, repair="write \\tanh(a)^2 or \\tanh(a^2)")
    if base.data != "atom":
        return _on_value(builder, builder.build(base), scripts, str(base.data))
    token = base.children[0]
    if token.type == "NUMBER":
        return _on_value(builder, Term("number", text=str(token), place=place_of(base)), scripts, "number")
    kind, _, name = str(token).partition(":")
    if kind == "loss":
        return _on_value(builder, Term("name", text="L", place=place_of(base), kind="loss"), scripts, "element")
    if kind == "adjoint":
        return _adjoint(builder, name, scripts, place_of(base))
    if kind == "sequence":
        return _on_sequence(builder, name, scripts, place_of(base))
    if kind in {"parameter", "constant"}:
        return _on_parameter(builder, kind, name, scripts, place_of(base))
    return _on_value(builder, _leaf(builder, kind, name, base), scripts, kind)


def _unwrapped(base: Any) -> Any:
    """A TeX group around one name with scripts is that name."""
    while base.data == "group" and str(base.children[0]) == "{":
        items = base.children[1].children
        if len(items) != 1 or not isinstance(items[0], Tree) or items[0].data not in {"atom", "scripted", "group"}:
            break
        base = items[0]
    return base


def _leaf(builder: Builder, kind: str, name: str, base: Tree[Any]) -> Term:
    if kind == "dimension":
        what = f"{name} is a dimension here, not a name of a formula"
        raise builder.page.fault("undeclared", place_of(base), what, repair="use a declared name")
    if kind == "function":
        raise builder.page.fault("syntax", place_of(base), f"{name} is a function", repair=f"write {name}(...)")
    size = {"eye": None, "ones": _ones(builder)}.get(kind, SCALAR)
    return Term(kind, text=name, size=size, place=place_of(base))


def _ones(builder: Builder) -> Size:
    """The shape of a vector of ones, whose length the context decides."""
    return (1, ANY) if builder.table.rows else (ANY, 1)


def items_of(script: Script) -> list[Any]:
    """The trees in a script."""
    inner = next((part for part in script.children if isinstance(part, Tree)), None)
    if inner is None:
        return []
    return [part for part in inner.children if isinstance(part, Tree)] if inner.data == "items" else [inner]


def _indices(builder: Builder, script: Script, timed: Size = None) -> list[Any]:
    """The indices in a subscript; `ij` without a comma are two, `2t` is the time 2t of what has no components."""
    found: list[Any] = []
    for item in items_of(script):
        if item.data == "product" and all(sign.type == "BESIDE" for sign in item.children[1::2]):
            found.extend([item] if timed is not None and _multiple(builder, item, timed) else item.children[::2])
        else:
            found.append(item)
    return found


def _multiple(builder: Builder, item: Any, size: Size) -> bool:
    """Whether `2t` below a sequence is one time; of a vector it may be the time 2 and the component t."""
    number, letter = item.children[0], item.children[2]
    if len(item.children) > 3 or any(part.data != "atom" for part in (number, letter)):
        return False
    if number.children[0].type != "NUMBER" or not str(letter.children[0]).startswith("index:"):
        return False
    if size != SCALAR and _is_component(letter):
        return False
    if size != SCALAR:
        what = f"is this the time {number.children[0]} times {str(letter.children[0]).partition(':')[2]}?"
        raise builder.page.fault("ambiguous", place_of(item), what, repair="write h_{2,i} for a component")
    return True


def index(builder: Builder, tree: Any, role: str) -> Term:
    """An index: built from names of indices, lengths and whole numbers."""
    if tree.data == "atom" and str(tree.children[0]).startswith("dimension:"):
        raise builder.page.fault("undeclared", place_of(tree), f"{tree.children[0][10:]} is no index here")
    term = builder.build(tree)
    for part in term.walk():
        if part.head not in INDEX_HEADS or (part.head == "number" and not part.text.isdigit()):
            law = "an index is built from t, k, j, i, tau and whole numbers"
            raise builder.page.fault("syntax", part.place, "this is no index", law=law, repair="write h_{t-1}")
        if part.head == "index":
            builder.uses.setdefault(part.text, set()).add(role)
    return term


def _component(builder: Builder, term: Term, places: list[Any]) -> Term:
    if not places:
        return term
    if term.size == SCALAR:
        what = "a scalar has no components"
        raise builder.page.fault("shape", place_of(places[0]), what, repair="leave the index out")
    wanted = 1 if term.size is not None and sizes.is_broadcast(term.size) else 2
    if term.size is not None and len(places) != wanted:
        what = f"{len(places)} indices on {sizes.shown(term.size)}"
        raise builder.page.fault("shape", place_of(places[0]), what, repair=f"it takes {wanted}")
    parts = tuple(index(builder, place, "component") for place in places)
    return Term("comp", (term, *parts), size=SCALAR, place=term.place)


def _on_sequence(builder: Builder, name: str, scripts: list[Script], place: int) -> Term:
    """An element; its components; what is done with it."""
    size = builder.table.sizes[name]
    times = [s for s in scripts if s.data in {"time", "bracket_power"}][:1]
    lowered = [s for s in scripts if s.data in {"sub", "place"}]
    places = [part for s in lowered for part in _indices(builder, s, None if times else size)]
    if times:
        time = items_of(times[0])[0]
    elif places:
        time, *places = places
    else:
        return _bare_sequence(builder, name, scripts, place)
    used = {id(script) for script in (*times, *lowered)}
    term = Term("name", text=name, size=size, place=place, kind="sequence")
    if _is_component(time):
        _refuse_unclear_time(builder, name, places, [s for s in scripts if s.data == "power"], place)
    term = Term("at", (term, index(builder, time, "time")), size=size, place=place)
    term = _component(builder, term, places)
    return _on_value(builder, term, [s for s in scripts if id(s) not in used], "element")


def _refuse_unclear_time(builder: Builder, name: str, places: list[Any], powers: list[Script], place: int) -> None:
    """`h_{i,t}`, `h_i^t` and `delta_{ij}`: a letter that numbers components stands where a time should."""
    if any(map(_is_time, [*places, *(item for script in powers for item in items_of(script))])):
        what, repair = "which of these indices is the time?", f"write {name}^{{(t)}}_i or {name}_{{t,i}}"
        raise builder.page.fault("ambiguous", place, what, repair=repair)
    if name == "delta" and places and all(map(_is_component, places)):
        what, repair = "is this 1 where the two are equal, or an entry of delta?", "write \\delta_{t,i} for an entry"
        raise builder.page.fault("ambiguous", place, what, repair=repair)


def _adjoint(builder: Builder, name: str, scripts: list[Script], place: int) -> Term:
    """The gradient of the loss, written as a mark on the name that it goes by."""
    at = [s for s in scripts if s.data in {"time", "bracket_power", "sub", "place"}]
    kind = builder.table.kinds[name]
    node = (
        _on_sequence(builder, name, at, place) if kind == "sequence" else _on_parameter(builder, kind, name, at, place)
    )
    loss = Term("name", text="L", place=place, kind="loss")
    found = Term("grad", (node, loss), size=node.size, place=place)
    return _on_value(builder, found, [s for s in scripts if not any(s is a for a in at)], "element")


def _bare_sequence(builder: Builder, name: str, scripts: list[Script], place: int) -> Term:
    """A sequence without a time: the total loss, or unclear."""
    if name == "L" and builder.table.sizes[name] == SCALAR:
        return _on_value(builder, Term("name", text="L", place=place, kind="loss"), scripts, "element")
    if any(script.data in {"power", "letter_t"} for script in scripts):
        what = f"is this {name} at a time, or a power of it?"
        repair = f"write {name}^{{(t)}} or {name}_t for the time, ({name}_t)^2 for a power"
    else:
        what, repair = f"{name} at which time?", f"write {name}_t or {name}^{{(t)}}"
    raise builder.page.fault("ambiguous", place, what, repair=repair)


def _on_parameter(builder: Builder, kind: str, name: str, scripts: list[Script], place: int) -> Term:
    """A parameter; its copy used at one step; its entries."""
    size = builder.table.sizes[name]
    term = Term("name", text=name, size=size, place=place, kind=kind)
    used: list[Script] = []
    lowered = [s for s in scripts if s.data in {"sub", "place"}]
    places = [part for script in lowered for part in _indices(builder, script)]
    times = [s for s in scripts if s.data == "time"][:1]
    vector = size is not None and sizes.is_broadcast(size)
    single = len(places) == 1 and not times
    if times or (single and not (vector and _is_component(places[0]))):
        time = items_of(times[0])[0] if times else places.pop()
        term = Term("at", (term, index(builder, time, "time")), size=size, place=place)
    used = [*times, *lowered]
    term = _component(builder, term, places)
    return _on_value(builder, term, [s for s in scripts if not any(s is u for u in used)], "element")


def _is_component(tree: Any) -> bool:
    """Whether an index is one of those that number components."""
    return tree.data == "atom" and str(tree.children[0]).removeprefix("index:") in _COMPONENTS


def _is_time(tree: Any) -> bool:
    """Whether an index is one of those that number times: t, tau, t-1."""
    words = [str(w) for w in tree.scan_values(lambda w: w.type == "ATOM")]
    return any(word == "index:t" or word.startswith("length:") for word in words)


def _on_value(builder: Builder, term: Term, scripts: list[Script], base: str) -> Term:
    """Powers, transposes and components, in the order in which they stand."""
    for script in scripts:
        place = place_of(script)
        if script.data in {"power", "bracket_power"}:
            term = builder.powered(term, builder.build(items_of(script)[0]), place)
        elif script.data == "letter_t" and term.size == SCALAR and (term.head, term.text) != ("number", "1"):
            if "T" not in builder.table.lengths:
                raise builder.page.fault("shape", place, "a scalar has no transpose", repair="leave it out")
            term = builder.powered(term, Term("length", text="tau", place=place), place)
        elif script.data in {"transposed", "letter_t"}:
            if term.head == "number" and term.text == "1":  # 1^T as the row of ones, where nothing is bold
                term = Term("ones", text="ones", size=_ones(builder), place=term.place)
            term = builder.transposed(term, place)
        elif script.data in {"sub", "place"}:
            term = _lowered(builder, term, script, base)
        elif script.data == "primed":
            what = "a prime is the derivative of a function"
            raise builder.page.fault("syntax", place, what, repair="write W^T for a transpose, f'(a) for a derivative")
        else:
            what = "a time in brackets stands on a name"
            raise builder.page.fault("syntax", place, what, repair="write h^{(t)}, or a power without the brackets")
    return term


def _lowered(builder: Builder, term: Term, script: Script, base: str) -> Term:
    """A subscript on a value: which norm, or which component."""
    places = _indices(builder, script)
    token = places[0].children[0] if len(places) == 1 and places[0].data == "atom" else None
    if term.head == "norm" and isinstance(token, Token):
        which = {"2": "norm2", "name:F": "normF"}.get(str(token))
        if which:
            return Term(which, term.parts, size=SCALAR, place=term.place)
    if term.head == "norm" or base == "number":
        raise builder.page.fault("unsupported", place_of(script), "this index has no meaning here")
    return _component(builder, term, places)
