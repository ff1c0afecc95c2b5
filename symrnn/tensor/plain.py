"""The plain text of every node, as one would type it in Python: what `str` and error messages show."""

from __future__ import annotations

from typing import Any, ClassVar

from sympy import Basic, Expr
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.str import StrPrinter

from symrnn.tensor import binders, kronecker, linear, pieces, special, unknown
from symrnn.tensor.elementwise import Elementwise, Full
from symrnn.tensor.node import Slot, shape_of
from symrnn.tensor.prime import Prime
from symrnn.tensor.spelling import Held, held_in, ordered_terms, spell, split_fraction, split_sign
from symrnn.tensor.time import t, tau


class PlainPrinter(StrPrinter):
    """SymPy's printer for scalars; `_print_X` for each node of ours."""

    printmethod = "_no_hook"
    _NAMES: ClassVar[dict[Any, str]] = {
        linear.Outer: "outer",
        linear.Dot: "dot",
        kronecker.Kron: "kron",
        kronecker.Commutation: "commutation",
        linear.Diag: "diag",
        linear.Diagonal: "diag",
        linear.Eye: "eye",
        pieces.SumEntries: "sum",
        pieces.Trace: "trace",
        pieces.Entry: "entry",
        pieces.Concat: "concat",
        pieces.Segment: "segment",
        pieces.Reshape: "reshape",
        special.Softmax: "softmax",
        special.LogSumExp: "logsumexp",
        special.SoftmaxCrossEntropy: "softmax_cross_entropy",
    }

    def _print_Basic(self, expr: Any) -> str:
        for kind, name in self._NAMES.items():
            if isinstance(expr, kind):
                return f"{name}({self._list(expr.args)})"
        return str(super()._print_Basic(expr))

    _print_Tensor = _print_Basic  # SymPy has a printer of this name for tensors of its own

    def _list(self, items: Any) -> str:
        return ", ".join(self._print(x) for x in items)

    def _factor(self, x: Basic, level: int = PRECEDENCE["Mul"]) -> str:
        text = self._print(x)
        tight = isinstance(x, linear.Contract) or precedence_of(x) > level
        return text if tight else f"({text})"

    def _print_Element(self, e: Any) -> str:
        return f"{e.name}[{self._print(e.time)}]"

    def _print_named(self, e: Any) -> str:
        return str(e.name)

    _print_Sequence = _print_Parameter = _print_Constant = _print_named

    def _print_Function(self, e: Any) -> str:
        return e.name if isinstance(e, unknown.Function) else str(super()._print_Function(e))

    def _print_Full(self, e: Full) -> str:
        sizes = self._list(e.shape)
        if e.value in (0, 1):
            return f"{'zeros' if e.value == 0 else 'ones'}({sizes})"
        return f"{self._factor(e.value)}*ones({sizes})"

    def _print_Contract(self, e: linear.Contract) -> str:
        return f"{self._factor(e.left)} @ {self._factor(e.right)}"

    def _print_Transpose(self, e: Any) -> str:
        return (
            f"{self._print(e.args[0])}.T"
            if precedence_of(e.args[0]) >= PRECEDENCE["Atom"]
            else f"({self._print(e.args[0])}).T"
        )

    def _print_Applied(self, e: unknown.Applied) -> str:
        data, shared = split_arguments(e)
        inner = self._list(data) + ("; " if data and shared else "") + self._list(shared)
        return f"{e.function.name}({inner})"

    def _print_Partial(self, e: unknown.Partial) -> str:
        return f"partial({self._print(e.application)}, {e.position})"

    def _print_SecondPartial(self, e: unknown.SecondPartial) -> str:
        return f"partial2({self._print(e.application)}, {e.first}, {e.second}, {self._print(e.weight)})"

    def _print_Adjoint(self, e: Any) -> str:
        objective = "" if str(e.objective.name) == "L" and not e.objective.args[1:] else f", {e.objective}"
        return f"nabla({self._print(e.node)}{objective})"

    def _print_SameChunk(self, e: Any) -> str:
        return f"same_chunk({self._list(e.args)})"

    def _print_Rate(self, e: Any) -> str:
        return f"{'sensitivity' if e.sign == 'partial' else 'immediate'}({self._list(e.args)})"

    def _print_Copy(self, e: Any) -> str:
        return f"{self._print(e.parameter)}[{self._print(e.time)}]"

    def _print_TimeSum(self, e: binders.TimeSum) -> str:
        if (e.index, e.lower, e.upper) == (t, 1, tau):
            return f"time_sum({self._print(e.body)})"
        return f"time_sum({self._print(e.body)}, ({self._list(e.args[1:])}))"

    def _print_TimeProduct(self, e: Any) -> str:
        left = "" if e.descends else ', left="earliest"'
        if (e.index, e.lower, e.upper) == (t, 1, tau):
            return f"time_prod({self._print(e.body)}{left})"
        return f"time_prod({self._print(e.body)}, ({self._list(e.args[1:4])}){left})"

    def _print_MatrixPower(self, e: Any) -> str:
        return f"matrix_power({self._list(e.args)})"

    def _print_Block(self, e: Any) -> str:
        return "block([" + ", ".join(f"[{self._list(row)}]" for row in e.rows) + "])"

    def _print_History(self, e: Any) -> str:
        return f"{e.name}^({self._print(e.time)})({self._list(e.latest)}, ..., {self._list(e.earliest)})"

    def _print_Inverse(self, e: Any) -> str:
        return f"inverse({self._print(e.args[0])})"

    def _print_StopGradient(self, e: Any) -> str:
        return f"stop_gradient({self._print(e.content)})"

    def _print_Declared(self, e: Any) -> str:
        return str(self._print(e.args[1](e.args[0])))

    def _print_Guard(self, e: binders.Guard) -> str:
        return f"guard({self._list(e.args)})"

    def _print_Prime(self, e: Prime) -> str:
        return str(e._sympystr(self))

    def _print_Held(self, e: Held) -> str:
        return str(self._print(e.operand))

    def parenthesize(self, item: Any, level: int, strict: bool = False) -> str:
        if isinstance(item, Slot):
            return str(self._print(item))
        if isinstance(item, Held):
            text = self._print(item)
            own = precedence_of(item.operand) - isinstance(item.operand, linear.Contract)
            return f"({text})" if own < level or (not strict and own <= level) else text
        return str(super().parenthesize(item, level, strict))

    def _print_Elementwise(self, e: Elementwise) -> str:
        return str(self._print(spell(e)))

    def _print_Add(self, expr: Expr, order: Any = None) -> str:
        if not held_in(expr):
            return str(super()._print_Add(expr, order))
        out = ""
        for i, term in enumerate(ordered_terms(expr)):
            minus, rest = split_sign(term)
            text = self.parenthesize(rest, PRECEDENCE["Mul"] if minus else PRECEDENCE["Add"], strict=True)
            text += self._spread(rest, expr)
            out += ("-" if minus else "") + text if i == 0 else f" {'-' if minus else '+'} {text}"
        return out

    def _spread(self, term: Expr, whole: Expr) -> str:
        """What makes a scalar that stands in every entry of a sum of tensors readable again: `*ones(n)`."""
        shapes = [shape_of(x.operand) for x in held_in(whole) if shape_of(x.operand)]
        if not shapes or term.is_Number or any(shape_of(x.operand) for x in held_in(term)):
            return ""
        return f"*ones({self._list(shapes[0])})"

    def _print_Mul(self, expr: Expr) -> str:
        if not held_in(expr):
            return str(super()._print_Mul(expr))
        minus, rest = split_sign(expr)
        above, below = split_fraction(rest) if rest.is_Mul else ([rest], [])
        factors = [self.parenthesize(f, PRECEDENCE["Mul"], strict=True) for f in above] or ["1"]
        text = ("-" if minus else "") + "*".join(factors)
        if below:
            under = "*".join(self.parenthesize(f, PRECEDENCE["Mul"], strict=len(below) > 1) for f in below)
            text += f"/({under})" if len(below) > 1 else f"/{under}"
        return text


def split_arguments(application: unknown.Applied) -> tuple[list[Any], list[Any]]:
    """The arguments of an unknown function before and after its semicolon: parameters come last."""
    arguments = list(application.arguments)
    cut = len(arguments)
    while cut and getattr(arguments[cut - 1], "is_shared", False):
        cut -= 1
    return arguments[:cut], arguments[cut:]


def precedence_of(x: Basic) -> int:
    """How tightly a node binds in plain text."""
    if isinstance(x, Elementwise):
        return int(precedence(spell(x)))
    if isinstance(x, linear.Contract):
        return PRECEDENCE["Mul"]
    if isinstance(x, Full) and x.value not in (0, 1):
        return PRECEDENCE["Mul"]
    return int(precedence(x))


def plain(x: Basic) -> str:
    """The text of a node as one would type it in Python."""
    return str(PlainPrinter().doprint(x))
