"""`symrnn exercise list | make | solve | grade | sheet | test`: exercises on the terminal and as sheets."""

from __future__ import annotations

import argparse
import unicodedata
from pathlib import Path
from typing import Any

from symrnn.commands import trial
from symrnn.commands.arguments import columns, ending, positive, seed, text_of
from symrnn.errors import Undefined


def register(commands: Any) -> None:
    """The options."""
    summary = "exercises with variants, hints, worked solutions; sheets of them"
    parser = commands.add_parser("exercise", help=summary, description=summary[0].upper() + summary[1:] + ".")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    _add(verbs, "list", "all kinds, with their sources", run_list, one=False)
    _add(verbs, "make", "one exercise of a kind", run_make)
    _add(verbs, "solve", "one exercise with its hints and its worked solution", run_solve)
    grade = _add(verbs, "grade", "is an answer right, and which mistake is it if not", run_grade)
    grade.add_argument("answer", metavar="ANSWER", help="as one types it: LaTeX, Unicode or plain letters")
    grade.add_argument("--part", type=positive, default=1, metavar="N", help="of the exercise (default 1)")
    grade.add_argument("--json", action="store_true", help="print the verdict as JSON")
    _sheet_options(_add(verbs, "sheet", "a sheet of several kinds, for all or for each student", run_sheet, one=False))
    trial.register(verbs)


def _add(verbs: Any, name: str, summary: str, run: Any, one: bool = True) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=summary, description=summary[0].upper() + summary[1:])
    if one:
        parser.add_argument("kind", metavar="KIND", help="a name from `symrnn exercise list`")
    if name != "list":
        parser.add_argument("--seed", type=seed, default=0, help="which variant (default 0)")
        parser.add_argument(
            "--level", type=int, choices=(1, 2, 3), default=1, help="how much there is to see (default 1)"
        )
    parser.set_defaults(run=run)
    return parser


def _sheet_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kinds", metavar="KIND[:LEVEL]", nargs="+", help="names from `symrnn exercise list`, or FILE.toml"
    )
    parser.add_argument("--title", default="Exercises", help="of the sheet")
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--student", default="", metavar="NAME", help="this student's own variants")
    whose.add_argument("--students", type=Path, metavar="FILE", help="names, one a line: a sheet for each, and a key")
    parser.add_argument("--solutions", action="store_true", help="with the worked solutions")
    parser.add_argument("--language", default="en", help="of the sheet's own words: en (default) or de")
    endings = ".tex .pdf .html .md .txt .ipynb .nbgrader.ipynb .otter.ipynb .otter.zip, .xml (Moodle) or .json (key)"
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, required=True, help=f"{endings}; with --students a folder"
    )
    parser.add_argument("--format", metavar="ENDING", type=ending, default=".html", help="of the files for --students")


def run_list(options: argparse.Namespace) -> int:
    """`symrnn exercise list`."""
    from symrnn.exercises import kind_of, kinds

    found = [kind_of(name) for name in kinds()]
    wide = max(len(x.name) for x in found)
    for x in found:
        print(f"{x.name:<{wide}}  {x.title}  [{x.source}]")
    return 0


def _made(options: argparse.Namespace) -> Any:
    from symrnn.exercises import make

    return make(options.kind, seed=options.seed, level=options.level)


def run_make(options: argparse.Namespace, solutions: bool = False) -> int:
    """`symrnn exercise make KIND`."""
    from symrnn.exercises import Sheet
    from symrnn.exercises.sheet_page import page
    from symrnn.typeset.write_text import write_text

    exercise = _made(options)
    print(write_text(page(Sheet(exercise.kind, (exercise,)), solutions), min(columns(), 100)), end="")
    return 0


def run_solve(options: argparse.Namespace) -> int:
    """`symrnn exercise solve KIND`."""
    from symrnn.exercises.prose import spoken

    code = run_make(options, solutions=True)
    for number, part in enumerate(_made(options).parts, 1):
        for place, hint in enumerate(part.hints, 1):
            print(f"hint {number}.{place}: {spoken(hint)}")
    return code


def run_grade(options: argparse.Namespace) -> int:
    """`symrnn exercise grade KIND ANSWER`: 0 right, 1 wrong, 3 invalid, 4 undecided."""
    exercise = _made(options)
    verdict = exercise.judge(options.answer, options.part)
    if options.json:
        print(verdict.json(indent=2))
    else:
        asked = exercise.parts[options.part - 1]
        print(verdict)
        print(f"points    {asked.points * (verdict.facts.get('credit') or 0.0):g} of {asked.points:g}")
    return int(verdict.exit_code)


def run_sheet(options: argparse.Namespace) -> int:
    """`symrnn exercise sheet KIND ... -o FILE`."""
    from symrnn.exercises import sheet

    wanted = [one for text in options.kinds for one in _kinds(text, options.level)]
    if options.students is None:
        made = sheet(wanted, title=options.title, seed=options.seed, student=options.student)
        made.save(options.output, solutions=options.solutions, language=options.language)
        print(f"wrote {options.output}")
        return 0
    return _class(options, wanted)


def _kinds(text: str, level: int) -> list[Any]:
    """A kind with its level; of a file that ends in .toml the exercises of one's own in it."""
    from symrnn.exercises.own import read_own

    return list(read_own(text_of(Path(text)))) if text.endswith(".toml") else [_kind(text, level)]


def _kind(text: str, level: int) -> tuple[str, int]:
    name, colon, number = text.partition(":")
    if colon and number not in {"1", "2", "3"}:
        raise Undefined(f"{text}: a level is 1, 2 or 3", repair=f"{name}:2")
    return name, int(number) if colon else level


def _class(options: argparse.Namespace, wanted: list[Any]) -> int:
    """A sheet for each name, and the key of all; nothing is written before all of them are made."""
    from symrnn.exercises import Sheet, sheet, write_key
    from symrnn.exercises.sheets import known_ending
    from symrnn.files import make_folder, write_file

    known_ending(options.format)
    files: dict[str, Sheet] = {}
    for name in filter(None, map(str.strip, text_of(options.students).splitlines())):
        file = _file(name)
        if file in files:
            what = f"{name!r} and {files[file].student!r} would share the file {file}"
            raise Undefined(what, repair="tell the names apart, or leave one out")
        files[file] = sheet(wanted, title=options.title, seed=options.seed, student=name)
        files[file].document(language=options.language)  # which refuses a language that there is not
    if not files:
        raise Undefined(f"{options.students} has no names", repair="one name a line")
    home = make_folder(options.output)
    for file, made in files.items():
        made.save(home / (file + options.format), solutions=options.solutions, language=options.language)
    write_file(home / "key.json", write_key(files.values()))
    print(f"wrote {len(files)} sheets and key.json in {home}")
    return 0


def _file(name: str) -> str:
    """A name as that of a file: its letters and digits, of any alphabet, small."""
    plain = unicodedata.normalize("NFC", name).casefold()
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())[:80] or "student"
