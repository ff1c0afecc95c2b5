"""LaTeX as a person writes it in a sentence, as items, so that every renderer can draw it.

It reads the looks only: what a name means is decided elsewhere. What it cannot read stays LaTeX.
"""

from __future__ import annotations

import re
from dataclasses import replace

from symrnn.errors import ReadError, Undefined
from symrnn.typeset.items import (
    BigSum,
    Call,
    Compared,
    Differential,
    Fence,
    Gradient,
    Indexed,
    Item,
    Listing,
    Name,
    Number,
    Phrase,
    Power,
    Primed,
    Product,
    Ratio,
    Sign,
    Sum,
    Timed,
    Transposed,
    Word,
)
from symrnn.typeset.letters import GREEK, checked
from symrnn.typeset.tex_atoms import Atoms
from symrnn.typeset.tex_signs import (
    CLOSING,
    DEEPEST,
    LONGEST,
    PRODUCTS,
    RELATIONS,
    SPACES,
    TOKEN,
)


def formula_item(source: str) -> Item:
    r"""A formula in LaTeX as an item.

    Raises
    ------
    ReadError
        For what is no formula of the kind that books print.

    Examples
    --------
    >>> from symrnn.typeset.text import TextRenderer
    >>> TextRenderer()(formula_item(r"W^\top \operatorname{diag}(1 - h_{t+1}^2) \nabla_{h_{t+1}} L"))
    'Wᵀ diag(1 - h_{t+1}²) ∇_{h_{t+1}} L'
    """
    if len(source) > LONGEST:
        raise ReadError(f"a formula of more than {LONGEST} letters")
    reader = Reader([x for x in TOKEN.findall(source) if x not in SPACES])
    found = reader.listing()
    if reader.here:
        raise reader.fault()
    return found


def formula_or_verbatim(source: str) -> Item:
    """A formula as an item; one that cannot be read stays LaTeX, or words if it does more than print."""
    try:
        return formula_item(source)
    except ReadError:
        pass
    try:
        return Name(source, verbatim=checked(source))
    except Undefined:
        return Phrase((source,))


def tight(item: Item) -> Item:
    """A sum without spaces, as it stands below or above a letter."""
    return replace(item, tight=True) if isinstance(item, Sum) else item


