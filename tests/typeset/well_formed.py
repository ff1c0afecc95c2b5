"""What any printed formula must satisfy, as functions from text to complaints; the tests plant each fault once."""

import re

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_&']|\s+|.", re.DOTALL)
PAIRS = {"{": "}", "(": ")", "[": "]"}


def tokens(latex: str) -> list[str]:
    return [token for token in TOKEN.findall(latex) if not token.isspace()]


INNERMOST = re.compile(r"\\begin\{(\w+\*?)\}(?:(?!\\begin\{).)*?\\end\{\1\}", re.DOTALL)


def latex_faults(latex: str) -> list[str]:
    """Unbalanced brackets, two scripts on one base, placeholders, alignment outside a display, bad spacing."""
    found = [*_unbalanced(tokens(latex)), *_double_scripts(tokens(latex))]
    if "_z" in latex or "Dummy" in latex or "_bound" in latex:
        found.append("a placeholder is printed")
    outside, before = latex, ""
    while outside != before:
        outside, before = INNERMOST.sub("", outside), outside
    if "&" in outside:
        found.append("& outside an aligned display")
    if "  " in latex or latex != latex.strip():
        found.append("stray spaces")
    return found


def _unbalanced(found: list[str]) -> list[str]:
    stack: list[str] = []
    for token in found:
        if token in PAIRS:
            stack.append(PAIRS[token])
        elif token in PAIRS.values() and (not stack or stack.pop() != token):
            return [f"unbalanced {token}"]
    begun = sum(t == r"\begin" for t in found) - sum(t == r"\end" for t in found)
    left = sum(t == r"\left" for t in found) - sum(t == r"\right" for t in found)
    return [f"never closed: {stack}"] * bool(stack) + ["begin and end"] * bool(begun) + ["left and right"] * bool(left)


def _double_scripts(found: list[str]) -> list[str]:
    """`x^{a}^{b}` and `x_{a}_{b}`, also with one of the other kind between them, and a prime before a superscript."""
    faults = []
    scripts: set[str] = set()
    i = 0
    while i < len(found):
        token = found[i]
        if token in "^_":
            if token in scripts:
                faults.append(f"double {token}")
            scripts.add(token)
            i = _after_group(found, i + 1)
            continue
        if token == "'":
            scripts.add("^")
        else:
            scripts = set()
            if token == "{":  # a group is one base: what is inside has its own scripts
                end = _after_group(found, i)
                faults += _double_scripts(found[i + 1 : end - 1])
                i = end
                continue
        i += 1
    return faults


def _after_group(found: list[str], start: int) -> int:
    if start >= len(found) or found[start] != "{":
        return start + 1
    depth = 0
    for i in range(start, len(found)):
        depth += (found[i] == "{") - (found[i] == "}")
        if depth == 0:
            return i + 1
    return len(found)


def text_faults(text: str) -> list[str]:
    """What a line for the terminal must not hold."""
    found = [] if text.count("(") == text.count(")") else ["unbalanced"]
    return found + [f"{sign!r}" for sign in ("\\", "{\\", "_z", "  ") if sign in text]
