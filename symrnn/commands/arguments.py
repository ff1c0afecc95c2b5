"""What the subcommands share: the MODEL argument, numbers from the command line, a line of progress."""

from __future__ import annotations

import argparse
import os
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from pathlib import Path
from typing import Any

from symrnn.errors import ReadError, Undefined


def add(commands: Any, name: str, summary: str, run: Callable[..., int], tau: bool = False) -> argparse.ArgumentParser:
    """A subcommand with a MODEL, and --tau if it has a last time."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + "."
    )
    parser.add_argument("model", metavar="MODEL", help="a name from `symrnn models`, or a model file")
    if tau:
        parser.add_argument(
            "--tau", type=positive, metavar="N", help="the last time, a number (default: symbolic where possible)"
        )
    parser.set_defaults(run=run)
    return parser


def positive(text: str) -> int:
    """A last time."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 100000")
    return int(text)


def seed(text: str) -> int:
    """A seed."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def last_time(model: Any, number: int | None) -> Any:
    """The last time from the command line: one number, which stands for every length of the model."""
    return None if number is None else dict.fromkeys(model.lengths, number)


def add_notation(parser: argparse.ArgumentParser) -> None:
    """The options that say how formulas look."""
    parser.add_argument("--notation", default="goodfellow", help="goodfellow (default), d2l or cs231n")
    parser.add_argument(
        "--convention",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="change one convention: time=subscript, vectors=rows, names.h=s, ... (may be repeated)",
    )
    parser.add_argument("--language", default="en", help="of the words: en (default) or de")


def notation_of(options: argparse.Namespace) -> Any:
    """The notation that is asked for."""
    from symrnn.typeset import Notation

    return Notation.named(options.notation).using(*options.convention)


def pairs(text: str | None, option: str) -> list[tuple[str, str]]:
    """NAME=VALUE, several with commas between."""
    found = []
    for item in (text or "").split(",") if text else []:
        key, equals, value = (part.strip() for part in item.partition("="))
        if not (key and equals and value):
            raise Undefined(f"{option}: {item.strip()!r} is not NAME=VALUE")
        found.append((key, value))
    return found


def sizes(text: str | None) -> dict[str, int]:
    """The sizes of dimensions by their names: n=3,m=2."""
    found = {}
    for key, value in pairs(text, "--dims"):
        if not (value.isascii() and value.isdigit() and int(value)):
            raise Undefined(f"--dims: {key}={value} is not a whole number from 1")
        found[key] = int(value)
    return found


def text_of(path: Path) -> str:
    """The text of a file: UTF-8, or UTF-16 where its first bytes say so, as spreadsheets write it."""
    data = path.read_bytes()
    try:
        return data.decode("utf-16" if data[:2] in {BOM_UTF16_LE, BOM_UTF16_BE} else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadError(
            f"{path} is not UTF-8 (byte {error.start})", repair="save it as UTF-8; in a spreadsheet, as CSV UTF-8"
        ) from None


def ending(text: str) -> str:
    """The ending of a file, with or without its dot."""
    return text if text.startswith(".") else f".{text}"


def columns() -> int:
    """The width of the terminal; of a file or a pipe 118 columns."""
    return max(os.get_terminal_size().columns, 40) if sys.stdout.isatty() else 118


def model_of(options: argparse.Namespace) -> Any:
    """The model that is named: of the library, or in a file."""
    from symrnn.model import library, read_model

    path = Path(options.model)
    if options.model not in library.LIBRARY and (path.suffix or path.exists()):
        if not path.is_file():
            raise Undefined(f"there is no file {path}", repair="name a model file, or one of `symrnn models`")
        return read_model(path)
    return library.get(options.model)


def derivation_of(options: argparse.Namespace, wrt: str | None = None, derive: Callable[..., Any] | None = None) -> Any:
    """The derivation of the gradient; without a loss, of the gradient that arrives at the last node."""
    import symrnn as sr

    model = model_of(options)
    chosen = leaves(model, wrt) if wrt else None
    arriving = None if model.loss is not None else last_node(model)
    cut = {k: v for k in ("window", "chunk") if (v := getattr(options, k, None)) is not None}
    return (derive or sr.bptt)(model, last_time(model, options.tau), wrt=chosen, upstream=arriving, **cut)


def last_node(model: Any) -> Any:
    """The sequence that a model without a loss is computed for."""
    return (model.outputs or model.states)[-1]


def leaves(model: Any, names: str) -> list[Any]:
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


class Progress:
    """One changing line on stderr, shown on a terminal only."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()

    def __call__(self, text: str) -> None:
        """Replace the line."""
        if self.shown:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def sequence_of(model: Any, name: str | None, option: str) -> Any:
    """The sequence of this name that a model defines, or None for no name."""
    if name is None:
        return None
    known = {v.name: v for v in model.defined}
    if name not in known:
        raise Undefined(f"{option}: the model does not define {name!r}", repair="one of " + ", ".join(known))
    return known[name]
