"""`symrnn draw`: the circuit and the unfolded graph as a picture."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from symrnn.commands.arguments import add, model_of


def register(commands: Any) -> None:
    """The options."""
    draw = add(commands, "draw", "the circuit and the unfolded graph", run_draw, tau=True)
    draw.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="where to: .svg")
    which = draw.add_mutually_exclusive_group()
    which.add_argument("--circuit", action="store_true", help="the circuit alone")
    which.add_argument("--unfolded", action="store_true", help="the unfolded graph alone")


def run_draw(options: argparse.Namespace) -> int:
    """`symrnn draw MODEL -o FILE.svg`."""
    import symrnn as sr

    model = model_of(options)
    if options.circuit:
        picture = sr.circuit(model)
    elif options.unfolded:
        picture = sr.unfolded(model, options.tau or sr.tau)
    else:
        picture = sr.circuit(model) | sr.unfolded(model, options.tau or sr.tau)
    picture.save(options.output)
    print(f"wrote {options.output}")
    return 0
