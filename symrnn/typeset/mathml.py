"""Presentation MathML for browsers, the third renderer of the same items: `mathml(x)`.

It uses MathML Core only, so a page needs no script: bold letters are Unicode's mathematical letters, brackets
grow by themselves around what is tall, and the LaTeX travels along as an annotation.
"""

from __future__ import annotations

from html import escape
from typing import Any

from symrnn.typeset import items
from symrnn.typeset.displays import presenter
from symrnn.typeset.elements import (
    FENCES,
    FIXED,
    INFIX,
    OPEN_SPACES,
    THIN,
    between,
    cell,
    fenced,
    operator,
    row,
    styled,
)
from symrnn.typeset.foreign import foreign_mathml
from symrnn.typeset.latex import LatexRenderer
from symrnn.typeset.letters import GREEK, read_name
from symrnn.typeset.notation import Notation, as_notation
from symrnn.typeset.present import presented
from symrnn.typeset.render import Renderer

SIGNS = {"odot": "⊙", "dot": "·", "times": "×", "otimes": "⊗", "": "\u2062"}  # the last: an invisible times
BIG = {"sum": "∑", "product": "∏"}
RELATIONS = {"=": "=", "le": "≤", "ge": "≥", "to": "↦", "nmid": "∤"}
RELATIONS |= {"lt": "<", "gt": ">", "ne": "≠", "in": "∈", "approx": "≈"}
SYMBOLS = {"infinity": "∞", "pi": "π", "e": "e", "dots": "…", "all": ":", "one": "1", "zero": "0", "identity": "I"}
ACCENTS = {"hat": "^", "tilde": "~", "bar": "¯", "dot": "˙"}


