"""LaTeX: `latex(x)` and the renderer that draws items with amsmath and amssymb.

It draws what `present` decided. Brackets grow only around what is tall, and nothing carries two superscripts.
"""

from __future__ import annotations

from typing import Any

from symrnn.collecting import collection_waits
from symrnn.typeset import displays, items
from symrnn.typeset.breaking import Piece, pieces
from symrnn.typeset.displays import presenter
from symrnn.typeset.foreign import foreign_latex
from symrnn.typeset.notation import Notation, as_notation
from symrnn.typeset.present import presented
from symrnn.typeset.render import Renderer
from symrnn.typeset.tex_letters import BOLD, escaped, letter, subscript
from symrnn.typeset.widths import measure

SIGNS = {"odot": r" \odot ", "dot": r" \cdot ", "times": r" \times ", "otimes": r" \otimes ", "": " "}
BIG = {"sum": r"\sum", "product": r"\prod"}
RELATIONS = {"=": " = ", "le": r" \le ", "ge": r" \ge ", "to": r" \mapsto ", "nmid": r" \nmid "}
RELATIONS |= {"lt": " < ", "gt": " > ", "ne": r" \ne ", "in": r" \in ", "approx": r" \approx "}
FENCES = {
    "round": ("(", ")"),
    "square": ("[", "]"),
    "bars": (r"\lvert ", r" \rvert"),
    "norm": (r"\lVert ", r" \rVert"),
    "frobenius": (r"\lVert ", r" \rVert_{F}"),
    "angle": (r"\langle ", r" \rangle"),
    "ceiling": (r"\lceil ", r" \rceil"),
}
DIFFERENTIALS = {"partial": r"\partial ", "immediate": r"\partial^{+} ", "total": r"\mathrm{d} ", "code": "d"}
COMMANDS = frozenset(
    ["sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "max", "min"]
)  # TeX's own; other words are \operatorname
ROOM = 92  # columns of half an em that a line of a display takes, about
SYMBOLS = {
    "infinity": r"\infty",
    "pi": r"\pi",
    "e": "e",
    "dots": r"\ldots",
    "all": ":",
    "one": "1",
    "zero": "0",
    "identity": "I",
}


def joined(sign: str) -> str:
    """The sign before a continued line."""
    return "+ " if sign == "+" else SIGNS[sign].lstrip() if sign else ""


class LatexRenderer(Renderer):
    """Items as LaTeX; what changed is set in the colour `mark`, which takes xcolor, or not shown."""

    def __init__(self, mark: str = "") -> None:
        super().__init__()
        self.mark = mark

    def draw_name(self, x: items.Name) -> str:
        if x.verbatim:
            own = (
                x.verbatim if any(c in x.verbatim for c in (r"\bold", r"\math", r"\bm")) else BOLD[x.bold] % x.verbatim
            )
            return f"{{{own}}}" if any(c in own for c in "^_'") else own
        text = letter(x.letter, x.bold)
        for accent in x.accent.split():
            text = rf"\{accent}{{{text}}}"
        if x.primes:
            text += "'" * x.primes
        if x.subscripts:
            text += f"_{{{','.join(map(subscript, x.subscripts))}}}"
        return text

    def draw_number(self, x: items.Number) -> str:
        return x.digits

    def draw_word(self, x: items.Word) -> str:
        return f"\\{x.text}" if x.text in COMMANDS else rf"\operatorname{{{x.text}}}"

    def draw_sign(self, x: items.Sign) -> str:
        return BOLD[x.bold] % SYMBOLS[x.key]

    def draw_timed(self, x: items.Timed) -> str:
        time = self(x.time)
        if x.mark == "argument":
            return f"{self(x.base)}({time})"
        if x.mark == "superscript":
            base = self(x.base)
            return f"{{{base}}}^{{({time})}}" if "'" in base else f"{base}^{{({time})}}"
        return self._below(x.base, time)

    def _below(self, base: items.Item, lower: str) -> str:
        """A subscript after those the base has, never a second one."""
        own, text = "", base
        if isinstance(base, items.Name) and base.subscripts and not base.verbatim:
            own = ",".join(map(subscript, base.subscripts)) + ","
            text = items.Name(base.letter, base.accent, base.primes, (), base.bold)
        return f"{self(text)}_{{{own}{lower}}}"

    def draw_indexed(self, x: items.Indexed) -> str:
        indices = ",".join(self.each(x.indices))
        if isinstance(x.base, items.Timed) and x.base.mark == "superscript":
            return f"{self._below(x.base.base, indices)}^{{({self(x.base.time)})}}"
        return self._below(x.base, indices)

    def draw_sum(self, x: items.Sum) -> str:
        plus, minus = ("+", "-") if x.tight else (" + ", " - ")
        text = ""
        for i, (is_minus, term) in enumerate(x.terms):
            text += (("-" if is_minus else "") if i == 0 else (minus if is_minus else plus)) + self(term)
        return text

    def draw_product(self, x: items.Product) -> str:
        if x.sign:
            return SIGNS[x.sign].join(self.each(x.factors))
        text = self(x.factors[0])
        for before, factor in zip(x.factors, x.factors[1:], strict=False):
            guard = isinstance(before, items.Fence) and before.kind == "square"
            text += (r"\, " if guard else " ") + self(factor)
        return text

    def draw_fraction(self, x: items.Fraction) -> str:
        return rf"\frac{{{self(x.over)}}}{{{self(x.under)}}}"

    def draw_ratio(self, x: items.Ratio) -> str:
        return f"{self(x.over)} / {self(x.under)}"

    def draw_differential(self, x: items.Differential) -> str:
        return DIFFERENTIALS[x.sign] + self(x.of)

    def draw_gradient(self, x: items.Gradient) -> str:
        text = rf"\nabla_{{{self(x.by)}}}"
        return f"{text} {self(x.objective)}" if x.objective else text

    def draw_power(self, x: items.Power) -> str:
        return f"{self(x.base)}^{{{self(x.exponent)}}}"

    def draw_transposed(self, x: items.Transposed) -> str:
        return rf"{self(x.base)}^{{\top}}"

    def draw_root(self, x: items.Root) -> str:
        return rf"\sqrt{{{self(x.body)}}}"

    def draw_call(self, x: items.Call) -> str:
        if x.bare:
            return f"{self(x.head)} {self(x.arguments[0])}"
        inner = ", ".join(self.each(x.arguments))
        if x.shared:
            inner += "; " + ", ".join(self.each(x.shared))
        return self(x.head) + _fenced(inner, "round", any(a.tall for a in (*x.arguments, *x.shared)))

    def draw_primed(self, x: items.Primed) -> str:
        return self(x.head) + ("'" * x.order if x.order <= 3 else f"^{{({x.order})}}")

    def draw_positional(self, x: items.Positional) -> str:
        counts = {i: x.positions.count(i) for i in x.positions}
        signs = [rf"\partial_{{{i}}}" + (f"^{{{k}}}" if k > 1 else "") for i, k in counts.items()]
        return " ".join([*signs, self(x.head)])

    def draw_fence(self, x: items.Fence) -> str:
        return _fenced(self(x.body), x.kind, x.body.tall)

    def draw_half(self, x: items.Half) -> str:
        """One bracket of a pair that stands on two lines, in a size of its own: it cannot grow with the other one."""
        left, right = (sign.strip() for sign in FENCES[x.kind])
        size = (r"\Bigl", r"\Bigr") if x.body.tall else (r"\bigl", r"\bigr")
        head = self(x.head) if x.head else ""
        if x.side == "left":
            return f"{head}{size[0]}{left} {self(x.body)}"
        return f"{self(x.body)} {size[1]}{right}"

    def draw_stack(self, x: items.Stack) -> str:
        between = " & " if x.across else r" \\ "
        return r"\begin{bmatrix} " + between.join(self.each(x.rows)) + r" \end{bmatrix}"

    def draw_grid(self, x: items.Grid) -> str:
        rows = r" \\ ".join(" & ".join(self.each(row)) for row in x.rows)
        return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"

    def draw_folded(self, x: items.Folded) -> str:
        (_, first), *rest = x.lines
        lines = [f"&{self(first)} ", *(rf"&\quad {joined(sign)}{self(part)} " for sign, part in rest)]
        return rf"\begin{{aligned}} {(chr(92) * 2 + ' ').join(lines)}\end{{aligned}}"

    def draw_bigsum(self, x: items.BigSum) -> str:
        bounds = f"_{{{self(x.index)}={self(x.lower)}}}^{{{self(x.upper)}}}" if x.bounds else f"_{{{self(x.index)}}}"
        return rf"{BIG[x.sign]}{bounds} {self(x.body)}"

    def draw_compared(self, x: items.Compared) -> str:
        return RELATIONS[x.sign].join(self.each(x.members))

    def draw_listing(self, x: items.Listing) -> str:
        return ", ".join(self.each(x.members))

    def draw_span(self, x: items.Span) -> str:
        return f"{self(x.first)}:{self(x.last)}"

    def draw_marked(self, x: items.Marked) -> str:
        return rf"\textcolor{{{self.mark}}}{{{self(x.body)}}}" if self.mark else self(x.body)

    def draw_phrase(self, x: items.Phrase) -> str:
        return "".join(rf"\text{{{escaped(w)}}}" if isinstance(w, str) else self(w) for w in x.words)

    def draw_foreign(self, x: items.Foreign) -> str:
        return foreign_latex(x.expr, lambda node: self(x.holding(node)))

    def draw_row(self, x: items.Row) -> str:
        text = f"{self(x.left) if x.left else ''}{RELATIONS[x.sign]}{self(x.right)}".strip()
        return text + (rf" \qquad {self(x.condition)}" if x.condition else "")

    def draw_rows(self, x: items.Rows) -> str:
        numbered = any(row.number for row in x.rows)
        if len(x.rows) == 1 and not numbered:
            return self(x.rows[0])
        rows = r" \\ ".join(self._aligned(row, numbered) for row in x.rows)
        return rf"\begin{{aligned}} {rows} \end{{aligned}}"

    def _aligned(self, row: items.Row, numbered: bool) -> str:
        left = f"{self(row.left)} " if row.left else ""
        number = (rf"\text{{({row.number})}} && " if row.number else "&& ") if numbered else ""
        condition = rf" && \quad {self(row.condition)}" if row.condition else ""
        start, whole = f"{number}{left}&{RELATIONS[row.sign].strip()} ", self(row.right)
        if len(left) + len(whole) <= ROOM:  # no formula is wider than its LaTeX is long
            return start + whole + condition
        first, *more = pieces(row.right, measure, ROOM - (measure(row.left) if row.left else 0))
        lines = [start + self(first.item)]
        lines += [rf"{'&& ' * numbered}&\quad {joint(piece)}{self(piece.item)}" for piece in more]
        return r" \\ ".join(lines) + condition


def joint(piece: Piece) -> str:
    """The sign before a continued line."""
    return "{} + " if piece.joint == "+" else SIGNS[piece.joint].lstrip() if piece.joint else ""


def _fenced(inner: str, kind: str, tall: bool) -> str:
    left, right = FENCES[kind]
    if not tall:
        return f"{left}{inner}{right}"
    gap = " " if left.startswith("\\") else ""
    return rf"\left{left.strip()}{gap}{inner}\right{right.strip()}"


def latex(x: Any, notation: Notation | str | None = None, model: Any = None) -> str:
    """The LaTeX of anything mathematical, for amsmath and amssymb.

    Parameters
    ----------
    x
        A scalar, vector or matrix expression, an equation, a model, an unfolded graph, a derivation, a range.
    notation
        A `Notation` or the name of a preset; the textbook's by default.
    model
        A model, graph or derivation whose abbreviations are used, and whose equations say what a value of an
        unknown function is called: ∂s⁽³⁾/∂s⁽²⁾ then, instead of ∂f/∂s.

    Raises
    ------
    Unsupported, Undefined
        For what has no form on paper; for an unknown notation.

    Examples
    --------
    >>> from symrnn import Parameter, Sequence, dims, t
    >>> n = dims("n")
    >>> print(latex(Parameter("W", n, n).T @ Sequence("h", n)[t - 1]))
    \\boldsymbol{W}^{\\top} \\boldsymbol{h}^{(t-1)}
    """
    p = presenter(x, as_notation(notation), model)
    with collection_waits():
        return LatexRenderer()(presented(x, p))


def aligned_chain(left: Any, rights: Any, notation: Notation | str | None = None, model: Any = None) -> str:
    """left = first = second = ... as an aligned display.

    Examples
    --------
    >>> from symrnn import Sequence
    >>> s = Sequence("s")
    >>> print(aligned_chain(s[2], [2 * s[1], 2 * s[1]]))
    \\begin{aligned} s^{(2)} &= 2 s^{(1)} \\\\ &= 2 s^{(1)} \\end{aligned}
    """
    p = presenter(left, as_notation(notation), model)
    return LatexRenderer()(displays.chain(left, rights, p))
