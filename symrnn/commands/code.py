"""`symrnn code`: the source of loss and gradient, for NumPy, JAX or PyTorch."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from symrnn.commands.arguments import add, model_of, sequence_of
from symrnn.errors import Unsupported
from symrnn.files import write_file


def register(commands: Any) -> None:
    """The options."""
    code = add(commands, "code", "source of loss and gradient: NumPy, JAX, PyTorch", run_code)
    code.add_argument("--target", default="numpy", metavar="LIBRARY", help="numpy, the default, jax or torch")
    code.add_argument("--wrt", nargs="+", metavar="KEY", help='gradients of these: W, "h[0]", x; else all learned ones')
    code.add_argument("--upstream", metavar="NAME", help="the gradient arriving at this sequence is given, not a loss")
    code.add_argument("--hvp", action="store_true", help="of the Hessian of the loss times a direction")
    code.add_argument("-o", "--output", metavar="FILE", type=Path, help="write it to a file: .py")


def run_code(options: argparse.Namespace) -> int:
    """`symrnn code MODEL`."""
    import symrnn as sr

    if options.output is not None and options.output.suffix != ".py":
        raise Unsupported(f"{options.output}: cannot write this ending", repair="end it in .py")
    model: Any = model_of(options)
    upstream = sequence_of(model, options.upstream, "--upstream")
    model = sr.hvp(model) if options.hvp else model
    source = sr.code(model, target=options.target, wrt=options.wrt, upstream=upstream)
    if options.output is not None:
        print(f"wrote {write_file(options.output, source)}")
    else:
        print(source, end="")
    return 0
