"""The reading of a formula, written back as LaTeX: in the author's order, with one spelling for each thing.

What is echoed reads back as the same term. Vectors and matrices are bold, time is a superscript in brackets.
"""

from __future__ import annotations

from collections.abc import Callable

from symrnn.model.formula import commands, sizes
from symrnn.model.formula.term import SCALAR, Term

ADD, SIGN, SPREAD, MUL, POWER, ATOM = range(6)
_WORDS = frozenset(["tanh", "exp", "log", "max", "min", "sin", "cos", "tan", "sinh", "cosh"])
_ACCENTS = ("hat", "tilde", "bar")
_COMPARE = {"gt": ">", "ge": r"\ge", "lt": "<", "le": r"\le", "eq": "="}
_BIG = {"sum": r"\sum", "prod": r"\prod", "prod_dec": r"\prod"}


def echo(term: Term) -> str:
    """The LaTeX of a term."""
    return _shown(term)[0]


def echoed_conditions(where: tuple[Term, ...]) -> str:
    """The comparisons behind a formula; `1 <= k` and `k < t` are one chain."""
    text = ""
    for before, one in zip((None, *where), where, strict=False):
        left, right = one.parts
        goes_on = before is not None and before.parts[1] == left and before.head[0] == one.head[0]  # both < or both >
        text += rf" {_COMPARE[one.head]} {echo(right)}" if goes_on else rf",\quad {_compare(one)[0]}"
    return text


def _shown(term: Term) -> tuple[str, int]:
    """The LaTeX of a term and how tightly it binds."""
    return _PRINTERS[term.head](term)


def _inside(term: Term, level: int) -> str:
    """The LaTeX of a part, bracketed where it binds less than needed."""
    text, own = _shown(term)
    return text if own >= level else rf"\left({text}\right)"


def _name(term: Term) -> tuple[str, int]:
    """A name: Greek letters, accents and indices as on paper; vectors and matrices bold."""
    if term.kind == "loss":
        return "L", ATOM
    stem, _, index = term.text.partition("_")
    accent = next((a for a in _ACCENTS if stem.endswith(a) and stem != a), "")
    letter = stem.removesuffix(accent)
    text = f"\\{letter}" if letter in commands.NAMES else letter
    if len(letter) > 1 and letter not in commands.NAMES:
        text = rf"\mathrm{{{letter}}}"
    if term.size != SCALAR and term.kind != "function":
        text = rf"\boldsymbol{{{text}}}"
    if accent:
        text = rf"\{accent}{{{text}}}"
    return (f"{text}_{{{index}}}" if index else text), ATOM


def _leaf(term: Term) -> tuple[str, int]:
    if term.head == "length":
        stem, _, index = term.text.partition("_")
        return f"\\{stem}" + (f"_{{{index}}}" if index else ""), ATOM
    return {"eye": r"\boldsymbol{I}", "ones": r"\mathbf{1}"}.get(term.head, term.text), ATOM


def _function(term: Term) -> str:
    """The name of a function."""
    if term.head == "at":
        return f"{_function(term.parts[0])}^{{({echo(term.parts[1])})}}"
    if term.text in _WORDS:
        return f"\\{term.text}"
    if term.text in commands.NAMES:
        return f"\\{term.text}"
    return term.text if len(term.text) == 1 else rf"\operatorname{{{term.text}}}"


def _at(term: Term) -> tuple[str, int]:
    return f"{echo(term.parts[0])}^{{({echo(term.parts[1])})}}", ATOM


def _comp(term: Term) -> tuple[str, int]:
    base, *places = term.parts
    indices = ",".join(map(echo, places))
    if base.head == "at" and "_" not in base.parts[0].text:
        return f"{echo(base.parts[0])}_{{{indices}}}^{{({echo(base.parts[1])})}}", ATOM
    return rf"\left({echo(base)}\right)_{{{indices}}}", ATOM


def _sum(term: Term) -> tuple[str, int]:
    if term.head == "sub":
        return f"{_inside(term.parts[0], ADD)} - {_inside(term.parts[1], SPREAD)}", ADD
    shown = [_inside(term.parts[0], ADD), *(_inside(part, SPREAD) for part in term.parts[1:])]
    return " + ".join(shown), ADD


def _neg(term: Term) -> tuple[str, int]:
    return f"-{_inside(term.parts[0], SPREAD)}", SIGN


def _mul(term: Term) -> tuple[str, int]:
    """Factors side by side; a number behind another factor needs a dot, a big sum closes the line."""
    shown: list[str] = []
    for i, part in enumerate(term.parts):
        last = i == len(term.parts) - 1
        text, level = _shown(part)
        open_end = part.head in {*_BIG, "sumi"} and not last
        needs = level < (MUL if not (last and part.head in {*_BIG, "sumi"}) else SPREAD) or open_end
        text = rf"\left({text}\right)" if needs or part.head == "mul" else text
        dot = i and (part.head == "number" or (term.parts[i - 1].head == "index" and part.head == "index"))
        shown.append((r"\cdot " if dot else "") + text)
    return " ".join(shown), MUL


def _hadamard(term: Term) -> tuple[str, int]:
    return r" \odot ".join(_inside(part, MUL) for part in term.parts), SPREAD


