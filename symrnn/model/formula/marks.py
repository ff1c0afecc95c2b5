"""From signs to the words of the grammar: names are resolved, scripts and groups are delimited, bars are paired.

After this the text has no ambiguity of spelling left: `h_{t-1}^2`, `hₜ₋₁²` and `h[t-1]**2` are one list of words.
"""

from __future__ import annotations

from dataclasses import replace

from lark import Token

from symrnn.model.formula import commands, constructs, places
from symrnn.model.formula.fault import Page
from symrnn.model.formula.flat import closing
from symrnn.model.formula.limits import MOST_WORDS
from symrnn.model.formula.scripts import joined, lower, raised, raised_signs
from symrnn.model.formula.signs import Sign
from symrnn.model.formula.symbols import Symbols
from symrnn.model.formula.words import Named, named

_SIMPLE = {"+": "PLUS", "-": "MINUS", "*": "STAR", "/": "SLASH", "@": "AT", "·": "CDOT", "×": "CROSS", "⊙": "ODOT"} | {
    "=": "EQUALS",
    ",": "COMMA",
    ";": "SEMICOLON",
    "…": "DOTS",
    ">": "COMPARE",
    "<": "COMPARE",
    "≥": "COMPARE",
    "≤": "COMPARE",
    "&": "AMP",
    "row": "NEWROW",
    "⟨": "ANGLEOPEN",
    "⟩": "ANGLECLOSE",
    "|(": "ABSOPEN",
    "|)": "ABSCLOSE",
    "‖(": "NORMOPEN",
    "‖)": "NORMCLOSE",
    ":": "COLON",
}


