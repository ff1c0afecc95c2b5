"""`symrnn analyse`: what unfolding teaches about a model: sharing, summary, reach, growth of gradients."""

from __future__ import annotations

import argparse
from typing import Any

from symrnn.commands.arguments import add, model_of
from symrnn.errors import SymrnnError


def register(commands: Any) -> None:
    """The options."""
    analyse = add(commands, "analyse", "sharing, summary, reach and growth of gradients", run_analyse)
    analyse.add_argument("--summary", action="store_true", help="what the state keeps of the past")
    analyse.add_argument("--reach", action="store_true", help="how far back each node can see")
    analyse.add_argument("--gradients", action="store_true", help="a bound on how gradients grow, and direct paths")


def run_analyse(options: argparse.Namespace) -> int:
    """`symrnn analyse MODEL`; without an option, all of it."""
    model = model_of(options)
    parts = (("summary", _summary), ("reach", _reach), ("gradients", _gradients))
    chosen = [part for name, part in parts if getattr(options, name)]
    if not chosen:
        print(f"{model.title.name}: {model.title.summary}" if model.title.summary else model.title.name)
    for part in chosen or [_sharing, *(part for _, part in parts)]:
        part(model)
    return 0


def _told(what: str, answer: Any) -> None:
    """One answer under its title; where there is none, why."""
    try:
        lines = str(answer()).splitlines()
    except SymrnnError as error:
        lines = [error.what]
    print(what)
    print("\n".join("   " + line for line in lines))


def _sharing(model: Any) -> None:
    from symrnn import analysis

    _told("One f for every step and length", lambda: analysis.compare(model))


def _summary(model: Any) -> None:
    from symrnn.analysis.summary import dimensions, input_of, state_derivative
    from symrnn.typeset import text

    def sizes() -> str:
        past, kept = dimensions(model)
        more = f"{text(past)} > {text(kept)}"
        return f"the past of t inputs has {text(past)} numbers, the state {text(kept)}; when {more}, some are forgotten"

    def derivative() -> str:
        rate, k = state_derivative(model)
        return f"d{model.states[0]}(t)/d{input_of(model)}({k}) = {text(rate)}"

    _told("The state as a summary of the past", sizes)
    _told("What it still knows of the input at an earlier time k", derivative)


def _reach(model: Any) -> None:
    from symrnn import analysis

    nodes = [v for v in model.defined if v not in model.loss_terms]
    _told("What each node can see", lambda: "\n".join(str(analysis.receptive_field(model, v)) for v in nodes))


def _gradients(model: Any) -> None:
    from symrnn import analysis
    from symrnn.typeset import text

    for h in model.states:
        _told(f"How far the gradient of {h} can grow", lambda h=h: analysis.gradient_bound(model, h))
        _told(f"The direct path of {h}", lambda h=h: text(analysis.direct_path(model, h)))
