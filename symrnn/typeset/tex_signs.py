"""The signs of hand-written LaTeX: how it falls into tokens, and what each command stands for."""

from __future__ import annotations

import re

TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|\d+(?:\.\d+)?|\S", re.DOTALL)
LONGEST, DEEPEST = 8_000, 60
SPACES = frozenset({r"\,", r"\;", r"\:", r"\!", r"\ ", r"\quad", r"\qquad", r"\left", r"\right", r"\displaystyle"})
SPACES |= {rf"\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r")} | {"~", "$"}
RELATIONS = {"=": "=", r"\le": "le", r"\leq": "le", r"\ge": "ge", r"\geq": "ge", r"\to": "to", "<": "lt", ">": "gt"}
RELATIONS |= {r"\in": "in", r"\mapsto": "to", r"\approx": "approx", r"\ne": "ne", r"\neq": "ne"}
PRODUCTS = {r"\odot": "odot", r"\cdot": "dot", r"\times": "times", r"\otimes": "otimes", "*": "dot"}
WORDS = frozenset(["sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "max", "min", "det"])
FENCES = {"(": (")", "round"), "[": ("]", "square"), r"\lVert": (r"\rVert", "norm"), r"\|": (r"\|", "norm")}
FENCES |= {"|": ("|", "bars"), r"\lvert": (r"\rvert", "bars"), r"\langle": (r"\rangle", "angle")}
FENCES |= {r"\{": (r"\}", "round")}
CLOSING = frozenset(right for right, _ in FENCES.values()) | {"}", "&", r"\\", r"\end", ",", ";"}
SIGNS = {r"\dots": "dots", r"\ldots": "dots", r"\cdots": "dots", r"\infty": "infinity", ":": "all"}
ACCENTS = {r"\hat": "hat", r"\widehat": "hat", r"\tilde": "tilde", r"\widetilde": "tilde", r"\bar": "bar"}
ACCENTS |= {r"\overline": "bar", r"\dot": "dot"}
WEIGHTS = {r"\boldsymbol": "italic", r"\bm": "italic", r"\mathbf": "upright", r"\mathit": "none", r"\mathrm": "none"}
SPELLINGS = {r"\varphi": "phi", r"\varepsilon": "epsilon", r"\ell": "l", r"\vartheta": "theta"}