class MathmlRenderer(Renderer):
    """Items as the content of a `math` element."""

    def draw_name(self, x: items.Name) -> str:
        base = f"<mi>{escape(styled(GREEK.get(x.letter, x.letter), x.bold))}</mi>"
        base = _accented(base, x.accent)
        if x.primes:
            base = f"<msup>{base}{operator('′' * x.primes)}</msup>"
        return f"<msub>{base}{self._subscripts(x)}</msub>" if x.subscripts else base

    def _subscripts(self, x: items.Name, *more: str) -> str:
        return row(*between([*map(_subscript, x.subscripts), *more], operator(",")))

    def draw_number(self, x: items.Number) -> str:
        return f"<mn>{escape(x.digits)}</mn>"

    def draw_word(self, x: items.Word) -> str:
        return f"<mi>{escape(x.text)}</mi>"

    def draw_sign(self, x: items.Sign) -> str:
        sign = SYMBOLS[x.key]
        if sign.isdigit():
            return f"<mn>{styled(sign, 'upright' if x.bold != 'none' else 'none')}</mn>"
        return operator(sign, ' lspace="0" rspace="0"') if x.key == "dots" else f"<mi>{styled(sign, x.bold)}</mi>"

    def draw_timed(self, x: items.Timed) -> str:
        time = self(x.time)
        bracketed = row(operator("(", FIXED), time, operator(")", FIXED))
        if x.mark == "argument":
            return row(self(x.base), bracketed)
        if x.mark == "superscript":
            return f"<msup>{self(x.base)}{bracketed}</msup>"
        return self._below(x.base, time)

    def _below(self, base: items.Item, lower: str, upper: str = "") -> str:
        if isinstance(base, items.Name) and base.subscripts:
            lower = self._subscripts(base, lower)
            base = items.Name(base.letter, base.accent, base.primes, (), base.bold)
        if upper:
            return f"<msubsup>{self(base)}{lower}{upper}</msubsup>"
        return f"<msub>{self(base)}{lower}</msub>"

    def draw_indexed(self, x: items.Indexed) -> str:
        indices = row(*between(self.each(x.indices), operator(",")))
        if isinstance(x.base, items.Timed) and x.base.mark == "superscript":
            time = row(operator("(", FIXED), self(x.base.time), operator(")", FIXED))
            return self._below(x.base.base, indices, time)
        return self._below(x.base, indices)

    def draw_sum(self, x: items.Sum) -> str:
        spaces = ' lspace="0" rspace="0"' if x.tight else ""
        parts: list[str] = []
        for i, (is_minus, term) in enumerate(x.terms):
            if i == 0:
                parts += [operator("−", ' form="prefix"')] if is_minus else []
            else:
                parts.append(operator("−" if is_minus else "+", spaces))
            parts.append(self(term))
        return row(*parts)

    def draw_product(self, x: items.Product) -> str:
        attributes = OPEN_SPACES if x.sign else ""
        factors = [self._spaced(f) if i and not x.sign else self(f) for i, f in enumerate(x.factors)]
        return row(*between(factors, operator(SIGNS[x.sign], attributes)))

    def _spaced(self, factor: items.Item) -> str:
        """A factor, after a thin space if it begins with a word."""
        is_word = isinstance(factor, items.Call) and isinstance(factor.head, items.Word)
        return row(THIN, self(factor)) if is_word else self(factor)

    def draw_fraction(self, x: items.Fraction) -> str:
        return f"<mfrac>{row(self(x.over))}{row(self(x.under))}</mfrac>"

    def draw_ratio(self, x: items.Ratio) -> str:
        return row(self(x.over), operator("/"), self(x.under))

    def draw_differential(self, x: items.Differential) -> str:
        signs = {"partial": "<mo>∂</mo>", "total": '<mi mathvariant="normal">d</mi>', "code": "<mi>d</mi>"}
        signs["immediate"] = "<msup><mo>∂</mo><mo>+</mo></msup>"
        return row(signs[x.sign], self(x.of))

    def draw_gradient(self, x: items.Gradient) -> str:
        text = f'<msub><mo form="prefix" rspace="0">∇</mo>{self(x.by)}</msub>'
        return row(text, THIN, self(x.objective)) if x.objective else text

    def draw_power(self, x: items.Power) -> str:
        return self._raised(x.base, self(x.exponent))

    def draw_transposed(self, x: items.Transposed) -> str:
        return self._raised(x.base, "<mo>⊤</mo>")

    def _raised(self, base: items.Item, upper: str) -> str:
        """A superscript as high as TeX's: above a subscript; on the closing one of brackets that do not grow."""
        if isinstance(base, items.Fence) and base.kind != "frobenius" and not base.body.tall:
            left, right = (operator(sign, FIXED) for sign in FENCES[base.kind])
            return row(left, self(base.body), f"<msup>{right}{upper}</msup>")
        drawn = self(base)
        if drawn.startswith("<msub>") and isinstance(base, items.Name | items.Timed | items.Indexed):
            inner = drawn.removeprefix("<msub>").removesuffix("</msub>")
            return f"<msubsup>{inner}{upper}</msubsup>"
        return f"<msup>{drawn}{upper}</msup>"

    def draw_root(self, x: items.Root) -> str:
        return f"<msqrt>{self(x.body)}</msqrt>"

    def draw_call(self, x: items.Call) -> str:
        head, apply = self(x.head), operator("\u2061")
        if x.bare:
            return row(head, apply, THIN, self(x.arguments[0]))
        inner = between(self.each(x.arguments), operator(","))
        if x.shared:
            inner += [operator(";"), *between(self.each(x.shared), operator(","))]
        tall = any(a.tall for a in (*x.arguments, *x.shared))
        return row(head, apply, fenced(row(*inner), "round", tall))

    def draw_primed(self, x: items.Primed) -> str:
        return f"<msup>{self(x.head)}{operator('′' * x.order)}</msup>"

    def draw_positional(self, x: items.Positional) -> str:
        counts = {i: x.positions.count(i) for i in x.positions}
        signs = []
        for i, k in counts.items():
            power = f"<msubsup><mo>∂</mo><mn>{i}</mn><mn>{k}</mn></msubsup>"
            signs.append(power if k > 1 else f"<msub><mo>∂</mo><mn>{i}</mn></msub>")
        return row(*signs, self(x.head))

    def draw_fence(self, x: items.Fence) -> str:
        drawn = fenced(self(x.body), x.kind, x.body.tall)
        return f"<msub>{drawn}<mi>F</mi></msub>" if x.kind == "frobenius" else drawn

    def draw_half(self, x: items.Half) -> str:
        left, right = FENCES[x.kind]
        head = [self(x.head)] if x.head else []
        if x.side == "left":
            return row(*head, operator(left, ' form="prefix"' + FIXED), self(x.body))
        return row(self(x.body), operator(right, ' form="postfix"' + FIXED))

    def draw_stack(self, x: items.Stack) -> str:
        parts = self.each(x.rows)
        rows = "".join(f"<mtr><mtd>{part}</mtd></mtr>" for part in parts)
        if x.across:
            rows = f"<mtr>{''.join(f'<mtd>{part}</mtd>' for part in parts)}</mtr>"
        return row(operator("["), f"<mtable>{rows}</mtable>", operator("]"))

    def draw_grid(self, x: items.Grid) -> str:
        rows = "".join(f"<mtr>{''.join(f'<mtd>{c}</mtd>' for c in self.each(r))}</mtr>" for r in x.rows)
        return row(operator("["), f"<mtable>{rows}</mtable>", operator("]"))

    def draw_folded(self, x: items.Folded) -> str:
        (_, first), *rest = x.lines
        lines = [self(first)]
        for sign, part in rest:
            lines.append(row('<mspace width="2em"/>', *_joint(sign), self(part)))
        return f"<mtable>{''.join(f'<mtr>{cell(line, 1)}</mtr>' for line in lines)}</mtable>"

    def draw_bigsum(self, x: items.BigSum) -> str:
        if not x.bounds:
            return row(f"<munder><mo>{BIG[x.sign]}</mo>{self(x.index)}</munder>", self(x.body))
        lower = row(self(x.index), operator("="), self(x.lower))
        return row(f"<munderover><mo>{BIG[x.sign]}</mo>{lower}{self(x.upper)}</munderover>", self(x.body))

    def draw_compared(self, x: items.Compared) -> str:
        return row(*between(self.each(x.members), operator(RELATIONS[x.sign])))

    def draw_listing(self, x: items.Listing) -> str:
        return row(*between(self.each(x.members), operator(",", ' separator="true"')))

    def draw_span(self, x: items.Span) -> str:
        return row(self(x.first), operator(":"), self(x.last))

    def draw_marked(self, x: items.Marked) -> str:
        return f'<mrow class="changed">{self(x.body)}</mrow>'

    def draw_phrase(self, x: items.Phrase) -> str:
        return row(*(f"<mtext>{escape(w)}</mtext>" if isinstance(w, str) else self(w) for w in x.words))

    def draw_foreign(self, x: items.Foreign) -> str:
        return foreign_mathml(x.expr, lambda node: self(x.holding(node)))

    def draw_row(self, x: items.Row) -> str:
        left = [self(x.left)] if x.left else []
        condition = ['<mspace width="2em"/>', self(x.condition)] if x.condition else []
        return row(*left, operator(RELATIONS[x.sign]), self(x.right), *condition)

    def draw_rows(self, x: items.Rows) -> str:
        if len(x.rows) == 1 and not x.rows[0].number:
            return self(x.rows[0])
        body = "".join(f"<mtr{_anchor(r)}>{''.join(map(cell, self.cells(r), range(4)))}</mtr>" for r in x.rows)
        return f'<mtable displaystyle="true">{body}</mtable>'

    def cells(self, x: items.Row) -> tuple[str, str, str, str]:
        """Left side, right side with its equals sign, condition and number of one line."""
        left = self(x.left) if x.left else ""
        right = row(operator(RELATIONS[x.sign], INFIX), self(x.right))
        condition = self(x.condition) if x.condition else ""
        return left, right, condition, f"<mtext>({x.number})</mtext>" if x.number else ""


