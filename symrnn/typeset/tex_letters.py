"""Letters in LaTeX: weights, Greek, words, subscripts, and what TeX reads as commands."""

from __future__ import annotations

from symrnn.typeset.letters import GREEK, LATIN_LOOK, SPELLED, read_name

BOLD = {"italic": r"\boldsymbol{%s}", "upright": r"\mathbf{%s}", "none": "%s"}
WORD = {"italic": r"\boldsymbol{\mathit{%s}}", "upright": r"\mathbf{%s}", "none": r"\mathit{%s}"}
SPECIAL = {
    "\\": r"\textbackslash{}",
    **{sign: "\\" + sign for sign in "{}$&#%_"},
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}


def escaped(words: str) -> str:
    """Words as TeX takes them in a text."""
    return "".join(SPECIAL.get(sign, sign) for sign in words)


def letter(text: str, bold: str) -> str:
    """A letter or word in its weight."""
    text = SPELLED.get(text, text)
    if text in LATIN_LOOK:
        upright = text[0].isupper()
        return BOLD[bold] % (rf"\mathrm{{{LATIN_LOOK[text]}}}" if upright else LATIN_LOOK[text])
    if text in GREEK:
        return (r"\boldsymbol{\%s}" if bold != "none" else r"\%s") % text
    if len(text) == 1:
        return BOLD[bold] % text
    return WORD[bold] % "".join(
        rf"\{SPELLED[c]} " if c in SPELLED and SPELLED[c] not in LATIN_LOOK else c for c in text
    )


def subscript(text: str) -> str:
    """A subscript of a name: a letter, a number, or an upright word."""
    known = SPELLED.get(text, text)
    if known in GREEK or len(known) == 1:
        return letter(known, "none")
    marked = read_name(text)
    if marked.accent:
        return rf"\{marked.accent}{{{letter(marked.letter, 'none')}}}"
    return text if text.isdigit() or len(text) == 2 else rf"\mathrm{{{text}}}"
