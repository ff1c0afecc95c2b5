"""Truncated back-propagation through time, both kinds by name, and what they leave out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sympy import Symbol

from symrnn.calculus.chunked import ChunkTemplate, chunk_template
from symrnn.calculus.derivation import Derivation
from symrnn.calculus.truncation import truncation_of
from symrnn.calculus.windowed import WindowTemplate, window_template
from symrnn.errors import Undefined
from symrnn.graph.lengths import checked_last
from symrnn.model import Recurrence
from symrnn.tensor.time import tau as symbolic_tau


def truncated(model: Recurrence, chosen: tuple[Any, ...], window: Any, chunk: Any, tau: Any) -> Derivation:
    """The truncated gradient of `bptt(window=...)` and `bptt(chunk=...)`."""
    truncation = truncation_of(window, chunk)
    made: Any = window_template if truncation.kind == "window" else chunk_template
    template = made(model, chosen, truncation)
    if tau is None or isinstance(tau, Symbol):
        if tau not in (None, symbolic_tau):
            raise Undefined(f"tau={tau}: the symbolic last time is symrnn.tau", repair="from symrnn import tau")
        found: Derivation = template.ranged()
        return found
    found = template.numbered(checked_last(model, tau))
    return found


def missing(derivation: Derivation) -> Derivation:
    """What a truncated gradient leaves out: the steps that an error does not reach, at the same last time."""
    origin = derivation.origin
    if not isinstance(origin, WindowTemplate | ChunkTemplate):
        raise Undefined(
            f"nothing is missing: this {derivation.title} is not truncated",
            repair="sr.bptt(model, window=k) or sr.bptt(model, chunk=k)",
        )
    window = origin if isinstance(origin, WindowTemplate) else origin.window
    left = replace(window, missing=True)
    return left.ranged() if isinstance(derivation.last, Symbol) else left.numbered(derivation.last)