def _joint(sign: str) -> list[str]:
    """The sign before a continued line."""
    shown = "+" if sign == "+" else SIGNS[sign] if sign else ""
    return [operator(shown, INFIX)] if shown else []


def _accented(base: str, accents: str) -> str:
    for accent in accents.split():
        base = f'<mover accent="true">{base}{operator(ACCENTS[accent], FIXED)}</mover>'
    return base


def _subscript(text: str) -> str:
    if text.isdigit():
        return f"<mn>{text}</mn>"
    name = read_name(text)
    if not name.accent:
        return f"<mi>{escape(GREEK.get(text, text))}</mi>"
    return _accented(f"<mi>{escape(GREEK.get(name.letter, name.letter))}</mi>", name.accent)


def _anchor(x: items.Row) -> str:
    return f' id="eq-{x.number}"' if x.number else ""


def math(item: items.Item, display: bool = False) -> str:
    """A whole `math` element of an item, with its LaTeX as annotation."""
    source = escape(LatexRenderer()(item), quote=False)
    block = ' display="block"' if display else ""
    drawn = MathmlRenderer()(item)
    note = f'<annotation encoding="application/x-tex">{source}</annotation>'
    return f"<math{block}><semantics>{row(drawn)}{note}</semantics></math>"


def mathml(x: Any, notation: Notation | str | None = None, model: Any = None, display: bool = False) -> str:
    """Anything mathematical as one `math` element for a browser.

    Parameters
    ----------
    x, notation, model
        As for `latex`.
    display
        Whether it stands on a line of its own.

    Examples
    --------
    >>> from symrnn import Sequence, t
    >>> mathml(Sequence("s")[t])[:33]
    '<math><semantics><msup><mi>s</mi>'
    """
    return math(presented(x, presenter(x, as_notation(notation), model)), display)
