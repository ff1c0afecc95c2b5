"""`symrnn analyse`: what unfolding teaches about a model: sharing, summary, reach, growth of gradients."""

from __future__ import annotations

import argparse
from typing import Any

from symrnn.commands.arguments import add, model_of
from symrnn.errors import SymrnnError

LONG = 60  # letters of a factor from which on it gets a name and a line of its own


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

    def sizes(h: Any) -> str:
        past, kept = map(text, dimensions(model, h))
        if past == kept:
            return f"the past of t inputs has {past} numbers, and so has {text(h)}"
        return f"the past of t inputs has {past} numbers, {text(h)} has {kept}: if {past} > {kept}, some of it is lost"

    def derivative(h: Any) -> str:
        rate, k = state_derivative(model, h)
        shown, rest = _factored(rate)
        ratio = f"∂{text(h)}(t)/∂{text(input_of(model, h))}({k}) = "
        return "\n".join([ratio + text(shown), *rest])

    for h in model.states or [None]:
        named = "the state" if h is None else text(h)
        _told(f"What {named} keeps of the past", lambda h=h: sizes(h))
        if h is not None:
            _told(f"What {named} still knows of the input at an earlier time k", lambda h=h: derivative(h))


def _factored(rate: Any) -> tuple[Any, list[str]]:
    """A long ordered product with its factor named J, and what J is; block by block where it has blocks."""
    from symrnn.model import Sequence
    from symrnn.tensor import TimeProduct, shape_of
    from symrnn.tensor.blocks import Block
    from symrnn.typeset import text

    long = [p for p in rate.atoms(TimeProduct) if len(text(p.body)) > LONG]
    if len(long) != 1:
        return rate, []
    (product,) = long
    factor = Sequence("J", *shape_of(product.body))[product.index]
    shown = rate.xreplace({product: product.func(factor, *product.args[1:])})
    if not isinstance(product.body, Block):
        return shown, [f"with {text(factor)} = {text(product.body)}"]
    size, *parts = product.body.args
    places = [(i // int(size) + 1, i % int(size) + 1) for i in range(len(parts))]
    rows = [f"   J{i}{j} = {text(part)}" for (i, j), part in zip(places, parts, strict=True)]
    return shown, [f"with the blocks of {text(factor)}", *rows]


def _reach(model: Any) -> None:
    from symrnn import analysis

    nodes = [v for v in model.defined if v not in model.loss_terms]
    _told("What each node can see", lambda: "\n".join(str(analysis.receptive_field(model, v)) for v in nodes))


def _gradients(model: Any) -> None:
    from symrnn import analysis
    from symrnn.typeset import text

    if not model.states:
        _told(
            "How far gradients can grow", lambda: "nothing is carried from step to step, so they cannot grow with time"
        )
    for h in model.states:
        _told(f"How far the gradient of {text(h)} can grow", lambda h=h: analysis.gradient_bound(model, h))
        _told(f"The direct path of {text(h)}", lambda h=h: text(analysis.direct_path(model, h)))