class Marker:
    """Goes through the signs once, from left to right."""

    def __init__(self, page: Page, table: Symbols, signs: list[Sign], bound: frozenset[str]) -> None:
        self.page, self.table, self.signs, self.bound = page, table, signs, bound
        self.tex = "\\" in page.source.text
        self.out: list[Token] = []
        self.bars: list[str] = []
        self.environments: list[str] = []
        self.i = 0

    def words(self) -> list[Token]:
        """All words of the grammar."""
        while self.i < len(self.signs):
            self.step()
        if self.bars:
            raise self.page.fault("unbalanced", self.signs[-1].place, f"`{self.bars[-1]}` is never closed")
        return self.out

    def put(self, kind: str, text: str, sign: Sign) -> None:
        if len(self.out) >= MOST_WORDS:
            raise self.page.fault("limit", sign.place, f"more than {MOST_WORDS} words", repair="name its parts")
        self.out.append(Token(kind, text, start_pos=sign.place, end_pos=sign.end))

    def between(self, opening: str, signs: list[Sign], close: str, at: Sign) -> None:
        """The words of a part of the text, between two words."""
        inner = Marker(self.page, self.table, signs, self.bound)
        inner.tex = self.tex
        self.put(opening, "(", at)
        self.out.extend(inner.words())
        self.put(close, ")", signs[-1] if signs else at)

    def peek(self, ahead: int = 0) -> Sign | None:
        at = self.i + ahead
        return self.signs[at] if at < len(self.signs) else None

    def step(self) -> None:
        """One sign, or one construct that begins here."""
        sign = self.signs[self.i]
        if sign.kind in {"WORD", "GREEK"}:
            self.name(sign)
        elif sign.kind == "NUMBER":
            self.number(sign)
        elif sign.kind in {"SUPER", "SUB"} or (sign.kind == "SIGN" and sign.text in {"_", "^", "′", "″", "⊤"}):
            self.script(sign)
        elif sign.kind == "FRACTION":
            over, under = commands.FRACTIONS[sign.text]
            self.put("FRAC", "frac", sign)
            for text in (over, under):
                self.between("LPAR", [replace(sign, kind="NUMBER", text=text)], "RPAR", sign)
            self.i += 1
        elif sign.kind == "SIGN":
            self.sign(sign)
        else:
            raise self.page.fault("syntax", sign.place, f"`{sign.text}` has nothing to belong to")

    def script(self, sign: Sign) -> None:
        """A subscript, superscript, prime or transpose of what stands before it."""
        if sign.text in {"′", "″"}:
            for _ in range(2 if sign.text == "″" else 1):
                self.put("PRIME", "'", sign)
            self.i += 1
        elif sign.text == "⊤":
            self.put("TRANSPOSE", "⊤", sign)
            self.i += 1
        elif sign.kind == "SUPER":
            self.i = raised_signs(self, self.i)
        elif sign.kind == "SUB":
            inner = [self.letter(sign, commands.SUBSCRIPTS[c]) for c in sign.text]
            self.between("SUBOPEN", joined(inner), "SUBCLOSE", sign)
            self.i += 1
        else:
            self.i = (lower if sign.text == "_" else raised)(self, self.i)

    @staticmethod
    def letter(sign: Sign, text: str) -> Sign:
        """A raised or lowered sign as an ordinary one."""
        kind = "NUMBER" if text.isdigit() else "GREEK" if len(text) > 1 else "WORD" if text.isalpha() else "SIGN"
        return replace(sign, kind=kind, text=text, blank=not text.isdigit())

    def number(self, sign: Sign) -> None:
        follows = self.peek(1)
        if sign.text[0] == "." and self.i and self.signs[self.i - 1].kind == "NUMBER" and not sign.blank:
            raise self.page.fault("syntax", sign.place, "a number with two points", repair="write 1000000, or 0.5")
        below = follows is not None and follows.text == "_" and self.peek(2) is not None
        opens = self.i + 2 if below and self.signs[self.i + 2].text == "{" else self.i + 1
        if sign.text == "1" and follows is not None and self.signs[opens].text in {"[", "{"} and self.compares(opens):
            self.put("INDICATOR", "1", sign)
        else:
            self.put("NUMBER", sign.text, sign)
        self.i += 1

    def compares(self, start: int) -> bool:
        """Whether a bracket holds a comparison."""
        return any(s.text in {">", "<", "≥", "≤"} for s in self.signs[start : closing(self.signs, start)])

    def name(self, sign: Sign) -> None:
        """A word: what it stands for, and the bracket behind it if that is a time."""
        if self.differential(sign):
            return
        for found in named(self.page, self.table, self.signs, self.i, self.bound):
            self.i += found.taken
            if found.kind == "diff":
                self.put("DIFF", "d", sign)
                if found.rest:
                    self.signs[self.i] = replace(sign, text=found.rest, blank=False)
                else:
                    self.i += 1 - found.taken
                return
            self.found(sign, found)
            if found.rest:
                self.i -= 1
                self.signs[self.i] = replace(self.signs[self.i], text=found.rest)

    def differential(self, sign: Sign) -> bool:
        """`d` before a name, in d h / d w, where d itself is declared."""
        follows, before = self.peek(1), self.signs[self.i - 1] if self.i else None
        if sign.text != "d" or self.table.kind("d") == "" or follows is None or follows.kind not in {"WORD", "GREEK"}:
            return False
        if self.table.adjoint == "d" and follows.text in self.table.spellings:
            self.put("DIFF", "d", sign)
            self.i += 1
            return True
        below = before is not None and before.text == "/" and any(w.type == "DIFF" for w in self.out)
        above = any(
            s.text == "/" and t.text.startswith("d")
            for s, t in zip(self.signs[self.i :], self.signs[self.i + 1 :], strict=False)
        )
        if not above and not below and not sign.tex:
            return False
        self.put("DIFF", "d", sign)
        self.i += 1
        return True

    def found(self, sign: Sign, found: Named) -> None:
        """The word of one resolved name."""
        if found.kind == "word":
            self.keyword(sign, found.name)
        elif found.kind == "euler":
            self.put("FUNC", "exp", sign)
            self.i = raised(self, self.i, as_argument=True)
        elif found.kind == "function":
            self.put("FUNC", found.name, sign)
            places.time_of_function(self)
        else:
            self.put("ATOM", f"{found.kind}:{found.name}", sign)
            places.subscript(self, found)

    def keyword(self, sign: Sign, word: str) -> None:
        follows = self.peek()
        if word in {"if", "otherwise"}:
            self.put(word.upper(), word, sign)
        elif word == "partial":
            self.put("DIFF", "∂", sign)
        elif word in {"nabla", "grad"}:
            self.nabla(sign)
        elif follows is not None and follows.text in {"_", "^"} and word in {"sum", "prod", "mean"}:
            self.put("BIG", word, sign)
        else:
            self.put("FUNC", word, sign)

    def nabla(self, sign: Sign) -> None:
        """∇ with what it goes by; what it is the gradient of follows if a name does."""
        self.put("NABLA", "∇", sign)
        if self.peek() is not None and self.signs[self.i].text == "_":
            self.i = lower(self, self.i, of_nabla=True)
        elif self.peek() is not None and self.signs[self.i].kind == "SUB":
            self.script(self.signs[self.i])
        follows = self.peek()
        if follows is not None and self.out[-1].type == "SUBCLOSE" and self.has_gradient(follows):
            self.out[-1] = Token("NABLAOF", ")", start_pos=follows.place, end_pos=follows.place)
        elif follows is not None and self.out[-1].type == "SUBCLOSE":
            raised_then_loss = follows.text in {"^", "⊤"} and "L" in [
                s.text for s in self.signs[self.i + 1 : self.i + 5]
            ]
            if follows.text in {"(", "["} or raised_then_loss:
                what, repair = (
                    "∇ of what?",
                    "write (\\nabla_{h_t} L)^T, and a product with brackets around \\nabla_{h_t} L",
                )
                raise self.page.fault("ambiguous", follows.place, what, repair=repair)

    def has_gradient(self, follows: Sign) -> bool:
        """Whether ∇ is of what follows: a name, a sum, or the loss in brackets."""
        if follows.text in {"(", "[", "{", "\\{"}:
            first = self.peek(1)
            return first is not None and (
                first.text in {"L", "Σ"} or (follows.text == "{" and first.kind in {"WORD", "GREEK"})
            )
        return follows.kind in {"WORD", "GREEK"} or follows.text == "Σ"

    def sign(self, sign: Sign) -> None:
        """A sign that is no letter."""
        text = sign.text
        if text == "[" and places.is_place(self, sign):
            end = closing(self.signs, self.i)
            self.between("INDEXOPEN", self.signs[self.i + 1 : end], "INDEXCLOSE", sign)
            self.i = end
        elif text in {"(", "[", "{", "\\{"}:
            self.put("LPAR", text, sign)
        elif text in {")", "]", "}", "\\}"}:
            self.put("RPAR", text, sign)
        elif text in {"|", "‖"}:
            constructs.bar(self, sign)
        elif text in {"Σ", "Π"}:
            self.put("BIG", "sum" if text == "Σ" else "prod", sign)
        elif text == "∇":
            self.i += 1
            return self.nabla(sign)
        elif text in {"∂", "d"}:
            self.put("DIFF", text, sign)
        elif text in {"𝟏", "𝟙", "mathbb"}:
            return constructs.one(self, sign)
        elif text in {"frac", "√", "begin", "end"}:
            return constructs.construct(self, sign)
        elif text in _SIMPLE:
            self.put(_SIMPLE[text], text, sign)
        else:
            kind = "unsupported" if text in {"≠", "∈", "∇", "∀", "⇒", "∴"} else "syntax"
            raise self.page.fault(kind, sign.place, f"`{text}` is not expected in a formula")
        self.i += 1
        return None
