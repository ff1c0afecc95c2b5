"""The command line, `symrnn derive elman` and its like: arguments in, text out; no mathematics.

Nothing heavy is imported before the arguments are understood, so help and usage errors come at once.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from symrnn import __version__
from symrnn.errors import SymrnnError, Undefined, Unsupported

DOCUMENTS = (".tex", ".md", ".html")


def build_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = argparse.ArgumentParser(
        prog="symrnn",
        description="Symbolic derivations of recurrent networks: gradients through time, each line checked.",
        epilog="begin with:  symrnn derive elman",
    )
    parser.add_argument("--version", action="version", version=f"symrnn {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    commands.add_parser("models", help="list the models that come with it").set_defaults(run=run_models)
    _add(commands, "show", "the model as a model file: its shapes, equations and loss", run_show)
    _add(commands, "unroll", "the unfolded graph, and the nested composition of its last node", run_unroll, tau=True)
    derive = _add(commands, "derive", "the backward equations and the gradients, checked", run_derive, tau=True)
    derive.add_argument("--wrt", metavar="NAMES", help="differentiate by these only, e.g. W,x or 'h[0]'")
    derive.add_argument("--steps", action="store_true", help="show every step with its law")
    derive.add_argument("--latex", action="store_true", help="print LaTeX instead of text")
    derive.add_argument("--notation", default="goodfellow", help="goodfellow (default), d2l or cs231n")
    derive.add_argument("-o", "--output", metavar="FILE", type=Path, help="write a document: .tex, .md or .html")
    verify = _add(commands, "verify", "check every step and line, and say how each was decided", run_verify, tau=True)
    verify.add_argument("--seed", type=_seed, default=0, help="of the random instances (default 0)")
    code = _add(commands, "code", "NumPy source of loss and gradient", run_code)
    code.add_argument("-o", "--output", metavar="FILE", type=Path, help="write it to a file: .py")
    draw = _add(commands, "draw", "the circuit and the unfolded graph", run_draw, tau=True)
    draw.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="where to: .svg")
    which = draw.add_mutually_exclusive_group()
    which.add_argument("--circuit", action="store_true", help="the circuit alone")
    which.add_argument("--unfolded", action="store_true", help="the unfolded graph alone")
    return parser


def _add(commands: Any, name: str, summary: str, run: Callable[..., int], tau: bool = False) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + "."
    )
    parser.add_argument("model", metavar="MODEL", help="a name from `symrnn models`, or a model file")
    if tau:
        parser.add_argument(
            "--tau", type=_positive, metavar="N", help="the last time, a number (default: symbolic where possible)"
        )
    parser.set_defaults(run=run)
    return parser


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 100000")
    return int(text)


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def _last(model: Any, number: int | None) -> Any:
    """The last time from the command line: one number, which stands for every length of the model."""
    return None if number is None else dict.fromkeys(model.lengths, number)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 when a check failed, 2 for a request that cannot be met."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without these letters gets question marks
    try:
        code = int(options.run(options))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever was reading has gone
        return 0
    except SymrnnError as error:
        print(f"symrnn: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"symrnn: {error.strerror}" + (f": {error.filename}" if error.filename else ""), file=sys.stderr)
        return 2


class Progress:
    """One changing line on stderr, shown on a terminal only."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()

    def __call__(self, text: str) -> None:
        """Replace the line."""
        if self.shown:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _model(options: argparse.Namespace) -> Any:
    from symrnn.model import library, read_model

    path = Path(options.model)
    if options.model not in library.LIBRARY and (path.suffix or path.exists()):
        if not path.is_file():
            raise Undefined(f"there is no file {path}", repair="name a model file, or one of `symrnn models`")
        return read_model(path)
    return library.get(options.model)


def _derivation(options: argparse.Namespace, wrt: str | None = None) -> Any:
    import symrnn as sr

    model = _model(options)
    chosen = _leaves(model, wrt) if wrt else None
    return sr.bptt(
        model, _last(model, options.tau), wrt=chosen, upstream=None if model.loss is not None else _last_node(model)
    )


