"""`symrnn rtrl`: the same gradients by sensitivities that run forward in time."""

from __future__ import annotations

import argparse
from typing import Any

from symrnn.commands.arguments import add, last_time, leaves, model_of
from symrnn.commands.derive import page_options, show


def register(commands: Any) -> None:
    """The options."""
    page_options(add(commands, "rtrl", "the same forward in time: sensitivities, checked", run_rtrl, tau=True))


def run_rtrl(options: argparse.Namespace) -> int:
    """`symrnn rtrl MODEL`."""
    return show(options, lambda: _derivation(options))


def _derivation(options: argparse.Namespace) -> Any:
    import symrnn as sr

    model = model_of(options)
    return sr.rtrl(model, leaves(model, options.wrt) if options.wrt else None, last_time(model, options.tau))
