"""The arrays of a generated module: a class `Work` that makes them once for a size, and what unpacks them.

Calls of the same size fill the same arrays anew, so a call allocates nothing but its results; lists of rows spare
the loops the looking up.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from symrnn.model import Parameter, Recurrence, Sequence
from symrnn.numeric.emit import covers, key_of, known_ranges
from symrnn.numeric.frame import arguments, docstring, is_padded, key_of_leaf
from symrnn.numeric.layout import Layout, given_leaves, sizes_of, solved
from symrnn.numeric.lengths import span, told_by, untold
from symrnn.numeric.statements import Store
from symrnn.tensor import shape_of

LINE = 108


@dataclass
class Made:
    """What some functions of a module need a `Work` to hold."""

    stores: dict[Store, str] = field(default_factory=dict)
    rows: dict[Store, str] = field(default_factory=dict)
    scratch: dict[str, str] = field(default_factory=dict)
    counted: bool = False  # whether the number of examples is needed


def is_given(layout: Layout, store: Store) -> bool:
    """Whether the array is one that the caller passes, as it is."""
    model, v = layout.model, store.sequence
    known = not store.adjoint and v in model.sequences and v not in model.defined
    return known and not is_padded(model, v, layout.extents)


def work_text(layout: Layout, made: Made, bare: bool = False) -> str:
    """The class `Work` and the function that makes one for given arguments; `bare`, without a word for a reader."""
    lines: list[str] = []
    for store, name in made.stores.items():
        if not is_given(layout, store):
            lines.append(f"self.{name} = {_new(layout, store)}")
    for name, shape in made.scratch.items():
        lines.append(f"self.{name} = np.empty({shape}, {layout.word('dtype')})")
    for store, name in made.rows.items():
        if not is_given(layout, store):
            whole = f"self.{layout.name(store)}"
            lines.append(f"self.{name} = list({whole if store.sequence.shape else whole + '[..., None]'})")
    names = _numbers(layout)
    kept = ["batch", "dtype", *names]
    if bare:
        out = ["class Work:", f"    def __init__({', '.join(['self', *kept])}):"]
    else:
        ints = [f"{name}: int" for name in names]
        signature = ", ".join(["self", "batch: tuple[int, ...]", "dtype: np.dtype", *ints])
        out = ["class Work:", '    """Arrays for some numbers of steps and examples, filled anew by every call."""', ""]
        out.append(f"    def __init__({signature}) -> None:")
    out += ["        " + line for line in together("self.", kept, kept)]
    out += ["        self.B = int(np.prod(batch))"] * made.counted
    out += ["        " + line for line in lines]
    return "\n".join([*out, "", "", *_work_for(layout, names, bare)]) + "\n"


def _numbers(layout: Layout) -> list[str]:
    """The identifiers of the numbers of steps and of the sizes that arrays have."""
    told = [layout.symbol(s) for s in layout.model.lengths]
    return [*told, *(layout.symbol(s) for s in sizes_of(layout.model))]


def _new(layout: Layout, store: Store) -> str:
    columns = layout.stacks.columns.get(store)
    if columns is not None:
        first = "" if columns.first == 0 else layout.end(columns.first)
        last = "" if columns.last == columns.whole.sequence.shape[0] else layout.end(columns.last)
        return f"self.{layout.name(columns.whole)}[..., {first}:{last}]"
    shape, dtype = layout.row_shape(store), layout.word("dtype")
    if store.adjoint:
        return f"np.empty({shape}, {dtype})"
    whole = covers(known_ranges(layout, store), layout.extents[store], layout)
    return f"np.empty({shape}, {dtype})" if whole else f"np.full({shape}, np.nan, {dtype})"


def _work_for(layout: Layout, names: list[str], bare: bool) -> list[str]:
    """The function that reads sizes off the arguments."""
    model = layout.model
    told = [layout.symbol(s) for s in untold(model)]
    if bare:
        lines = [f"def work_for({', '.join(['params', 'inputs', 'boundary', *told])}):"]
    else:
        extra = "".join(f", {name}: int" for name in told)
        lines = [f"def work_for(params: Arrays, inputs: Arrays, boundary: Arrays{extra}) -> Work:"]
        lines += docstring("The arrays that calls with arguments of these sizes fill.")
    for length, v in told_by(model).items():
        lines.append(f'    {layout.symbol(length)} = len(inputs["{v.name}"])')
    for symbol, (leaf, axis, size) in sizes_of(model).items():
        owner = next((o for o, leaves in arguments(model) if leaf in leaves), "boundary")
        text = f'{owner}["{key_of_leaf(leaf)}"].shape[{axis}]'
        lines.append(f"    {layout.symbol(symbol)} = {solved(symbol, size, text, layout.end)}")
    lines.append(f"    batch = {_batch(model)}")
    lines.append("    dtype = np.result_type(np.float32, *params.values(), *inputs.values(), *boundary.values())")
    return [*lines, f"    return Work({', '.join(['batch', 'dtype', *names])})"]


def _batch(model: Recurrence) -> str:
    """The text of the batch axes: () or (B,)."""
    sequence = next((v for v in model.sequences if v not in model.defined), None)
    if sequence is not None:
        rank = len(sequence.shape)
        return f'np.shape(inputs["{sequence.name}"])[1:{-rank if rank else ""}]'
    leads = []
    for owner, leaves in arguments(model)[1:]:
        for x in leaves:
            rank = len(shape_of(x))
            leads.append(f'np.shape({owner}["{key_of_leaf(x)}"])[:{-rank if rank else ""}]')
    return f"np.broadcast_shapes({', '.join(leads)})" if leads else "()"


def unpacked(layout: Layout, made: Made, first: bool) -> list[str]:
    """The lines that give a function what its lines use; the first function also puts given values in place."""
    model, lines, leaves = layout.model, list[str](), _leaves(layout)
    names = [layout.symbol(s) for s in (*layout.lengths, *layout.sizes)]
    names += [w for w in ("batch", "B", "dtype") if w in layout.words]
    arrays = [name for store, name in made.stores.items() if not is_given(layout, store)]
    arrays += [name for store, name in made.rows.items() if not is_given(layout, store)]
    arrays += list(made.scratch)
    for group in (names, arrays):
        lines += together("", group, [f"work.{name}" for name in group])
    for store in made.stores:
        v = store.sequence
        if is_given(layout, store):
            lines.append(f'{layout.name(store)} = np.asarray(inputs["{v.name}"], work.dtype)')
        elif not store.adjoint and v in model.sequences and v not in model.defined and first:
            lines += _padded(v, layout)
    for store, name in made.rows.items():
        if is_given(layout, store):
            whole = layout.name(store)
            lines.append(f"{name} = list({whole if store.sequence.shape else whole + '[..., None]'})")
    return [*lines, *leaves]


def _leaves(layout: Layout) -> list[str]:
    """The lines for parameters and constants."""
    lines = []
    for leaf in (x for x in given_leaves(layout.model) if x in layout.leaves):
        name = layout.leaf(leaf, None).text
        if isinstance(leaf, Parameter):
            lines.append(f'{name} = np.asarray(params["{leaf.name}"], work.dtype)')
        else:
            core = "".join(f", {layout.end(d)}" for d in shape_of(leaf))
            given = f'np.asarray(inputs["{leaf.name}"], work.dtype)'
            lines.append(f"{name} = np.broadcast_to({given}, (*work.batch{core or ','}))")
    for matrix, parts in layout.stacks.matrices.items():
        if matrix in layout.leaves:
            inside = ", ".join(layout.leaf(x, None).text for x in parts)
            lines.append(f"{layout.leaf(matrix, None).text} = np.concatenate([{inside}])")
    return lines


def _padded(v: Sequence, layout: Layout) -> list[str]:
    """The lines that put an input and its boundary values into one array."""
    store = Store(v)
    name, rows = layout.name(store), layout.rows(store, span(layout.model, v))
    lines = [f'{rows if rows.endswith("]") else rows + "[:]"} = inputs["{v.name}"]']
    for b in layout.model.boundary:
        if b.sequence == v:
            lines.append(f'{name}[{layout.end(layout.row(store, b.time))}] = boundary["{key_of(b)}"]')
    return lines


def together(prefix: str, names: list[str], values: list[str]) -> list[str]:
    """One assignment for several names, as many as a line holds."""
    lines: list[str] = []
    left: list[str] = []
    right: list[str] = []
    for name, value in zip(names, values, strict=True):
        if left and len(", ".join([*left, prefix + name])) + len(", ".join([*right, value])) + 3 > LINE:
            lines.append(f"{', '.join(left)} = {', '.join(right)}")
            left, right = [], []
        left.append(prefix + name)
        right.append(value)
    return [*lines, f"{', '.join(left)} = {', '.join(right)}"] if left else lines