def _div(term: Term) -> tuple[str, int]:
    return rf"\frac{{{echo(term.parts[0])}}}{{{echo(term.parts[1])}}}", MUL


def _pow(term: Term) -> tuple[str, int]:
    base, exponent = term.parts
    closed = base.head == "name" or base.head in {"number", "index", "length", "norm", "norm2", "normF", "abs"}
    text = _inside(base, ATOM) if closed else rf"\left({echo(base)}\right)"
    return f"{text}^{{{echo(exponent)}}}", POWER


def _transpose(term: Term) -> tuple[str, int]:
    base = term.parts[0]
    text = echo(base) if base.head in {"name", "ones", "eye"} else rf"\left({echo(base)}\right)"
    return rf"{text}^{{\top}}", POWER


def _enclosed(left: str, right: str, after: str = "") -> Callable[[Term], tuple[str, int]]:
    return lambda term: (f"{left}{', '.join(map(echo, term.parts))}{right}{after}", ATOM)


def _apply(term: Term) -> tuple[str, int]:
    head, *parts = term.parts
    shared = parts.pop() if parts and parts[-1].head == "par" else None
    primes = "'" * {"apply": 0, "prime": 1, "prime2": 2}[term.head]
    inner = ", ".join(map(echo, parts)) + (f"; {', '.join(map(echo, shared.parts))}" if shared else "")
    return rf"{_function(head)}{primes}\left({inner}\right)", ATOM


def _list(term: Term) -> tuple[str, int]:
    high, low, element = term.parts
    ends = [f"{echo(element.parts[0])}^{{({echo(time)})}}" for time in (high, low)]
    return rf"{ends[0]}, \dots, {ends[1]}", ADD


def _big(term: Term) -> tuple[str, int]:
    if term.head == "sumi":
        return rf"\sum_{{{term.text}}} {_inside(term.parts[0], SPREAD)}", SPREAD
    low, high, body = term.parts
    bounds = rf"_{{{term.text}={echo(low)}}}^{{{echo(high)}}}"
    inner = _inside(body, SPREAD)
    if term.head != "sum" and body.head == "mul" and sizes.is_column(body.size):
        inner = rf"\left({inner}\right)"  # without them it would be asked whether the product ends before the vector
    return rf"{_BIG[term.head]}{bounds} {inner}", SPREAD


def _rate(term: Term) -> tuple[str, int]:
    y, x = term.parts
    sign = {"partial": r"\partial ", "total": r"\mathrm{d}", "immediate": r"\partial "}[term.head]
    mark = r"\partial^{+} " if term.head == "immediate" else sign
    return rf"\frac{{{mark}{_inside(y, ATOM)}}}{{{sign}{_inside(x, ATOM)}}}", MUL


def _grad(term: Term) -> tuple[str, int]:
    return rf"\nabla_{{{echo(term.parts[0])}}} {_inside(term.parts[1], ATOM)}", MUL


def _equal(term: Term) -> tuple[str, int]:
    return " = ".join(map(echo, term.parts)), ADD - 1


def _compare(term: Term) -> tuple[str, int]:
    return f"{echo(term.parts[0])} {_COMPARE[term.head]} {echo(term.parts[1])}", ADD - 1


def _matrix(term: Term) -> tuple[str, int]:
    rows = r" \\ ".join(" & ".join(map(echo, row.parts)) for row in term.parts)
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}", ATOM


def _cases(term: Term) -> tuple[str, int]:
    rows = []
    for case in term.parts:
        value, condition = case.parts
        where = r"\text{otherwise}" if condition.head == "otherwise" else rf"\text{{if }} {echo(condition)}"
        rows.append(f"{echo(value)} & {where}")
    inner = r" \\ ".join(rows)
    return rf"\begin{{cases}} {inner} \end{{cases}}", ATOM


_PRINTERS: dict[str, Callable[[Term], tuple[str, int]]] = {
    "name": _name,
    **dict.fromkeys(("number", "index", "length", "eye", "ones"), _leaf),
    "at": _at,
    "comp": _comp,
    **dict.fromkeys(("add", "sub"), _sum),
    "neg": _neg,
    "mul": _mul,
    "hadamard": _hadamard,
    "div": _div,
    **dict.fromkeys(("pow", "matpow"), _pow),
    "transpose": _transpose,
    "diag": _enclosed(r"\operatorname{diag}\left(", r"\right)"),
    "dot": _enclosed(r"\langle ", r" \rangle"),
    "norm": _enclosed(r"\lVert ", r" \rVert"),
    "norm2": _enclosed(r"\lVert ", r" \rVert", "_{2}"),
    "normF": _enclosed(r"\lVert ", r" \rVert", "_{F}"),
    "abs": _enclosed(r"\lvert ", r" \rvert"),
    **dict.fromkeys(("apply", "prime", "prime2"), _apply),
    "list_dec": _list,
    **dict.fromkeys(("sum", "prod", "prod_dec", "sumi"), _big),
    **dict.fromkeys(("partial", "total", "immediate"), _rate),
    "grad": _grad,
    "eq": _equal,
    **dict.fromkeys(("gt", "ge", "lt", "le"), _compare),
    "matrix": _matrix,
    "cases": _cases,
    "indicator": _enclosed(r"\mathbb{1}\left[", r"\right]"),
}
