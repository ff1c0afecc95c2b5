"""Loops of a schedule as functions that Numba compiles: entry by entry, with nothing between steps but arithmetic.

Only loops of elementwise statements on scalars and vectors, and of products with shared matrices, have this form;
the others stay NumPy calls. Where rows are large the NumPy calls are faster, and the generated code takes them.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Rational, tanh

from symrnn.errors import Unsupported
from symrnn.model import Constant, Parameter
from symrnn.numeric.bodies import body_text
from symrnn.numeric.layout import Layout
from symrnn.numeric.schedule import Loop
from symrnn.numeric.statements import Statement, Store, counts, store_of
from symrnn.tensor import Contract, Elementwise, Node, Transpose, placeholder, shape_of, slots_of, t
from symrnn.tensor.activations import sigmoid

LARGEST = 96  # numbers in a row of all examples, up to which compiled loops are the faster ones


class MachineLoop:
    """One loop as the text of a function and of its call.

    Raises
    ------
    Unsupported
        When a statement has no entrywise form.
    """

    def __init__(self, loop: Loop, layout: Layout, name: str) -> None:
        self.layout, self.name = layout, name
        self.arguments: dict[str, str] = {}  # by name, what is passed
        self.lines: list[str] = []
        self.core = next((x.store.sequence.shape for x in loop.statements if x.store.sequence.shape), ())
        if not all(layout.horizon.within(loop.when, s.when) for s in loop.statements):
            raise Unsupported("the statements of this loop hold at different times")
        for s in loop.statements:
            self.statement(s)
        first, last = layout.end(loop.when.first), layout.end(loop.when.last)
        self.range = f"{first}, {last} + 1" if loop.forward else f"{last}, {first} - 1, -1"

    def text(self) -> str:
        """The function."""
        head = f"def {self.name}(first: int, last: int, step: int, B: int, {', '.join(self.arguments)}):"
        doc = '    """One pass over time; the examples of the batch do not meet."""'
        body = ["    for t in range(first, last, step):", "        for example in range(B):"]
        fast = '@njit(fastmath={"reassoc", "contract", "nsz"})'
        return "\n".join([fast, head, doc, *body, *("            " + x for x in self.lines)]) + "\n"

    def call(self) -> str:
        """Its call."""
        step = "" if self.range.endswith("-1") else ", 1"
        return f"{self.name}({self.range}{step}, B, {', '.join(self.arguments.values())})"

    def condition(self) -> str:
        """When the call is the faster one."""
        sizes = "".join(f" * {self.layout.end(d)}" for d in self.core)
        return f"{self.layout.word('B')}{sizes} <= {LARGEST}"

    def statement(self, s: Statement) -> None:
        """One statement: a loop over entries."""
        if s.once or counts(s.expr) or len(shape_of(s.expr)) > 1:
            raise Unsupported(f"{s.note} has no entrywise form")
        rank = len(shape_of(s.expr))
        inner: list[str] = []
        text = self.entry(s.expr, rank, inner)
        target = self.element(s.store, s.time, rank)
        pad = "    " * rank
        if rank:
            self.lines.append(f"for entry in range({self.passed_size(s)}):")
        self.lines += [pad + x for x in inner]
        self.lines.append(f"{pad}{target} {'+=' if s.adds else '='} {text}")

    def passed_size(self, s: Statement) -> str:
        """The number of entries."""
        return f"{self.array(s.store)}.shape[2]"

    def entry(self, expr: Any, rank: int, inner: list[str]) -> str:
        """The text of entry i."""
        if isinstance(expr, Node) and expr.is_leaf:
            return self.leaf(expr)
        if isinstance(expr, Contract):
            return self.product(expr, inner)
        if isinstance(expr, Elementwise):
            body, operands = expr.body, expr.operands
        elif not isinstance(expr, Node):
            operands = tuple(slots_of(expr))
            body = expr.xreplace({x: placeholder(i) for i, x in enumerate(operands)})
        else:
            raise Unsupported(f"{expr} has no entrywise form")
        texts: dict[Any, str] = {placeholder(i): self.entry(x, rank, inner) for i, x in enumerate(operands)}
        for symbol in body.free_symbols - set(texts):
            raise Unsupported(f"{symbol} has no entrywise form")
        used: set[str] = set()
        found = body_text(plain(body), texts, used)
        if used:
            raise Unsupported(f"{expr} has no entrywise form")
        return found

    def leaf(self, leaf: Any) -> str:
        """The text of an entry of a leaf."""
        rank = len(shape_of(leaf))
        if rank > 1:
            raise Unsupported(f"{leaf} has no entrywise form")
        index = ", entry" if rank else ""
        if isinstance(leaf, Parameter):
            text = self.layout.leaf(leaf, None).text
            self.arguments[text] = text
            return f"{text}[entry]" if rank else text
        if isinstance(leaf, Constant):
            text = self.layout.leaf(leaf, None).text
            core = ", ".join(self.layout.end(d) for d in shape_of(leaf))
            self.arguments[text] = f"{text}.reshape(-1{', ' + core if core else ''})"
            return f"{text}[example{index}]"
        time = leaf.node.time if hasattr(leaf, "node") else leaf.time
        return self.element(store_of(leaf), time, rank)

    def element(self, store: Store, time: Expr, rank: int) -> str:
        """The text of an entry of an array at a time."""
        row = self.layout.row(store, time)
        if row.free_symbols - {t}:
            raise Unsupported(f"{store.element(time)} has no entrywise form")
        return f"{self.array(store)}[{self.layout.end(row)}, example{', entry' if rank else ''}]"

    def array(self, store: Store) -> str:
        """The name of an array inside; outside it may have no batch axis."""
        name = self.layout.name(store)
        core = "".join(f", {self.layout.end(d)}" for d in store.sequence.shape)
        self.arguments[name] = f"{name}.reshape(len({name}), -1{core})"
        return name

    def product(self, e: Contract, inner: list[str]) -> str:
        """Entry i of a matrix times a vector, in a sum of its own."""
        matrix, vector = (e.left, e.right) if e.right.rank == 1 else (e.right, e.left)
        turned = e.right.rank != 1
        if isinstance(matrix, Transpose):
            matrix, turned = matrix.args[0], not turned
        if not isinstance(matrix, Parameter) or isinstance(vector, Parameter | Constant) or not vector.is_leaf:
            raise Unsupported(f"{e} has no entrywise form")
        name = self.layout.leaf(matrix, None).text
        inside = f"{name}_rows" if turned else name
        self.arguments[inside] = f"np.ascontiguousarray({name}.T)" if turned else name
        place = sum(" = 0.0" in x for x in inner) + 1
        total = self.layout.names(("machine total", place), f"total{place}")
        entry = self.leaf(vector).replace(", entry]", ", other]")
        inner += [
            f"{total} = 0.0",
            f"for other in range({inside}.shape[1]):",
            f"    {total} += {inside}[entry, other] * {entry}",
        ]
        return total


def plain(body: Expr) -> Expr:
    """A body without functions of our own."""
    return body.replace(sigmoid, lambda x: Rational(1, 2) + tanh(x / 2) / 2)
