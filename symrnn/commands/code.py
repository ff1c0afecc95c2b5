"""`symrnn code`: the source of loss and gradient, by any derivation, or of one expression; NumPy, JAX or PyTorch."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from symrnn.commands.arguments import add, leaves, model_of, positive, sequence_of
from symrnn.errors import SymrnnError, Undefined, Unsupported
from symrnn.files import write_file


def register(commands: Any) -> None:
    """The options."""
    code = add(commands, "code", "source of loss and gradient: NumPy, JAX, PyTorch", run_code)
    code.add_argument("--target", default="numpy", metavar="LIBRARY", help="numpy, the default, jax or torch")
    code.add_argument("--wrt", nargs="+", metavar="KEY", help='gradients of these: W, "h[0]", x; else all learned ones')
    code.add_argument("--upstream", metavar="NAME", help="the gradient arriving at this sequence is given, not a loss")
    way = code.add_mutually_exclusive_group()
    way.add_argument("--hvp", action="store_true", help="of the Hessian of the loss times a direction")
    way.add_argument("--rtrl", action="store_true", help="gradients by sensitivities that run forward in time")
    way.add_argument("--window", type=positive, metavar="N", help="errors are followed back through N steps")
    way.add_argument("--chunk", type=positive, metavar="N", help="states are detached after every N steps")
    way.add_argument("--closed-form", action="store_true", help="gradients in closed form, by double sums")
    way.add_argument("--formula", metavar="TEXT", help="one expression in the names of the model, as a function")
    code.add_argument("-o", "--output", metavar="FILE", type=Path, help="write it to a file: .py")


def run_code(options: argparse.Namespace) -> int:
    """`symrnn code MODEL`."""
    import symrnn as sr

    if options.output is not None and options.output.suffix != ".py":
        raise Unsupported(f"{options.output}: cannot write this ending", repair="end it in .py")
    model: Any = model_of(options)
    upstream = sequence_of(model, options.upstream, "--upstream")
    what = _derived(model, upstream, options)
    if what is None:
        source = sr.code(model, target=options.target, wrt=options.wrt, upstream=upstream)
    else:
        source = sr.code(what, target=options.target)
    if options.output is not None:
        print(f"wrote {write_file(options.output, source)}")
    else:
        print(source, end="")
    return 0


def _derived(model: Any, upstream: Any, options: argparse.Namespace) -> Any:
    """The derivation, closed forms or expression that is asked for; None for back-propagation as it is."""
    import symrnn as sr

    if options.formula is not None:
        return sr.read(options.formula, model).expr
    wrt = [x for key in options.wrt for x in leaves(model, key)] if options.wrt else None
    if options.hvp:
        return sr.hvp(model, wrt=wrt, upstream=upstream)
    if options.rtrl:
        return sr.rtrl(model, wrt=wrt, upstream=upstream)
    if options.window or options.chunk:
        return sr.bptt(model, wrt=wrt, upstream=upstream, window=options.window, chunk=options.chunk)
    if options.closed_form:
        return _closed(sr.bptt(model, upstream=upstream), wrt)
    return None


def _closed(derivation: Any, wrt: Any) -> Any:
    """The closed forms of what is asked for, or of every gradient that has one."""
    if wrt is not None:
        return [derivation.closed_form(x) for x in wrt]
    found, refused = [], None
    for x in (p for p in derivation.model.parameters if p.learned):
        try:
            found.append(derivation.closed_form(x))
        except SymrnnError as error:
            refused = refused or error
    if refused is not None and not found:
        raise refused
    if not found:
        raise Undefined(f"{derivation.model.title.name} has no learned parameters", repair="--wrt 'h[0]'")
    return found
