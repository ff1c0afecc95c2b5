"""The smallest parts of hand-written LaTeX: letters, groups, brackets, and commands with their arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from symrnn.errors import ReadError
from symrnn.typeset.items import Fence, Fraction, Grid, Indexed, Item, Name, Number, Phrase, Product, Root, Sign, Word
from symrnn.typeset.letters import GREEK, read_name
from symrnn.typeset.tex_signs import ACCENTS, FENCES, SIGNS, SPELLINGS, WEIGHTS, WORDS


class Atoms:
    """Tokens and what they are alone; whoever reads whole formulas has `listing` and `compared`."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.place, self.depth = tokens, 0, 0

    @property
    def here(self) -> str:
        """The next token, '' at the end."""
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        """The next token, which must be the wanted one if one is."""
        found = self.here
        if not found or (wanted and found != wanted):
            raise self.fault()
        self.place += 1
        return found

    def fault(self) -> ReadError:
        """What cannot be read here."""
        return ReadError(f"{self.here or 'the end'!r} is not expected in this formula")

    def listing(self) -> Item:
        """Formulas with commas between."""
        raise NotImplementedError

    def compared(self) -> Item:
        """One formula."""
        raise NotImplementedError

    def skips(self, first: str, second: str) -> bool:
        """Whether two tokens stand here, with or without braces around the second; they are taken then."""
        for wanted in ([first, second], [first, "{", second, "}"]):
            if self.tokens[self.place : self.place + len(wanted)] == wanted:
                self.place += len(wanted)
                return True
        return False

    def group(self) -> Item:
        """A group in braces, or one sign."""
        if self.here != "{":
            return self.atom()
        self.take("{")
        found = self.listing()
        self.take("}")
        return found

    def atom(self) -> Item:
        """One sign, a group, brackets, or a command with its arguments."""
        sign = self.take()
        if sign in COMMANDS:
            return COMMANDS[sign](self)
        if sign in FENCES:
            right, kind = FENCES[sign]
            body = self.listing()
            self.take(right)
            return Fence(body, kind)
        if sign == "{":
            self.place -= 1
            return self.group()
        if sign in SIGNS:
            return Sign(SIGNS[sign])
        if sign in ACCENTS:
            return self.accented(ACCENTS[sign])
        if sign in WEIGHTS:
            return self.weighted(sign)
        return self.letter(sign)

    def letter(self, sign: str) -> Item:
        """A letter, a number, a Greek letter, or the name of a function."""
        if sign[0].isdigit():
            return Number(sign)
        name = SPELLINGS.get(sign, sign.removeprefix("\\"))
        if name in WORDS and sign != name:
            return Word(name)
        if (sign != name and name in GREEK) or (len(sign) == 1 and sign.isalpha()):
            return read_name(name)
        self.place -= 1
        raise self.fault()

    def accented(self, accent: str) -> Item:
        """A letter with a mark above it."""
        inner = self.group()
        if isinstance(inner, Name):
            return replace(inner, accent=f"{inner.accent} {accent}".strip())
        if isinstance(inner, Indexed) and isinstance(inner.base, Name):
            return replace(inner, base=replace(inner.base, accent=accent))
        raise self.fault()

    def weighted(self, sign: str) -> Item:
        """A bold letter, or a word."""
        inner = self.group()
        if isinstance(inner, Name):
            return replace(inner, bold=WEIGHTS[sign])
        letters = inner.factors if isinstance(inner, Product) and not inner.sign else ()
        if letters and all(isinstance(x, Name) for x in letters):
            return Name("".join(x.letter for x in letters if isinstance(x, Name)))
        return inner

    def word(self) -> str:
        """The letters between braces."""
        self.take("{")
        found = []
        while self.here and self.here != "}":
            found.append(self.take())
        self.take("}")
        return "".join(found)


def _fraction(reader: Atoms) -> Item:
    return Fraction(_argument(reader), _argument(reader))


def _argument(reader: Atoms) -> Item:
    """A group, or one digit: tfrac12."""
    if reader.here.isdigit() and len(reader.here) > 1:
        digits = reader.take()
        reader.tokens[reader.place : reader.place] = [digits[1:]]
        return Number(digits[0])
    return reader.group()


def _matrix(reader: Atoms) -> Item:
    kind = reader.word()
    if not kind.endswith("matrix"):
        raise reader.fault()
    rows: list[list[Item]] = [[]]
    while True:
        rows[-1].append(reader.compared())
        sign = reader.take()
        if sign == r"\\":
            rows.append([])
        elif sign == r"\end":
            reader.word()
            return Grid(tuple(map(tuple, rows)))
        elif sign != "&":
            raise reader.fault()


COMMANDS: dict[str, Callable[[Atoms], Item]] = {
    r"\frac": _fraction,
    r"\tfrac": _fraction,
    r"\dfrac": _fraction,
    r"\begin": _matrix,
    r"\sqrt": lambda reader: Root(reader.group()),
    r"\operatorname": lambda reader: Word(reader.word()),
    r"\text": lambda reader: Phrase((reader.word(),)),
    r"\top": lambda reader: Word("top"),
    r"\intercal": lambda reader: Word("top"),
    r"\mathbb": lambda reader: Name(reader.word(), bold="upright"),
}
