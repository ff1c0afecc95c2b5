"""Sequences of unequal length in a generated module: examples of equal length together, each group at its own length.

A loss at tau, a state that runs backward and a mean over time then mean for every example what they mean for it
alone; what stands behind an example's last step is never read.
"""

from __future__ import annotations

from symrnn.model import Parameter, Recurrence, Sequence
from symrnn.numeric.dialects import Dialect
from symrnn.numeric.frame import key_of_leaf
from symrnn.numeric.layout import given_leaves
from symrnn.numeric.lengths import span
from symrnn.tensor import shape_of

TYPE = "Lengths = list[int] | tuple[int, ...] | dict | None"

TEXT = '''# Of each array: the last time of its steps, if it has steps, and the number of axes behind time and batch.
AXES = {axes}


def groups(inputs: Arrays, boundary: Arrays, lengths: Lengths) -> list:
    """Examples of equal length, shortest first: numbers of steps, which examples, their inputs and boundary values."""
    every = lengths if isinstance(lengths, dict) else dict.fromkeys({names}, lengths)
    table = list(zip(*([int(last) for last in every[s]] for s in {names}), strict=True))
    for key, x in inputs.items():
        last, rank = AXES[key]
        if last and (tuple(x.shape[1:-rank or None]) != (len(table),) or max(every[last]) > len(x)):
            raise ValueError(f"lengths {{lengths}} do not fit {{key}}, which has the shape {{tuple(x.shape)}}")
    found = []
    for row in sorted(set(table)):
        if min(row) < {least}:
            raise ValueError(f"lengths {{lengths}}: every example has {least} steps or more")
        steps = dict(zip({names}, row, strict=True))
        columns = {word}.asarray([i for i, lasts in enumerate(table) if lasts == row])
        found.append((steps, columns, (some(inputs, steps, columns), some(boundary, steps, columns))))
    return found


def some(given: Arrays, steps: dict[str, int], columns: {array}) -> Arrays:
    """What some examples have of some arrays."""
    found = {{}}
    for key, x in given.items():
        last, rank = AXES[key]
        found[key] = x[: steps[last]][:, columns] if last else x[columns] if x.ndim > rank else x
    return found


def together(parts: list, given: Arrays) -> Arrays:
    """The gradients of all examples: of what they share added up, others put in their places."""
    found: Arrays = {{}}
    for steps, columns, grads in parts:
        for key, g in grads.items():
            last, rank = AXES.get(key, (None, g.ndim))
            if not last and given[key].ndim == rank:
                found[key] = found[key] + g if key in found else g
                continue
            if key not in found:
                found[key] = {zeros}
            found[key] = placed(found[key], (slice(0, steps[last]), columns) if last else columns, g)
    return found


{placed}'''

ROWS = '''def all_rows(parts: list, inputs: Arrays) -> Arrays:
    """The sequences of all examples; behind the last step of an example they hold NaN."""
    found: Arrays = {{}}
    count, lasts = sum(len(columns) for _, columns, _ in parts), {lasts}
    for steps, columns, values in parts:
        for key, g in values.items():
            known = [len(x) for name, x in inputs.items() if key in lasts and AXES[name][0] == lasts[key]]
            longest = known or [max(other[lasts[key]] for other, _, _ in parts)] if key in lasts else []
            shape = (*longest[:1], count, *g.shape[1 + len(longest[:1]) :])
            if key not in found:
                found[key] = {nan}
            found[key] = placed(found[key], (slice(0, steps[lasts[key]]), columns) if key in lasts else columns, g)
    return found
'''


PLACED = '''def placed(whole: {array}, place: tuple | {array}, g: {array}) -> {array}:
    """An array with some of its entries put in."""
{lines}
'''


def helpers(model: Recurrence, dialect: Dialect, least: int, forward: bool) -> list[str]:
    """The functions that take a batch apart and put its gradients together, with the axes of the model's arrays."""
    names = "(" + ", ".join(f'"{s}"' for s in model.lengths) + ("," if len(model.lengths) == 1 else "") + ")"
    text = TEXT.format(
        axes=_axes(model),
        names=names,
        least=least,
        word=dialect.word,
        array=dialect.array,
        zeros=_full(dialect, "given[key].shape", "0"),
        placed=placed_text(dialect),
    )
    lasts = _dict({v.name: str(span(model, v).last) for v in model.defined})
    return [text, ROWS.format(lasts=lasts, nan=_full(dialect, "shape", dialect.named("nan")))] if forward else [text]


def placed_text(dialect: Dialect) -> str:
    """The function that puts entries into an array: a new one where arrays do not change."""
    lines = "    return whole.at[place].set(g)" if dialect.word == "jnp" else "    whole[place] = g\n    return whole"
    return PLACED.format(array=dialect.array, lines=lines)


def _full(dialect: Dialect, shape: str, value: str) -> str:
    """A new array like g."""
    if dialect.word == "torch":
        return f"g.new_full({shape}, {value})"
    return f"{dialect.word}.full({shape}, {value}, g.dtype)"


def _axes(model: Recurrence) -> str:
    found = []
    for x in given_leaves(model):
        if not isinstance(x, Parameter):
            last = f'"{span(model, x).last}"' if isinstance(x, Sequence) else "None"
            rank = len(x.shape) if isinstance(x, Sequence) else len(shape_of(x))
            found.append(f'"{key_of_leaf(x)}": ({last}, {rank})')
    return "{" + ", ".join(found) + "}"


def _dict(found: dict[str, str]) -> str:
    return "{" + ", ".join(f'"{k}": "{v}"' for k, v in found.items()) + "}"
