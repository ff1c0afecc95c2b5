"""`symrnn check`: is the gradient in this file right, and if not, which mistake is it."""

from __future__ import annotations

import argparse
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symrnn.commands.arguments import add, last_time, model_of, pairs, positive, seed, sequence_of, sizes
from symrnn.errors import Undefined

if TYPE_CHECKING:
    from symrnn.calculus.verdict import Verdict


def register(commands: Any) -> None:
    """The options."""
    check = add(commands, "check", "is a hand-written gradient right, and which mistake is it if not", run_check)
    what = check.add_mutually_exclusive_group(required=True)
    what.add_argument("--against", metavar="FILE.py:FUNCTION", help="the function to be checked")
    what.add_argument(
        "--formula",
        metavar='"W = ..."',
        action="append",
        help="a formula to be checked, in LaTeX or plain letters, for the gradient on its left; again for more",
    )
    check.add_argument("--axes", metavar="WORD", help="axes of its arrays: TD (default), TBD, BTD, or BD for one step")
    check.add_argument("--arrays", metavar="NAMES", help="its names for ours: Wh=W.T,Wx=U,h0=h[0]")
    check.add_argument("--upstream", metavar="NAME", help="the gradient arriving at this sequence is given, as dout")
    check.add_argument("--dtype", choices=["float64", "float32"], default="float64", help="of the arrays given")
    check.add_argument("--dims", metavar="SIZES", help="sizes in place of the primes chosen: n=3,m=2")
    check.add_argument("--tau", type=positive, metavar="N", help="the last time (default 4, 3 and 5)")
    check.add_argument("--batch", type=positive, metavar="N", help="how many examples, with an axis B")
    check.add_argument("--seed", type=seed, default=0, help="of the random points (default 0)")
    check.add_argument("--seconds", type=positive, default=10, metavar="N", help="limit of one call (default 10)")
    check.add_argument("--json", action="store_true", help="print the verdict as JSON")


def run_check(options: argparse.Namespace) -> int:
    """`symrnn check MODEL --against FILE.py:FUNCTION` or `--formula TEXT`: 0 right, 1 wrong, 3 invalid, 4 undecided."""
    verdict = _of_formulas(options) if options.formula else _of_function(options)
    print(verdict.json(indent=2) if options.json else verdict)
    return verdict.exit_code


def _of_formulas(options: argparse.Namespace) -> Verdict:
    from symrnn.numeric.checking.formula import check_formula, check_formulas
    from symrnn.numeric.checking.formula_text import sides

    unused = [o for o in ("axes", "arrays", "upstream", "batch") if getattr(options, o) is not None]
    if unused:
        raise Undefined(f"--{unused[0]} is about the arrays of a function", repair="leave it out with --formula")
    model, asked_for = model_of(options), [sides(text) for text in options.formula]
    for (left, right), text in zip(asked_for, options.formula, strict=True):
        if not left or not right:
            raise Undefined(f"--formula {text!r} does not say whose gradient it is", repair='--formula "W = ..."')
    asked: dict[str, Any] = {"tau": last_time(model, options.tau), "seed": options.seed}
    asked["dims"] = sizes(options.dims) or None
    if len(asked_for) == 1:
        return check_formula(model, *asked_for[0], **asked)
    if len({left for left, _ in asked_for}) < len(asked_for):
        raise Undefined("two formulas are about the same gradient", repair="one --formula for each")
    return check_formulas(model, dict(asked_for), **asked)


def _of_function(options: argparse.Namespace) -> Verdict:
    from symrnn.numeric.checking.entry import question
    from symrnn.numeric.checking.judging import judge
    from symrnn.numeric.checking.remote import Remote

    file, _, name = options.against.rpartition(":")
    if not file or not name.isidentifier():
        raise Undefined(
            f"--against {options.against!r}", repair="name a file and a function: backward.py:loss_and_grad"
        )
    model = model_of(options)
    with Remote(Path(file), name) as remote:
        asked = question(
            model,
            f"{Path(file).name}:{name}",
            remote,
            _arrays(model, options.arrays),
            options.axes,
            sequence_of(model, options.upstream, "--upstream"),
            options.dtype,
            last_time(model, options.tau),
            sizes(options.dims),
            options.batch,
            options.seed,
            float(options.seconds),
        )
        return judge(replace(asked, command=_command(options)))


def _command(options: argparse.Namespace) -> str:
    """The same command, without what says where it is checked."""
    words = ["symrnn", "check", options.model, "--against", options.against]
    for name in ("axes", "arrays", "upstream", "batch"):
        if getattr(options, name) is not None:
            words += [f"--{name}", str(getattr(options, name))]
    words += ["--dtype", options.dtype] if options.dtype != "float64" else []
    return shlex.join(words)


def _arrays(model: Any, text: str | None) -> dict[str, Any]:
    given = (*model.parameters, *model.constants, *model.inputs, *model.targets, *model.boundary)
    known = {str(x).replace(" ", ""): x for x in given}
    found = {}
    for key, value in pairs(text, "--arrays"):
        plain = value.removesuffix(".T").replace(" ", "")
        if plain not in known:
            raise Undefined(f"--arrays: {value!r} is not given to the model", repair="one of " + ", ".join(known))
        found[key] = known[plain].T if value.endswith(".T") else known[plain]
    return found
