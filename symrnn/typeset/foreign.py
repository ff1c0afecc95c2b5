"""SymPy's own printers for scalars that only SymPy knows (Piecewise, Max, special functions).

Each asks us for the nodes inside. The hook is `_print` itself, because SymPy dispatches over class names and
some of ours are names of SymPy's as well (Function, Transpose, Trace).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.dom.minidom import parseString

from sympy.printing.latex import LatexPrinter
from sympy.printing.mathml import MathMLPresentationPrinter
from sympy.printing.str import StrPrinter

from symrnn.tensor.node import Node
from symrnn.tensor.prime import Prime
from symrnn.tensor.spelling import Held

Draw = Callable[[Any], str]
OURS = (Node, Held, Prime)


class _Latex(LatexPrinter):
    printmethod = "_no_hook"  # a name that no node has, so that no node prints itself here

    def __init__(self, draw: Draw) -> None:
        super().__init__()
        self.draw = draw

    def _print(self, expr: Any, **kwargs: Any) -> str:
        return self.draw(expr) if isinstance(expr, OURS) else super()._print(expr, **kwargs)


class _Text(StrPrinter):
    printmethod = "_no_hook"

    def __init__(self, draw: Draw) -> None:
        super().__init__()
        self.draw = draw

    def _print(self, expr: Any, **kwargs: Any) -> str:
        return self.draw(expr) if isinstance(expr, OURS) else super()._print(expr, **kwargs)


class _Mathml(MathMLPresentationPrinter):
    printmethod = "_no_hook"

    def __init__(self, draw: Draw) -> None:
        super().__init__()
        self.draw = draw

    def _print(self, expr: Any, **kwargs: Any) -> Any:
        if isinstance(expr, OURS):
            return parseString(self.draw(expr)).documentElement
        return super()._print(expr, **kwargs)


def foreign_latex(expr: Any, draw: Draw) -> str:
    """SymPy's LaTeX, our nodes drawn by us."""
    return str(_Latex(draw).doprint(expr))


def foreign_text(expr: Any, draw: Draw) -> str:
    """SymPy's plain text, our nodes drawn by us."""
    return str(_Text(draw).doprint(expr))


def foreign_mathml(expr: Any, draw: Draw) -> str:
    """SymPy's presentation MathML, our nodes drawn by us."""
    return str(_Mathml(draw).doprint(expr))
