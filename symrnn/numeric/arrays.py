"""Tensor expressions as NumPy text, whatever stands in front: nothing, a batch, or time and a batch.

Elementwise bodies are printed by SymPy's printer, all other nodes by `forms`. A scalar that has leading axes
gets as many trailing axes as what it multiplies before NumPy could guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Expr, Function, Pow

from symrnn.numeric.bodies import body_text
from symrnn.numeric.forms import form
from symrnn.numeric.texts import ALONE, TIME, Code, Scope, Stack
from symrnn.tensor import Contract, Dot, Node, shape_of, slots_of
from symrnn.tensor.rebuilding import beside


class ArrayPrinter:
    """Prints expressions in a scope; with a stack, its index stands for a time axis.

    With `let`, what is long gets a line and a name of its own.
    """

    def __init__(
        self, scope: Scope, stack: Stack | None = None, let: Callable[[str, Code], Code] | None = None
    ) -> None:
        self.scope, self.stack, self.dialect, self.let = scope, stack, scope.dialect, let

    def over(self, stack: Stack) -> ArrayPrinter:
        """The same scope with a time axis for another index."""
        return ArrayPrinter(self.scope, stack, self.let)

    def alone(self) -> ArrayPrinter:
        """A printer whose texts stand alone, for lines that the index of a sum would not reach."""
        return ArrayPrinter(self.scope, self.stack)

    def named(self, wish: str, code: Code) -> Code:
        """The same under a name, where lines can be written before this one."""
        return self.let(wish, code) if self.let is not None else code

    def __call__(self, expr: Any) -> Code:
        if isinstance(expr, Node) and expr.is_leaf:
            return self.scope.leaf(expr, self.stack)
        if isinstance(expr, Node):
            return form(expr, self)
        return self.body(expr, {s: s for s in slots_of(expr)}, 0)

    def size(self, d: Expr) -> str:
        """The text of a dimension."""
        return self.scope.end(d)

    def sizes(self, shape: tuple[Expr, ...]) -> str:
        """The text of a shape, as a tuple."""
        return f"({', '.join(self.size(d) for d in shape)}{',' if len(shape) == 1 else ''})"

    def helper(self, name: str, *args: str, lead: int) -> Code:
        """A call of a helper function."""
        return Code(f"{self.scope.helper(name)}({', '.join(args)})", lead)

    def body(self, body: Expr, operands: Mapping[Any, Any], rank: int) -> Code:
        """A scalar body, entry by entry, for a result of this rank; `operands` says what the parts of it stand for."""
        texts: dict[Any, str] = {}
        loose: dict[Any, str] = {}
        lead = ALONE
        for place, x in operands.items():
            code = self(x)
            lead = max(lead, code.lead)
            texts[place] = code.widened(rank - len(shape_of(x)))
            if isinstance(x, Contract | Dot) and texts[place] == f"({code.text})":
                loose[place] = code.text
        for symbol in sorted(beside(body, texts) - texts.keys(), key=str):
            text = self.scope.symbol(symbol)
            inside = any(symbol in f.free_symbols for f in body.atoms(Function, Pow))
            code = Code(self.dialect.number(text, self.scope.word) if inside else text, ALONE)
            if self.stack is not None and symbol == self.stack.index:
                code = self._times(self.stack)
                lead = TIME
            texts[symbol] = code.widened(rank)
        return Code(
            body_text(body, texts, self.scope.used, loose, self.dialect), lead, body in texts or body.is_Function
        )

    def _times(self, stack: Stack) -> Code:
        ends = self.scope.end(stack.first), self.scope.end(stack.last)
        return self.helper("times", *ends, self.scope.word("batch"), self.scope.word("dtype"), lead=TIME)
