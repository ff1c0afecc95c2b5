"""The first lines of a function: sizes read off the arguments, parameters and inputs under their names."""

from __future__ import annotations

from symrnn.model import Parameter, Recurrence
from symrnn.numeric.dialects import Dialect
from symrnn.numeric.frame import arguments, key_of_leaf
from symrnn.numeric.layout import Layout, given_leaves, sizes_of, solved
from symrnn.numeric.lengths import told_by
from symrnn.numeric.statements import Store
from symrnn.numeric.work import is_given, together
from symrnn.tensor import shape_of


def unpacked(layout: Layout) -> list[str]:
    """What the lines of a function use, and nothing else."""
    model, dialect = layout.model, layout.dialect
    leaves = _leaves(layout)
    lines = []
    for length, v in told_by(model).items():
        if length in layout.lengths:
            lines.append(f'{layout.symbol(length)} = len(inputs["{v.name}"])')
    for symbol, (leaf, axis, size) in sizes_of(model).items():
        if symbol in layout.sizes:
            owner = next((o for o, inside in arguments(model) if leaf in inside), "boundary")
            text = f'{owner}["{key_of_leaf(leaf)}"].shape[{axis}]'
            lines.append(f"{layout.symbol(symbol)} = {solved(symbol, size, text, layout.end)}")
    if layout.words.keys() & {"batch", "B"}:
        lines.append(f"batch = {batch_text(model, dialect)}")
    if "B" in layout.words:
        lines.append("B = math.prod(batch)")
    if "dtype" in layout.words:
        lines.append(dialect.kind_line(layout.used))
    return [*lines, *leaves]


def _leaves(layout: Layout) -> list[str]:
    """The lines for parameters, inputs and constants."""
    model, dialect, lines = layout.model, layout.dialect, list[str]()
    for leaf in (x for x in given_leaves(model) if x in layout.leaves):
        name, dtype = layout.leaf(leaf, None).text, layout.word("dtype")
        if isinstance(leaf, Parameter):
            given = f'params["{leaf.name}"]'
            lines.append(f"{name} = {dialect.typed(given, dtype)}")
        else:
            core = "".join(f", {layout.end(d)}" for d in shape_of(leaf))
            given = f'inputs["{leaf.name}"]'
            shape = f"(*{layout.word('batch')}{core or ','})"
            lines.append(f"{name} = {dialect.named('broadcast_to')}({dialect.typed(given, dtype)}, {shape})")
    for store in layout.stores:
        if is_given(layout, store):
            given = f'inputs["{store.sequence.name}"]'
            lines.append(f"{layout.name(store)} = {dialect.typed(given, layout.word('dtype'))}")
    return lines


def handed(layout: Layout, stores: list[Store]) -> list[str]:
    """The lines that take arrays from those computed before."""
    names = [layout.name(s) for s in stores]
    values = [f'values["{x}"]' for x in names]
    return together("", names, values)


def batch_text(model: Recurrence, dialect: Dialect) -> str:
    """The text of the batch axes: () or (B,)."""
    sequence = next((v for v in model.sequences if v not in model.defined), None)
    if sequence is not None:
        rank = len(sequence.shape)
        given = f'inputs["{sequence.name}"]'
        return f"{dialect.shape(given)}[1:{-rank if rank else ''}]"
    leads = []
    for owner, leaves in arguments(model)[1:]:
        for x in leaves:
            rank = len(shape_of(x))
            given = f'{owner}["{key_of_leaf(x)}"]'
            leads.append(f"{dialect.shape(given)}[:{-rank if rank else ''}]")
    return f"{dialect.named('broadcast_shapes')}({', '.join(leads)})" if leads else "()"
