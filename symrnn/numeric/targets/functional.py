"""A model as the source of a module of pure functions: every array is made where it is computed, and handed on.

The functions are those of the NumPy module, `forward`, `loss`, `loss_and_grad`, from the same statements in the same
order; what differs from library to library is in its dialect and its writer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from sympy import Add

from symrnn.model import Constant, Element, Parameter, Sequence
from symrnn.numeric.arrays import ArrayPrinter
from symrnn.numeric.dialects import Dialect
from symrnn.numeric.emit import Writer, key_of
from symrnn.numeric.frame import docstring, rows_text, title_text
from symrnn.numeric.gradients import Gradients
from symrnn.numeric.layout import Layout, given_leaves, sizes_of
from symrnn.numeric.lengths import span, untold
from symrnn.numeric.module import signature
from symrnn.numeric.names import OWN, Names
from symrnn.numeric.plans import Plan, statements_in
from symrnn.numeric.statements import Store
from symrnn.numeric.targets import unequal
from symrnn.numeric.targets.unpacking import handed, unpacked
from symrnn.numeric.texts import ALONE
from symrnn.numeric.work import is_given

WORDS = frozenset({"jax", "jnp", "lax", "torch", "math", "kind", "dict", "tuple", "last", "found", "rows", "carry"})
WORDS |= {"reduce", "Loss", "ctx", "keys", "arrays", "larger", "softplus", "kind_of", "arriving"}
WORDS |= {"lengths", "groups", "some", "together", "all_rows", "placed", "AXES", "steps", "columns", "parts", "part"}
WORDS |= {"differentiable", "parted", "sensitivities", "products", "each"}


class FunctionalModule(Gradients):
    """The text of one module; `text` is deterministic."""

    dialect: ClassVar[Dialect]
    library: ClassVar[str]
    imports: ClassVar[tuple[str, ...]]

    def __init__(self, plan: Plan) -> None:
        self.plan, self.model = plan, plan.model
        self.names = Names(OWN | WORDS)
        for x in (*given_leaves(self.model), *self.model.sequences):
            if not isinstance(x, Element):
                self.names(Store(x) if isinstance(x, Sequence) else x, x.name)
        for symbol in sizes_of(self.model):
            self.names(symbol, symbol.name)
        self.used: set[str] = set()
        self.computed = dict.fromkeys(s.store for s in statements_in(plan.forward))
        layout = self.layout()
        for v in self.model.sequences:
            if v not in self.model.defined and not is_given(layout, Store(v)):
                self.computed.setdefault(Store(v))
        self.handed_on: dict[Store, None] = {}

    def text(self) -> str:
        """The source of the module."""
        functions = []
        if {s.sequence for s in self.computed} >= set(self.model.defined):
            functions.append(self.forward())
        if self.model.loss is not None:
            functions.append(self.loss())
        if self.plan.chosen is not None:
            functions += [self.backward(), self.loss_and_grad()]
        functions = [self.every_value(), *functions, *self.more()]
        title = title_text(self.model, self.plan.horizon, self.plan.about).replace(
            "needs NumPy only", f"needs {self.library} only"
        )
        head = [title, "from __future__ import annotations", "", *self.imports]
        head += ["", f"Arrays = dict[str, {self.dialect.array}]", unequal.TYPE, ""]
        helpers = [self.dialect.helper(name) for name in sorted(self.used)]
        whole = {s.sequence for s in self.computed} >= set(self.model.defined)
        functions += unequal.helpers(self.model, self.dialect, self.plan.horizon.least, whole)
        return "\n".join(head) + "\n\n" + "\n\n".join([*helpers, *functions])

    def new_writer(self, layout: Layout) -> Writer:
        """What writes the lines of one function."""
        return Writer(layout)

    def more(self) -> list[str]:
        """Functions that only this library has."""
        return []

    def layout(self) -> Layout:
        """A new layout, for one function."""
        layout = Layout(self.model, self.names, self.plan.extents, self.plan.horizon, self.plan.stacks)
        layout.dialect, layout.carried = self.dialect, self.plan.carried
        return layout

    def told(self) -> list[str]:
        """The numbers of steps that no input tells."""
        return [self.layout().symbol(s) for s in untold(self.model)]

    def function(self, name: str, result: str, summary: str, fill: Callable[[Writer], str]) -> str:
        """One function: `fill` writes its lines and returns the text of its result."""
        layout = self.layout()
        writer = self.new_writer(layout)
        first = name == "every_value"
        given = [Store(v) for v in self.model.sequences if is_given(layout, Store(v))]
        writer.given([*given, *(() if first else self.computed)])
        value = fill(writer)
        told = self.told()
        lines = [*self.decorators(name), *signature(name, self.arguments(name), result), *docstring(summary)]
        lines += self.of_lengths(name)
        if name in ("forward", "loss"):
            lines.append(f"    values = every_value({', '.join(['params, inputs, boundary', *told])})")
        lines += ["    " + x for x in unpacked(layout)]
        if not first:
            stores = [s for s in layout.stores if s in self.computed]
            self.handed_on |= dict.fromkeys(stores)
            lines += ["    " + x for x in handed(layout, stores)]
        lines += ["    " + x if x.strip() else "" for x in writer.lines]
        self.used |= layout.used
        return "\n".join([*lines, f"    return {value}"]) + "\n"

    def decorators(self, name: str) -> list[str]:
        """What stands above a function."""
        return []

    def of_lengths(self, name: str) -> list[str]:
        """The lines that take a batch of sequences of unequal length apart."""
        told = "".join(f', steps["{s}"]' for s in untold(self.model))
        loop = "for steps, columns, part in groups(inputs, boundary, lengths)"
        lines = {
            "loss": [f"return sum(loss(params, *part{told}) {loop})"],
            "forward": [
                f"parts = [(steps, columns, forward(params, *part{told})) {loop}]",
                "return all_rows(parts, inputs)",
            ],
            "loss_and_grad": [
                "value, parts = 0, []",
                f"{loop}:",
                f"    more, grads = loss_and_grad(params, *part{told})",
                "    value = value + more",
                "    parts.append((steps, columns, grads))",
                "return value, together(parts, {**params, **inputs, **boundary})",
            ],
        }.get(name, [])
        return ["    if lengths is not None:", *("        " + x for x in lines)] if lines else []

    def arguments(self, name: str) -> str:
        """The text of the arguments of a function."""
        more = "".join(f", {w}: int" for w in self.told())
        more += ", lengths: Lengths = None" * (name in ("forward", "loss", "loss_and_grad"))
        return f"params: Arrays, inputs: Arrays, boundary: Arrays{more}" + ", values: Arrays" * (name == self.pass_name)

    def every_value(self) -> str:
        """The function that computes all sequences, written last, when it is known what the others read."""

        def fill(writer: Writer) -> str:
            for v in self.model.sequences:
                if v not in self.model.defined and Store(v) in self.computed:
                    writer.make(Store(v))
                    rows = writer.layout.rows(Store(v), span(self.model, v))
                    name, _, place = rows.removesuffix("]").partition("[")
                    writer.put(name, place or ":", f'inputs["{v.name}"]')
                    writer.filled.add(Store(v))
            writer.steps(self.plan.forward)
            return "{" + ", ".join(f'"{x}": {x}' for x in map(writer.layout.name, self.handed_on)) + "}"

        summary = f"All sequences that the other functions read: {rows_text(list(self.handed_on), self.layout())}."
        return self.function("every_value", "Arrays", summary, fill)

    def forward(self) -> str:
        """The function that returns all defined sequences."""

        def fill(writer: Writer) -> str:
            items, layout = [], writer.layout
            for v in self.model.defined:
                whole = span(self.model, v)
                items.append(f'"{v.name}": {layout.rows(Store(v), whole)}')
                for r in self.model.ranges[v]:
                    if r.is_point and layout.horizon.apart(r, whole):
                        items.append(f'"{key_of(v[r.first])}": {layout.leaf(v[r.first], None).text}')
            return "{" + ", ".join(items) + "}"

        return self.function("forward", "Arrays", "The defined sequences, row r at time r + 1.", fill)

    def loss(self) -> str:
        """The function that returns the loss."""
        summary = "The loss, summed over the batch."
        return self.function("loss", self.dialect.array, summary, lambda writer: self.loss_text(writer))

    def loss_text(self, writer: Writer) -> str:
        """The loss, summed over the batch, term by term."""
        printer = ArrayPrinter(writer.layout)
        terms = []
        for term in Add.make_args(self.model.loss):
            writer.make_read(term)
            code = printer(term)
            batch = writer.layout.word("B") if code.lead == ALONE else ""
            terms.append(f"{batch} * {code.atom}" if batch else f"{self.dialect.named('sum')}({code.text})")
        return " + ".join(terms)

    def backward(self) -> str:
        """The function that returns the loss and the gradients, once all sequences are computed."""

        def fill(writer: Writer) -> str:
            writer.line(f"value = {self.loss_text(writer)}")
            writer.steps(self.plan.backward)
            items = [f'"{key}": {self.gradient(writer, leaf)},' for leaf, key in self.keys()]
            writer.lines += ["grads = {", *("    " + item for item in items), "}"]
            return "value, grads"

        summary = "The loss and its gradients from all sequences."
        return self.function(self.pass_name, self.pair(), summary, fill)

    @property
    def pass_name(self) -> str:
        """The name of the function that computes gradients: what runs forward in time is not called backward."""
        return "sensitivities" if self.plan.carried else "backward"

    def pair(self) -> str:
        """The type of a loss with its gradients."""
        return f"tuple[{self.dialect.array}, Arrays]"

    def loss_and_grad(self) -> str:
        """The function that returns the loss and the gradients."""
        summary = f"The loss and its gradients: {', '.join(key for _, key in self.keys()) or 'none'}."
        summary += " With `lengths`, numbers of steps, every example ends at its own last step."
        passed = ", ".join(["params, inputs, boundary", *self.told()])
        name = "loss_and_grad"
        lines = [*self.decorators(name), *signature(name, self.arguments(name), self.pair())]
        lines += [
            *docstring(summary),
            *self.of_lengths(name),
            f"    return {self.pass_name}({passed}, every_value({passed}))",
        ]
        return "\n".join(lines) + "\n"

    def outside(self, loop: Any) -> set[Store]:
        """The arrays that anything but one loop reads."""
        steps = [s for s in (*self.plan.forward, *self.plan.backward) if s is not loop]
        read = {a.store for s in statements_in(steps) for a in s.reads}
        read |= {a.store for parts in self.plan.totals.values() for x in parts for a in x.reads}
        read |= {Store(v) for v in self.model.sequences} | set(self.handed_on)
        chosen = [x for x in self.plan.chosen or () if not isinstance(x, Parameter | Constant)]
        return read | {Store(x.sequence if isinstance(x, Element) else x, True) for x in chosen}