class Reader(Atoms):
    """Reads tokens from left to right; each verb reads one level of binding."""

    def listing(self) -> Item:
        """Formulas with commas between."""
        members = [self.compared()]
        while self.here == ",":
            self.take()
            members.append(self.compared())
        return members[0] if len(members) == 1 else Listing(tuple(members))

    def compared(self) -> Item:
        """a = b, a <= b < c."""
        left = self.sum()
        if self.here not in RELATIONS:
            return left
        sign = RELATIONS[self.take()]
        right = self.compared()
        if isinstance(right, Compared) and right.sign == sign:
            return Compared((left, *right.members), sign)
        return Compared((left, right), sign)

    def sum(self) -> Item:
        """Terms with their signs."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ReadError("brackets within brackets, too many of them")
        terms: list[tuple[bool, Item]] = []
        while True:
            minus = self.here in {"-", "−"}
            if minus or self.here == "+":
                self.take()
            terms.append((minus, self.product()))
            if self.here not in {"+", "-", "−"}:
                break
        self.depth -= 1
        return terms[0][1] if len(terms) == 1 and not terms[0][0] else Sum(tuple(terms))

    def product(self) -> Item:
        """Factors beside each other, or with signs between, which hold less."""
        found = self.beside()
        while self.here in PRODUCTS or self.here == "/":
            sign = self.take()
            other = self.beside()
            if sign == "/":
                found = Ratio(found, other)
            elif isinstance(found, Product) and found.sign == PRODUCTS[sign]:
                found = Product((*found.factors, other), found.sign)
            else:
                found = Product((found, other), PRODUCTS[sign])
        return found

    def beside(self) -> Item:
        """Factors beside each other."""
        factors = [self.factor()]
        while self.here and self.here not in CLOSING | PRODUCTS.keys() | RELATIONS.keys() | {"+", "-", "−", "/"}:
            factors.append(self.factor())
        return factors[0] if len(factors) == 1 else Product(tuple(factors))

    def factor(self) -> Item:
        """One thing with its scripts, and the arguments of a function."""
        sign = self.here
        if sign in {r"\sum", r"\prod"}:
            return self.big()
        if sign == r"\nabla":
            return self.gradient()
        if sign == r"\partial":
            self.take()
            kind = "immediate" if self.here == "^" and self.skips("^", "+") else "partial"
            return Differential(self.factor(), kind)
        item = self.scripted(self.atom())
        head = item.base if isinstance(item, Power) else item
        if isinstance(head, Word):
            return self.scripted(self.call(item))
        if isinstance(item, Name | Primed) and self.here == "(" and self.is_function(item):
            return self.scripted(self.call(item))
        return item

    def is_function(self, item: Item) -> bool:
        """A name before a bracket takes arguments if it is a small letter: f(x), but W (a + b)."""
        name = item.head if isinstance(item, Primed) else item
        return isinstance(name, Name) and name.bold == "none" and (name.letter in GREEK or name.letter in "fgFG")

    def call(self, head: Item) -> Item:
        """A function at its arguments; a word without brackets takes the next factor."""
        if self.here != "(":
            if not self.here or self.here in CLOSING:
                return head
            return Call(head, (self.factor(),), bare=True)
        self.take("(")
        data, shared = [] if self.here in {")", ";"} else [self.compared()], list[Item]()
        while self.here in {",", ";"}:
            target = shared if self.take() == ";" or shared else data
            target.append(self.compared())
        self.take(")")
        return Call(head, tuple(data), tuple(shared))

    def big(self) -> Item:
        """A sum or product sign with its bounds; its body reaches over products."""
        kind = "sum" if self.take() == r"\sum" else "product"
        lower = upper = None
        while self.here in {"_", "^"}:
            if self.take() == "_":
                lower = self.group()
            else:
                upper = tight(self.group())
        body = self.product()
        if isinstance(lower, Compared) and lower.sign == "=" and upper is not None:
            return BigSum(lower.members[0], tight(lower.members[1]), upper, body, True, kind)
        return BigSum(lower or Name("t"), Number("1"), Number("1"), body, False, kind)

    def gradient(self) -> Item:
        """∇ with what it is by, and the letter behind it."""
        self.take()
        if self.here != "_":
            return Product((Sign("all"), self.factor())) if self.here == ":" else Gradient(self.factor())
        self.take()
        by = self.group()
        objective = self.scripted(self.atom()) if re.fullmatch("[A-Z]", self.here) else None
        return Gradient(by, objective)

    def scripted(self, base: Item) -> Item:
        """A base with what stands below and above it."""
        indices: tuple[Item, ...] = ()
        item = base
        while self.here in {"_", "^", "'"}:
            mark = self.take()
            if mark == "'":
                item = Primed(item.head, item.order + 1) if isinstance(item, Primed) else Primed(item, 1)
            elif mark == "_":
                found = self.group()
                indices = found.members if isinstance(found, Listing) else (found,)
                item = Indexed(item, tuple(map(tight, indices)))
            else:
                item = self.raised(item)
        return item

    def raised(self, base: Item) -> Item:
        """A time in brackets, a transpose, or a power."""
        found = tight(self.group())
        if isinstance(found, Fence) and found.kind == "round":
            if isinstance(base, Indexed):
                return Indexed(Timed(base.base, tight(found.body), "superscript"), base.indices)
            return Timed(base, tight(found.body), "superscript")
        if found == Word("top") or (found == Name("T") and not isinstance(base, Number)):
            return Transposed(self.bracketed(base))
        return Power(self.bracketed(base), found)

    def bracketed(self, base: Item) -> Item:
        """What carries a mark already, in brackets, since nothing carries two."""
        return Fence(base) if isinstance(base, Power | Transposed | Timed | Gradient) else base
