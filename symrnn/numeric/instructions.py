"""Expressions as NumPy calls that fill arrays which exist already: one call an operation, nothing allocated.

A result goes where it belongs, or into scratch memory that is free again as soon as it has been read. What has no
such form is written as one expression and assigned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sympy import Expr, Integer, Mul, Rational
from sympy.core.function import Function

from symrnn.numeric.arrays import ArrayPrinter
from symrnn.numeric.bodies import body_text, negative
from symrnn.numeric.scratch import Scratch, Target, Value
from symrnn.numeric.statements import counts
from symrnn.numeric.texts import ALONE, TIME
from symrnn.tensor import Contract, Elementwise, Node, Transpose, placeholder, shape_of, slots_of, t
from symrnn.tensor.rebuilding import beside

# Functions of one argument that NumPy fills an array with.
FILLING = MappingProxyType(
    {name: name for name in ("tanh", "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "sqrt", "sign")}
    | {"Abs": "absolute", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh"}
)

BY_KEYWORD = frozenset({"maximum", "minimum"})  # NumPy no longer takes their result as a third argument


class Filling:
    """Writes the calls of one statement.

    Parameters
    ----------
    printer
        Prints leaves, and what has no form here.
    leaf
        The text of a leaf as an operand in a result of some rank.
    product
        The text of a product, from its vector, its matrix and where it goes.
    line
        Receives each line.
    shape
        The text of the shape of scratch memory for a tensor of a core shape.
    lead
        The leading axes of the target: TIME for all steps at once, EXAMPLE for one.
    constant
        A name for a text that is the same for all steps.
    """

    def __init__(
        self,
        printer: ArrayPrinter,
        leaf: Callable[[Any, int], str],
        product: Callable[[str, str, str, Any], str],
        line: Callable[[str], None],
        shape: Callable[[tuple[Expr, ...]], str],
        scratch: Scratch,
        lead: int,
        constant: Callable[[str], str] = str,
    ) -> None:
        self.printer, self.leaf, self.product_text, self.line = printer, leaf, product, line
        self.shape, self.scratch, self.lead, self.constant = shape, scratch, lead, constant
        self.keyword = lead == TIME
        self.target = Target("", False, False)
        self.core: tuple[Expr, ...] = ()
        self.own: tuple[Expr, ...] = ()
        self.target_taken = True

    def fill(self, expr: Any, target: Target, adds: bool) -> None:
        """`target = expr`, or `target += expr`."""
        self.own = self.core = tuple(shape_of(expr))
        self.target, self.target_taken = target, adds or not target.free
        found = self.value(expr, None if adds else target.text)
        if adds:
            self.call("add", [Value(target.text), found], target.text)
        elif found.text != target.text:
            rows = target.text if target.text.endswith("]") else f"{target.text}[...]"
            self.line(f"{rows} = {found.text}")
        if found.scratch:
            self.give(found.text)

    def operand(self, expr: Any) -> Value:
        """The text of an expression, with nowhere to go."""
        self.own = self.core = tuple(shape_of(expr))
        self.target, self.target_taken = Target("", False, False), True
        return self.value(expr)

    def value(self, expr: Any, final: str | None = None) -> Value:
        """The operand that an expression is; its last call fills `final`, if there is one."""
        if isinstance(expr, Node) and expr.is_leaf:
            return Value(self.leaf(expr, len(self.core)), alone=self.printer(expr).lead == ALONE)
        if isinstance(expr, Elementwise):
            return self.body(expr.body, {placeholder(i): x for i, x in enumerate(expr.operands)}, final)
        if self.is_product(expr):
            return self.product(expr, final)
        if isinstance(expr, Node):
            # rows of scalar sequences have an axis behind them, so other scalars get one too
            rank = len(self.core) if self.keyword else max(len(self.core), 1)
            code = self.printer(expr)
            if code.lead == ALONE:
                return Value(self.fixed(expr, code.atom), alone=not counts(expr))
            return Value(code.widened(rank - len(shape_of(expr))))
        return self.body(expr, {s: s for s in slots_of(expr)}, final)

    def fixed(self, expr: Any, text: str) -> str:
        """A name for a text that is the same for all steps, if it is."""
        return text if counts(expr) else self.constant(text)

    # products ------------------------------------------------------------------------------------------------

    def is_product(self, expr: Any) -> bool:
        """Whether this is a matrix that all steps and examples share, times a vector, or the other way round."""
        if not isinstance(expr, Contract) or len(expr.shape) != 1:
            return False
        left, right = (self.printer(x).lead for x in expr.args)
        return (left, right) == ((self.lead, ALONE) if expr.right.rank == 2 else (ALONE, self.lead))

    def product(self, expr: Any, final: str | None) -> Value:
        """A vector times a matrix, in one call."""
        if expr.right.rank == 2:
            vector, matrix, turned = expr.left, expr.right, False
        else:
            vector, matrix, turned = expr.right, expr.left, True
        if isinstance(matrix, Transpose):
            matrix, turned = matrix.args[0], not turned
        core, self.core = self.core, tuple(shape_of(vector))
        inner = self.value(vector)
        self.core = core
        text = self.fixed(matrix, self.printer(matrix).atom + (".T" if turned else ""))
        out = final if final is not None and self.target.plain else self.take(tuple(expr.shape))
        self.line(self.product_text(inner.text, text, out, expr))
        if inner.scratch:
            self.give(inner.text)
        return Value(out, out != final)

    # elementwise bodies --------------------------------------------------------------------------------------

    def body(self, body: Expr, operands: Mapping[Any, Any], final: str | None) -> Value:
        """A scalar body, entry by entry; `operands` says what the parts of it stand for."""
        values = {place: self.value(x) for place, x in operands.items()}
        if self.printer.stack is not None and t in beside(body, values):
            values[t] = Value(self.printer(t).widened(len(self.core)))
        often = {z: v for z, v in values.items() if v.scratch and count_of(body, z) > 1}
        found = self.entry(body, values | {z: Value(v.text) for z, v in often.items()}, final)
        for v in often.values():
            self.give(v.text)
        return found

    def entry(self, e: Expr, values: dict[Any, Value], final: str | None) -> Value:
        """One node of a body."""
        if e in values:
            return values[e]
        free = beside(e, values)
        if not any(z in values for z in free):
            return Value(self.number(e))
        if t not in free and all(z not in values or values[z].alone for z in free):
            texts = {z: values[z].text if z in values else self.number(z) for z in free}
            return Value(self.constant(f"({body_text(e, texts, self.printer.scope.used)})"))
        if e.is_Add:
            return self.total(e, values, final)
        if e.is_Mul:
            return self.factors(e, values, final)
        if e.is_Pow and e.exp == 2:
            x = self.entry(e.base, values, None)
            return self.call("multiply", [x, x], final)
        if e.is_Pow and e.exp == -1:
            return self.call("divide", [Value("1"), self.entry(e.base, values, None)], final)
        name = type(e).__name__
        if isinstance(e, Function) and name in FILLING:
            return self.call(FILLING[name], [self.entry(e.args[0], values, None)], final)
        if name == "sigmoid":
            return self.sigmoid(e, values, final)
        if name == "relu":
            return self.call("maximum", [self.entry(e.args[0], values, None), Value("0")], final)
        if name == "softplus":
            return self.call("logaddexp", [self.entry(e.args[0], values, None), Value("0")], final)
        texts = {z: values[z].text if z in values else self.number(z) for z in free}
        return Value(f"({body_text(e, texts, self.printer.scope.used)})")

    def sigmoid(self, e: Expr, values: dict[Any, Value], final: str | None) -> Value:
        """1/2 + 1/2 tanh(x / 2): never overflows, and tanh is the fastest of its kind."""
        half = self.call("multiply", [self.entry(e.args[0], values, None), Value("0.5")], None)
        half = self.call("multiply", [self.call("tanh", [half], None), Value("0.5")], None)
        return self.call("add", [half, Value("0.5")], final)

    def number(self, e: Expr) -> str:
        """What does not vary from entry to entry."""
        if isinstance(e, Rational) and not isinstance(e, Integer):
            return repr(float(e))
        texts = {s: self.printer.scope.symbol(s) for s in e.free_symbols}
        text = body_text(e, texts, self.printer.scope.used)
        return text if e.is_number or e.is_Symbol else f"({text})"

    def total(self, e: Expr, values: dict[Any, Value], final: str | None) -> Value:
        """A sum: what takes calls first, then what is there already, then what is taken away."""
        terms = sorted(e.args, key=lambda a: (a in values, a.is_number))
        plus = [a for a in terms if not negative(a)]
        minus = [-a for a in terms if negative(a)]
        calls = [("add", a) for a in plus[1:]] + [("subtract", a) for a in minus]
        if not plus:
            calls = [("add", a) for a in minus[1:]]
        found = self.entry(plus[0] if plus else minus[0], values, None)
        for i, (name, a) in enumerate(calls):
            last = i == len(calls) - 1 and bool(plus)
            found = self.call(name, [found, self.entry(a, values, None)], final if last else None)
        return found if plus else self.call("negative", [found], final)

    def factors(self, e: Expr, values: dict[Any, Value], final: str | None) -> Value:
        """A product: what takes calls first, then what is there already; quotients last."""
        number, rest = e.as_coeff_Mul()
        factors = Mul.make_args(rest)
        under = [a for a in factors if a.is_Pow and a.exp.is_Integer and a.exp.is_negative]
        over = sorted((a for a in factors if a not in under), key=lambda a: a in values)
        calls = [("multiply", a) for a in over] + [("divide", 1 / a) for a in under]
        if number not in (1, -1):
            calls.append(("multiply", number))
        start = next((i for i, (name, _) in enumerate(calls) if name == "multiply"), None)
        found = Value("1")
        if start is not None:
            _, first = calls.pop(start)
            found = self.entry(first, values, None if calls or number == -1 else final)
        for i, (name, a) in enumerate(calls):
            last = i == len(calls) - 1 and number != -1
            found = self.call(name, [found, self.entry(a, values, None)], final if last else None)
        return self.call("negative", [found], final) if number == -1 else found

    # memory --------------------------------------------------------------------------------------------------

    def call(self, name: str, args: list[Value], final: str | None) -> Value:
        """One call; its result goes to `final`, or over an operand that is free, or to scratch memory."""
        mine = next((a.text for a in args if a.scratch), None)
        out = final or mine or self.take(self.core)
        into = f"out={out}" if self.keyword or name in BY_KEYWORD else out
        self.line(f"np.{name}({', '.join(a.text for a in args)}, {into})")
        for text in dict.fromkeys(a.text for a in args if a.scratch and a.text != out):
            self.give(text)
        return Value(out, out != final)

    def take(self, core: tuple[Expr, ...]) -> str:
        """Scratch memory for a tensor of this shape: the target itself, if it may be used and has the shape."""
        if not self.target_taken and self.target.plain and core == self.own:
            self.target_taken = True
            return self.target.text
        return self.scratch.take(self.shape(core))

    def give(self, text: str) -> None:
        """Scratch memory that is free again."""
        if text == self.target.text:
            self.target_taken = False
        else:
            self.scratch.give(text)


def count_of(e: Any, z: Any) -> int:
    """How often a part stands in an expression."""
    return int(e == z) + sum(count_of(a, z) for a in e.args)
