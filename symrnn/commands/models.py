"""`symrnn models`, `show` and `unroll`: the library, a model as text, its unfolded graph."""

from __future__ import annotations

import argparse
from typing import Any

from symrnn.commands.arguments import add, last_time, model_of
from symrnn.errors import SymrnnError


def register(commands: Any) -> None:
    """The options."""
    commands.add_parser("models", help="list the models that come with it").set_defaults(run=run_models)
    add(commands, "show", "the model as a model file: its shapes, equations and loss", run_show)
    add(commands, "unroll", "the unfolded graph, and the nested composition of its last node", run_unroll, tau=True)


def run_models(options: argparse.Namespace) -> int:
    """`symrnn models`."""
    from symrnn.model import library

    for name in library.LIBRARY:
        title = library.get(name).title
        print(f"{name:<19} {title.summary}  ({title.source})")
    return 0


def run_show(options: argparse.Namespace) -> int:
    """`symrnn show MODEL`."""
    from symrnn.model import write_model

    print(write_model(model_of(options)), end="")
    return 0


def run_unroll(options: argparse.Namespace) -> int:
    """`symrnn unroll MODEL --tau 3`."""
    import symrnn as sr

    model = model_of(options)
    graph = sr.unroll(model, last_time(model, options.tau or 3))
    if not graph.equations:
        given = ", ".join(map(str, model.boundary))
        print(f"nothing is computed up to tau = {options.tau or 3}; given: {given}")
        return 0
    print(sr.text(graph))
    last = graph.equations[-1].lhs if not model.states else model.states[-1][graph.equations[-1].lhs.time]
    try:
        nested = sr.text(sr.nest(model, last, tau=last_time(model, options.tau or 3)))
    except SymrnnError as error:
        nested = error.what
    print("\nnested:")
    print(nested)
    return 0
