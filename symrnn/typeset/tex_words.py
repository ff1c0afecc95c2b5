"""Words in TeX: signs that TeX would take as its own, Greek letters in a sentence, and macros for a fragment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from symrnn.typeset.latex import LatexRenderer
from symrnn.typeset.letters import SPELLED
from symrnn.typeset.reasons import Sentence
from symrnn.typeset.tex_letters import letter

SPECIAL: Mapping[str, str] = MappingProxyType(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "<": "$<$",
        ">": "$>$",
        "|": "$|$",
        '"': "''",
        "Σ": r"$\sum$",
        "·": r"$\cdot$",
        "⊙": r"$\odot$",
        "∇": r"$\nabla$",
        "∂": r"$\partial$",
        "×": r"$\times$",
        "→": r"$\to$",
        "≤": r"$\le$",
        "≥": r"$\ge$",
        "∞": r"$\infty$",
        "…": r"\ldots{}",
    }
)
# A fragment writes these names, so that the document that inputs it decides how they look.
MACROS: Mapping[str, str] = MappingProxyType(
    {
        r"\boldsymbol": "rnnbold",
        r"\mathbf": "rnnupright",
        r"\nabla": "rnnnabla",
        r"\top": "rnntop",
        r"\odot": "rnntimes",
    }
)
WORD = re.compile(r"\\operatorname\{([a-zA-Z]+)\}(?![a-zA-Z])")
VERBATIM = re.compile(r"(\\begin\{verbatim\}.*?\\end\{verbatim\})", re.DOTALL)
COMMAND = re.compile(r"\\[a-zA-Z]+")
draw = LatexRenderer()


def escape(words: str) -> str:
    """Words as TeX takes them."""
    return "".join(_sign(sign) for sign in words)


def _sign(sign: str) -> str:
    if sign in SPECIAL:
        return SPECIAL[sign]
    return f"${letter(sign, 'none')}$" if sign in SPELLED else sign


def inline(parts: Sentence) -> str:
    """A sentence with formulas in it."""
    return "".join(escape(part) if isinstance(part, str) else f"${draw(part)}$" for part in parts)


def with_macros(text: str) -> str:
    r"""The text with its own macros, each provided once: \rnnbold for bold, \rnndiag for diag, and so on.

    Examples
    --------
    >>> print(with_macros(r"\nabla_{h} L = V^{\top}"))
    \providecommand{\rnnnabla}{\nabla}
    \providecommand{\rnntop}{\top}
    \rnnnabla_{h} L = V^{\rnntop}
    """
    meanings: dict[str, str] = {}

    def word(match: re.Match[str]) -> str:
        meanings[f"rnn{match[1]}"] = match[0]
        return rf"\rnn{match[1]}"

    def command(match: re.Match[str]) -> str:
        name = MACROS.get(match[0])
        if name is None:
            return match[0]
        meanings.setdefault(name, match[0])
        return "\\" + name

    parts = VERBATIM.split(text)
    parts[::2] = [COMMAND.sub(command, WORD.sub(word, part)) for part in parts[::2]]
    text = "".join(parts)
    return "".join(rf"\providecommand{{\{name}}}{{{meanings[name]}}}" + "\n" for name in sorted(meanings)) + text
