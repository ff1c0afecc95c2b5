"""A model as the source of one Python module: forward, loss, loss_and_grad.

The functions of a module share identifiers; each unpacks what its own lines use. The backward lines come from
the derivation that is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from symrnn.calculus import Derivation
from symrnn.calculus.adjoint import Template
from symrnn.model import Constant, Element, Parameter, Recurrence, Sequence
from symrnn.numeric.arrays import ArrayPrinter
from symrnn.numeric.coverage import shortest_covered
from symrnn.numeric.emit import Writer, key_of
from symrnn.numeric.frame import docstring, frame, is_padded, rows_text, title_text
from symrnn.numeric.horizon import Horizon
from symrnn.numeric.layout import Layout, extents_of, given_leaves, sizes_of
from symrnn.numeric.lengths import Admission, span, untold
from symrnn.numeric.names import Names
from symrnn.numeric.passes import Fresh, hoist, prune, share
from symrnn.numeric.schedule import Block, Loop, Step, schedule
from symrnn.numeric.stable import FUNCTIONS, text_of
from symrnn.numeric.statements import (
    Statement,
    Store,
    Total,
    accesses,
    backward_statements,
    forward_statements,
    totals_of,
)
from symrnn.numeric.texts import ALONE


@dataclass(frozen=True)
class Plan:
    """What both directions of a model do, and in which order; `chosen` is what it is differentiated by, if it is."""

    model: Recurrence
    horizon: Horizon
    forward: tuple[Step, ...]
    backward: tuple[Step, ...]
    totals: dict[Any, tuple[Total, ...]]
    chosen: tuple[Any, ...] | None


def plan(model: Recurrence, derivation: Derivation | None, *, gradient_only: bool = False) -> Plan:
    """The schedule of a model and of its derivation, if there is one.

    With `gradient_only` the forward direction computes only what the loss and the gradients need.
    """
    least = Admission(model).shortest()
    if derivation is not None:
        least = shortest_covered(derivation.origin[0], least)
    horizon = Horizon(least, model.lengths)
    fresh = Fresh(x.name for x in (*given_leaves(model), *model.sequences))
    chosen: tuple[Any, ...] | None = None
    backward: list[Step] = []
    totals: dict[Any, tuple[Total, ...]] = {}
    if derivation is not None:
        template, chosen = derivation.origin
        backward, totals = _backward(template, chosen, horizon, fresh)
    statements = forward_statements(model)
    if gradient_only:
        added: list[Statement | Total] = [*statements_in(backward), *(x for parts in totals.values() for x in parts)]
        read = [x.expr for x in added]
        statements = prune(statements, (a.store for expr in (*read, model.loss) for a in accesses(expr)))
    forward = _hoisted(schedule(statements, horizon), fresh)
    return Plan(model, horizon, forward, _hoisted(backward, fresh), totals, chosen)


def _backward(
    template: Template, chosen: tuple[Any, ...], horizon: Horizon, fresh: Fresh
) -> tuple[list[Step], dict[Any, tuple[Total, ...]]]:
    """The steps that compute the adjoints that are needed, and the sums that are the gradients of shared leaves."""
    shared = [x for x in chosen if isinstance(x, Parameter | Constant)]
    totals = [x for leaf in shared for x in totals_of(template, leaf, horizon)]
    wanted = [Store(x.sequence if isinstance(x, Element) else x, True) for x in chosen if x not in shared]
    wanted += [a.store for x in totals for a in accesses(x.expr)]
    statements = prune(backward_statements(template, horizon), wanted)
    statements, totals = share(statements, totals, horizon, fresh)
    return schedule(statements, horizon), {leaf: tuple(x for x in totals if x.leaf == leaf) for leaf in shared}


def _hoisted(steps: list[Step], fresh: Fresh) -> tuple[Step, ...]:
    return tuple(new for step in steps for new in (hoist(step, fresh) if isinstance(step, Loop) else [step]))


def statements_in(steps: Iterable[Step]) -> list[Statement]:
    """All statements of a schedule."""
    return [s for step in steps for s in ([step.statement] if isinstance(step, Block) else step.statements)]


class Module:
    """The text of one module; `text` is deterministic."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.model = plan, plan.model
        self.names = Names()
        for x in (*given_leaves(self.model), *self.model.sequences):
            if not isinstance(x, Element):
                self.names(Store(x) if isinstance(x, Sequence) else x, x.name)
        for symbol in sizes_of(self.model):
            self.names(symbol, symbol.name)
        every = statements_in((*plan.forward, *plan.backward))
        self.extents = extents_of(self.model, every, plan.horizon)
        self.used: set[str] = set()
        computed = {s.store for s in statements_in(plan.forward)}
        self.stored = [
            Store(v)
            for v in self.model.sequences
            if Store(v) in computed or (v not in self.model.defined and is_padded(self.model, v, self.extents))
        ]

    def text(self) -> str:
        """The source of the module."""
        computed = {store.sequence for store in self.stored}
        functions = [self.every_value()]
        if computed.issuperset(self.model.defined):
            functions.append(self.forward())
        if self.model.loss is not None:
            functions.append(self.loss())
        if self.plan.chosen is not None:
            functions.append(self.loss_and_grad())
        helpers = [text_of(name) for name in FUNCTIONS if name in self.used]
        head = [title_text(self.model, self.plan.horizon), "from __future__ import annotations\n"]
        head += ["import numpy as np\n", "Arrays = dict[str, np.ndarray]\n"]
        return "\n".join(head) + "\n\n" + "\n\n".join([*helpers, *functions])

    def function(
        self, name: str, result: str, summary: str, fill: Callable[[Writer], str], *, first: bool = False
    ) -> str:
        """One function: `fill` writes its lines and returns the text of its result."""
        layout = Layout(self.model, self.names, self.extents, self.plan.horizon)
        writer = Writer(layout)
        stored = [] if first else self.stored
        writer.given(Store(v) for v in self.model.sequences if first and v not in self.model.defined)
        writer.given([*stored, *(Store(v) for v in self.model.sequences if not first)])
        value = fill(writer)
        signature = "params: Arrays, inputs: Arrays, boundary: Arrays"
        told = [layout.symbol(s) for s in untold(self.model)]
        signature += "".join(f", {name}: int" for name in told)
        lines = [f"def {name}({signature}) -> {result}:", *docstring(summary)]
        if not first:
            lines.append(f"    values = every_value({', '.join(['params, inputs, boundary', *told])})")
        lines += ["    " + x for x in frame(layout, stored, first=first)]
        lines += ["    " + x for x in writer.lines]
        self.used |= layout.used
        return "\n".join([*lines, f"    return {value}"]) + "\n"

    def every_value(self) -> str:
        """The function that computes all sequences."""

        def fill(writer: Writer) -> str:
            writer.steps(self.plan.forward)
            names = [(s.sequence.name, writer.layout.name(s)) for s in self.stored]
            return "{" + ", ".join(f'"{key}": {name}' for key, name in names) + "}"

        layout = Layout(self.model, self.names, self.extents, self.plan.horizon)
        summary = f"Every sequence, boundary values included: {rows_text(self.stored, layout)}."
        return self.function("every_value", "Arrays", summary, fill, first=True)

    def forward(self) -> str:
        """The function that returns all defined sequences."""

        def fill(writer: Writer) -> str:
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
        return self.function("loss", "np.floating", "The loss, summed over the batch.", self.loss_text)

    def loss_text(self, writer: Writer) -> str:
        """The text of the loss."""
        code = ArrayPrinter(writer.layout)(self.model.loss)
        return f"{writer.layout.word('B')} * {code.atom}" if code.lead == ALONE else f"np.sum({code.text})"

    def loss_and_grad(self) -> str:
        """The function that returns the loss and the gradients."""

        def fill(writer: Writer) -> str:
            writer.line(f"value = {self.loss_text(writer)}")
            writer.steps(self.plan.backward)
            items = [f'"{key}": {self.gradient(writer, leaf)},' for leaf, key in self.keys()]
            writer.lines += ["grads = {", *("    " + item for item in items), "}"]
            return "value, grads"

        keys = ", ".join(key for _, key in self.keys())
        summary = f"The loss and its gradients: {keys or 'none'}; each has the shape of what it belongs to."
        return self.function("loss_and_grad", "tuple[np.floating, Arrays]", summary, fill)

    def keys(self) -> list[tuple[Any, str]]:
        """What was differentiated by, with the keys of the gradients."""
        return [(x, key_of(x) if isinstance(x, Element) else x.name) for x in self.plan.chosen or ()]

    def gradient(self, writer: Writer, leaf: Any) -> str:
        """Write what computes one gradient; the text of its value."""
        layout = writer.layout
        if isinstance(leaf, Parameter | Constant):
            name = self.names(("total", leaf), "d_" + leaf.name)
            writer.totals(leaf, list(self.plan.totals[leaf]), name)
            return name if isinstance(leaf, Parameter) else f'{layout.helper("like")}({name}, inputs["{leaf.name}"])'
        store = Store(leaf if isinstance(leaf, Sequence) else leaf.sequence, True)
        writer.make(store)
        if isinstance(leaf, Sequence):
            return layout.rows(store, span(self.model, leaf))
        row = layout.end(layout.row(store, leaf.time))
        return f'{layout.helper("like")}({layout.name(store)}[{row}], boundary["{key_of(leaf)}"])'
