"""`symrnn closed-form`: a gradient, or an adjoint, as a formula in t and tau, and its proof."""

from __future__ import annotations

import argparse
from typing import Any

from symrnn.commands.arguments import (
    Progress,
    add,
    add_notation,
    columns,
    derivation_of,
    leaves,
    model_of,
    notation_of,
)
from symrnn.errors import SymrnnError, Undefined


def register(commands: Any) -> None:
    """The options."""
    closed = add(commands, "closed-form", "gradients as formulas in tau, with their proofs", run_closed_form)
    closed.add_argument("--wrt", metavar="NAME", help="of one parameter, boundary value or state, e.g. W, 'h[0]', h")
    closed.add_argument("--prove", action="store_true", help="show the proof by induction too")
    closed.add_argument("--latex", action="store_true", help="print LaTeX instead of text")
    add_notation(closed)


def run_closed_form(options: argparse.Namespace) -> int:
    """`symrnn closed-form MODEL`."""
    from symrnn.calculus.closed_checks import Workshop
    from symrnn.typeset import closed_page, latex

    options.tau = None
    notation = notation_of(options)
    progress = Progress()
    derivation = derivation_of(options)
    good, workshop, seen = True, Workshop(derivation), set()
    for i, leaf in enumerate(_chosen(derivation, options)):
        progress(f"solving for {leaf}")
        try:
            form = derivation.closed_form(leaf)
        except SymrnnError as error:
            if options.wrt:
                raise
            progress("")
            print(f"{leaf}: {error.what}")
            continue
        report = None if options.latex else workshop.report(form)
        good = good and (report is None or bool(report))
        progress("")
        if options.latex:
            print(latex(form, notation=notation))
            continue
        how = {"columns": columns(), "notation": notation, "language": options.language}
        claims = tuple(proof.claim for proof in form.proofs)
        new = claims not in seen  # one induction solves for all parameters; it is shown once
        seen.add(claims)
        print(closed_page(form, report, heading=i == 0, proofs=options.prove and new, where=new, **how))
    return 0 if good else 1


def _chosen(derivation: Any, options: argparse.Namespace) -> list[Any]:
    """What is asked for: a state means its adjoint at t; nothing means every parameter."""
    if not options.wrt:
        return [p for p in derivation.model.parameters if p.learned]
    states = {v.name: v for v in derivation.model.defined}
    if options.wrt in states:
        return [states[options.wrt]]
    try:
        return leaves(model_of(options), options.wrt)
    except Undefined as error:
        raise Undefined(error.what, repair=f"{error.repair}, {', '.join(states)}") from None