def _last_node(model: Any) -> Any:
    return (model.outputs or model.states)[-1]


def _leaves(model: Any, names: str) -> list[Any]:
    """The parameters, inputs, constants and boundary values that the text names."""
    known = {str(x).replace(" ", ""): x for x in (*model.parameters, *model.constants, *model.inputs, *model.boundary)}
    chosen = []
    for name in names.split(","):
        if name.strip().replace(" ", "") not in known:
            raise Undefined(
                f"--wrt: {name.strip()!r} is not read by the model", repair="one or more of " + ", ".join(known)
            )
        chosen.append(known[name.strip().replace(" ", "")])
    return chosen


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {path}")


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

    print(write_model(_model(options)), end="")
    return 0


def run_unroll(options: argparse.Namespace) -> int:
    """`symrnn unroll MODEL --tau 3`."""
    import symrnn as sr

    model = _model(options)
    graph = sr.unroll(model, _last(model, options.tau or 3))
    if not graph.equations:
        given = ", ".join(map(str, model.boundary))
        print(f"nothing is computed up to tau = {options.tau or 3}; given: {given}")
        return 0
    print(sr.text(graph))
    last = graph.equations[-1].lhs if not model.states else model.states[-1][graph.equations[-1].lhs.time]
    try:
        nested = sr.text(sr.nest(model, last, tau=_last(model, options.tau or 3)))
    except SymrnnError as error:
        nested = error.what
    print("\nnested:")
    print(nested)
    return 0


def run_derive(options: argparse.Namespace) -> int:
    """`symrnn derive MODEL`."""
    import symrnn as sr

    if options.output is not None and options.output.suffix not in DOCUMENTS:
        raise Unsupported(
            f"{options.output}: cannot write {options.output.suffix or 'a file without an ending'}",
            repair="end it in " + ", ".join(DOCUMENTS),
        )
    progress = Progress()
    progress("deriving")
    derivation = _derivation(options, options.wrt)
    progress("")
    if options.latex:
        print(sr.latex(derivation, notation=options.notation))
        return 0
    report = derivation.verify(progress=lambda done, total: progress(f"checking {done} of {total}"))
    progress("")
    if options.output is not None:
        detail = "full" if options.steps else "lecture"
        sr.document(derivation, notation=options.notation, report=report, detail=detail).save(options.output)
        print(f"wrote {options.output}")
    else:
        from symrnn.typeset import derivation_page

        print(derivation_page(derivation, report, steps=options.steps, notation=options.notation))
    return 0 if report else 1


def run_verify(options: argparse.Namespace) -> int:
    """`symrnn verify MODEL`."""
    progress = Progress()
    derivation = _derivation(options)
    report = derivation.verify(seed=options.seed, progress=lambda done, total: progress(f"checking {done} of {total}"))
    progress("")
    for finding in report.findings:
        print(finding)
    print(report)
    return 0 if report else 1


def run_code(options: argparse.Namespace) -> int:
    """`symrnn code MODEL`."""
    import symrnn as sr

    if options.output is not None and options.output.suffix != ".py":
        raise Unsupported(f"{options.output}: cannot write this ending", repair="end it in .py")
    source = sr.to_numpy(_model(options)).source
    if options.output is not None:
        _write(options.output, source)
    else:
        print(source, end="")
    return 0


def run_draw(options: argparse.Namespace) -> int:
    """`symrnn draw MODEL -o FILE.svg`."""
    import symrnn as sr

    model = _model(options)
    if options.circuit:
        picture = sr.circuit(model)
    elif options.unfolded:
        picture = sr.unfolded(model, options.tau or sr.tau)
    else:
        picture = sr.circuit(model) | sr.unfolded(model, options.tau or sr.tau)
    picture.save(options.output)
    print(f"wrote {options.output}")
    return 0
