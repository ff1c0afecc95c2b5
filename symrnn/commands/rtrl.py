"""`symrnn rtrl`: the same gradients by sensitivities that run forward in time, and the proof that they are the same."""

from __future__ import annotations

import argparse
from typing import Any

from symrnn.commands.arguments import Progress, add, columns, last_node, last_time, leaves, model_of, notation_of
from symrnn.commands.derive import page_options, show
from symrnn.errors import Unsupported


def register(commands: Any) -> None:
    """The options."""
    rtrl = add(commands, "rtrl", "the same forward in time: sensitivities, checked", run_rtrl, tau=True)
    rtrl.add_argument("--prove", action="store_true", help="show the proof that it is what goes backward in time")
    page_options(rtrl)


def run_rtrl(options: argparse.Namespace) -> int:
    """`symrnn rtrl MODEL`."""
    return run_proofs(options) if options.prove else show(options, lambda: _derivation(options))


def _derivation(options: argparse.Namespace) -> Any:
    import symrnn as sr

    model = model_of(options)
    return sr.rtrl(model, leaves(model, options.wrt) if options.wrt else None, last_time(model, options.tau))


def run_proofs(options: argparse.Namespace) -> int:
    """`symrnn rtrl MODEL --prove`: for each parameter, the gradient by sensitivities turned into that by adjoints."""
    import symrnn as sr
    from symrnn.calculus.bptt import with_upstream
    from symrnn.calculus.induction import NotProved
    from symrnn.typeset import closed_page

    progress, model, notation = Progress(), model_of(options), notation_of(options)
    if model.loss is None:
        model = with_upstream(model, last_node(model))
    how: dict[str, Any] = {"columns": columns(), "notation": notation, "language": options.language}
    chosen = leaves(model, options.wrt) if options.wrt else [w for w in model.parameters if w.learned]
    good, heading = True, True
    for by in chosen:
        progress(f"proving for {by}")
        try:
            form = sr.prove_forward_is_backward(model, by)
        except (Unsupported, NotProved) as error:
            report = sr.rtrl(model, wrt=by).verify()
            progress("")
            why = "no proof is known" if isinstance(error, NotProved) else error.what  # false, or out of reach
            print(unproved(by, why, report, options.language))
            good = good and bool(report)
            continue
        report = form.verify()
        progress("")
        print(closed_page(form, report, heading=heading, **how))
        good, heading = good and bool(report), False
    return 0 if good else 1


def unproved(by: Any, why: str, report: Any, language: str) -> str:
    """What is said of a gradient for which there is no proof: at which last times it was verified, if it was."""
    from symrnn.typeset.words import words_of

    said = words_of(language)
    if not report:
        return said["closed.refuted"].format(of=by)
    return said["closed.unproved"].format(of=by, why=why, times=report.times)
