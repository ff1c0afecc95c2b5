"""A model as the source of one Python module: forward, loss, loss_and_grad.

The functions of a module share identifiers and the arrays of a `Work`, made once for a size; each unpacks what its
own lines use. The backward lines come from the derivation that was planned.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from symrnn.model import Element, Sequence
from symrnn.numeric import stable
from symrnn.numeric.emit import key_of
from symrnn.numeric.frame import docstring, is_padded, rows_text, title_text
from symrnn.numeric.gradients import Gradients
from symrnn.numeric.inplace import InPlace
from symrnn.numeric.layout import Layout, given_leaves, sizes_of
from symrnn.numeric.lengths import span, untold
from symrnn.numeric.losses import Losses
from symrnn.numeric.machine_loops import MachineLoop
from symrnn.numeric.names import Names
from symrnn.numeric.plans import Plan, statements_in
from symrnn.numeric.scratch import Scratch
from symrnn.numeric.stable import FUNCTIONS, text_of
from symrnn.numeric.statements import Store
from symrnn.numeric.work import Made, unpacked, work_text


class Module(Gradients):
    """The text of one module; `text` is deterministic.

    A `bare` one has what computes gradients only, without a word for a reader: it is made to be run.
    """

    def __init__(self, plan: Plan, *, machine: bool = False, bare: bool = False) -> None:
        self.machine: list[MachineLoop] | None = [] if machine else None
        self.plan, self.model, self.bare = plan, plan.model, bare
        self.names = Names()
        for x in (*given_leaves(self.model), *self.model.sequences):
            if not isinstance(x, Element):
                self.names(Store(x) if isinstance(x, Sequence) else x, x.name)
        for symbol in sizes_of(self.model):
            self.names(symbol, symbol.name)
        self.extents = plan.extents
        self.used: set[str] = set()
        self.made = Made()
        self.forward_names: set[str] = set()
        self.scratch = Scratch(lambda key: self.names(("scratch", key), f"a{key}"))
        computed = {s.store for s in statements_in(plan.forward)}
        computed |= {store for store, c in plan.stacks.columns.items() if c.whole in computed}
        self.stored = [
            Store(v)
            for v in self.model.sequences
            if Store(v) in computed or (v not in self.model.defined and is_padded(self.model, v, self.extents))
        ]

    def text(self) -> str:
        """The source of the module."""
        computed = {store.sequence for store in self.stored}
        functions = [self.every_value()]
        if not self.bare:
            functions += [self.forward()] if computed.issuperset(self.model.defined) else []
            functions += [self.loss()] if self.model.loss is not None else []
        if self.plan.chosen is not None:
            functions += [self.backward(), self.loss_and_grad()]
        work = work_text(self.layout(), self.made, self.bare)
        loops = [x.text() for x in self.machine or ()]
        return "\n".join(self.head()) + "\n\n" + "\n\n".join([*self.helpers(), work, *loops, *functions])

    def head(self) -> list[str]:
        """What stands before the functions."""
        imports = ["import numpy as np", *(["from numba import njit"] if self.machine else [])]
        if self.bare:
            return imports
        title = title_text(self.model, self.plan.horizon, self.plan.about)
        return [title, "from __future__ import annotations\n", *imports, "", "Arrays = dict[str, np.ndarray]\n"]

    def helpers(self) -> list[str]:
        """The functions that the code needs beyond NumPy's: their texts, or what imports them."""
        names = [name for name in FUNCTIONS if name in self.used]
        if self.bare:
            return [f"from {stable.__name__} import {', '.join(names)}\n"] if names else []
        return [text_of(name) for name in names]

    def layout(self) -> Layout:
        """A new layout, for one function."""
        return Layout(self.model, self.names, self.extents, self.plan.horizon, self.plan.stacks)

    def function(
        self, name: str, result: str, summary: str, fill: Callable[[InPlace], str], *, first: bool = False
    ) -> str:
        """One function: `fill` writes its lines and returns the text of its result."""
        layout, self.scratch.used = self.layout(), {}
        writer = InPlace(layout, self.scratch, self.plan.groups, self.machine)
        given = [Store(v) for v in self.model.sequences if not first or v not in self.model.defined]
        writer.silent = self.bare
        writer.given([*given, *(self.stored if not first else ())])
        value = fill(writer)
        told = [layout.symbol(s) for s in untold(self.model)]
        arguments = "params: Arrays, inputs: Arrays, boundary: Arrays" + "".join(f", {w}: int" for w in told)
        if name != "forward":
            arguments += ", work: Work" if name == "backward" else ", work: Work | None = None"
        passed = ", ".join(["params, inputs, boundary", *told])
        lines = self.head_of(name, arguments, result, summary)
        if first:
            lines += ["    if work is None:", f"        work = work_for({passed})"]
        elif name != "backward":
            lines.append(f"    work = every_value({passed}{'' if name == 'forward' else ', work'})")
        made = Made({s: layout.name(s) for s in layout.stores}, layout.rows_used, self.scratch.used)
        for store, word in made.stores.items():
            columns = self.plan.stacks.columns.get(store)
            if columns is not None:
                self.made.stores.setdefault(columns.whole, layout.name(columns.whole))
            self.made.stores[store] = word
        if first:
            self.forward_names = {*self.made.stores.values(), *made.rows.values()}
        self.made.counted |= "B" in layout.words
        self.made.rows |= made.rows
        self.made.scratch |= made.scratch
        lines += ["    " + x for x in unpacked(layout, made, first)]
        lines += ["    " + x for x in writer.lines]
        self.used |= layout.used
        return "\n".join([*lines, f"    return {value}"]) + "\n"

    def head_of(self, name: str, arguments: str, result: str, summary: str) -> list[str]:
        """The head of a function: with types and a docstring for readers, names alone for what is only run."""
        if self.bare:
            return [f"def {name}({untyped(arguments)}):"]
        return [*signature(name, arguments, result), *docstring(summary)]

    def every_value(self) -> str:
        """The function that computes all sequences."""

        def fill(writer: InPlace) -> str:
            writer.steps(self.plan.forward)
            for store in self.stored:
                writer.layout.name(store)
            return "work"

        summary = (
            f"Fill the arrays of all sequences, boundary values included: {rows_text(self.stored, self.layout())}."
        )
        return self.function("every_value", "Work", summary, fill, first=True)

    def forward(self) -> str:
        """The function that returns all defined sequences."""

        def fill(writer: InPlace) -> str:
            items = []
            for v in self.model.defined:
                whole = span(self.model, v)
                rows = writer.layout.rows(Store(v), whole)
                items.append(f'"{v.name}": {rows}')
                for r in self.model.ranges[v]:
                    if r.is_point and writer.layout.horizon.apart(r, whole):
                        item = v[r.first]
                        items.append(f'"{key_of(item)}": {writer.layout.leaf(item, None).text}')
            return "{" + ", ".join(items) + "}"

        return self.function("forward", "Arrays", "The defined sequences, row r at time r + 1.", fill)

    def loss(self) -> str:
        """The function that returns the loss."""

        def fill(writer: InPlace) -> str:
            return Losses(writer, []).text(self.model.loss)

        return self.function("loss", "np.floating", "The loss, summed over the batch.", fill)

    def backward(self) -> str:
        """The function that returns the loss and the gradients, once all sequences are computed."""

        def fill(writer: InPlace) -> str:
            losses = Losses(writer, list(self.plan.backward))
            writer.line(f"value = {losses.text(self.model.loss)}")
            writer.steps(losses.rest)
            items = [f'"{key}": {self.gradient(writer, leaf)},' for leaf, key in self.keys()]
            writer.lines += ["grads = {", *("    " + item for item in items), "}"]
            return "value, grads"

        summary = "The loss and its gradients from the sequences in the arrays of `work`."
        return self.function("backward", "tuple[np.floating, Arrays]", summary, fill)

    def loss_and_grad(self) -> str:
        """The function that returns the loss and the gradients."""
        keys = ", ".join(key for _, key in self.keys())
        summary = f"The loss and its gradients: {keys or 'none'}; each has the shape of what it belongs to."
        told = [self.layout().symbol(s) for s in untold(self.model)]
        arguments = "params: Arrays, inputs: Arrays, boundary: Arrays" + "".join(f", {w}: int" for w in told)
        passed = ", ".join(["params, inputs, boundary", *told])
        arguments += ", work: Work | None = None"
        lines = self.head_of("loss_and_grad", arguments, "tuple[np.floating, Arrays]", summary)
        lines.append(f"    return backward({passed}, every_value({passed}, work))")
        return "\n".join(lines) + "\n"

    def place(self, element: Element) -> tuple[str, Any]:
        """The array of a `Work` that holds an element, and its row."""
        layout = self.layout()
        return layout.name(Store(element.sequence)), layout.row(Store(element.sequence), element.time)


def untyped(arguments: str) -> str:
    """Arguments without their types."""
    return re.sub(r": [\w |]*\w", "", arguments)


def signature(name: str, arguments: str, result: str) -> list[str]:
    """The head of a function, on several lines if it is long."""
    head = f"def {name}({arguments}) -> {result}:"
    return [head] if len(head) <= 112 else [f"def {name}(", f"    {arguments}", f") -> {result}:"]
