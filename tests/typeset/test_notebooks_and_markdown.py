"""Notebooks that derive and check their own lines, and Markdown that its readers take as it is meant."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import symrnn as sr
from symrnn.errors import Unsupported
from symrnn.model import library
from symrnn.typeset.blocks import Code
from symrnn.typeset.write_markdown import MarkdownWriter
from symrnn.typeset.write_notebook import program
from typeset.documents import derived, made
from typeset.formulas import short_times
from typeset.well_formed import latex_faults


def cells(notebook: str, kind: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(notebook)["cells"] if cell["cell_type"] == kind]


@pytest.mark.parametrize("name", library.LIBRARY)
def test_the_program_makes_the_same_lines_again(name: str) -> None:
    d, _ = derived(name)
    chosen = sr.bptt(d.model, wrt=[d.model.parameters[0], *d.model.inputs[:1]])
    for made_before in (d, d.at(short_times(library.get(name))), chosen):
        room: dict[str, Any] = {}
        exec(program(made_before), room)
        assert [x.equation for x in room["d"].lines] == [x.equation for x in made_before.lines]
        assert list(room["d"].gradients) == list(made_before.gradients)


SCALAR = sr.models.scalar()
OTHERS = {
    "d = sr.hvp(model)": sr.hvp(SCALAR),
    "d = sr.rtrl(model, wrt=[model.parameters[0]])": sr.rtrl(SCALAR, [SCALAR.parameters[0]]),
    "d = sr.bptt(model, window=2)": sr.bptt(SCALAR, window=2),
    "d = sr.bptt(model, tau=7, chunk=3)": sr.bptt(SCALAR, 7, chunk=3),
}


@pytest.mark.parametrize("call", OTHERS)
def test_the_program_of_other_derivations(call: str) -> None:
    room: dict[str, Any] = {}
    text = program(OTHERS[call])
    exec(text, room)
    assert text.splitlines()[-1] == call
    assert [x.equation for x in room["d"].lines] == [x.equation for x in OTHERS[call].lines]


@pytest.mark.parametrize("name", ["elman", "encoder-decoder", "driven"])
def test_every_cell_runs_and_the_last_one_checks(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    room: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells(made(name).render(".ipynb"), "code"):
        exec(compile(cell, name, "exec"), room)
    assert room["report"] and "lines hold" in capsys.readouterr().out


def test_a_notebook_that_should_not_check_does_not() -> None:
    checks = cells(made("scalar").render(".ipynb"), "code")
    room: dict[str, Any] = {}
    exec(checks[0], room)
    line = room["d"].lines[-1]
    wrong = sr.Equation(line.equation.lhs, 2 * line.equation.rhs)
    object.__setattr__(line, "equation", wrong)
    with pytest.raises(AssertionError):
        exec(checks[-1], room)


def test_names_of_cells_are_counted_and_valid() -> None:
    import nbformat

    text = made("elman").render(".ipynb")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    names = [cell["id"] for cell in notebook.cells]
    assert names[:2] == ["elman-1", "elman-2"] and len(set(names)) == len(names)
    assert text == made("elman").render(".ipynb")


def test_what_no_program_can_make_again_is_refused() -> None:
    d = sr.nest(sr.models.classical(), sr.models.classical().states[0][3])
    with pytest.raises(Unsupported, match="again"):
        program(d)


@pytest.mark.parametrize("name", library.LIBRARY)
def test_markdown_is_well_formed(name: str) -> None:
    page = made(name, detail="full").render(".md")
    prose = re.sub(r"```.*?```", "", page, flags=re.DOTALL)
    shown = re.findall(r"\$\$\n(.*?)\n\$\$", prose, re.DOTALL)
    assert shown and not [x for x in shown if latex_faults(re.sub(r"\s+", " ", x))]
    assert not [x for x in shown if "\n\n" in x], "an empty line would end the formula"
    text = re.sub(r"\$\$.*?\$\$", "", prose, flags=re.DOTALL)
    for line in re.sub(r"\(data:[^)]*\)", "()", text).splitlines():
        assert line.count("$") % 2 == 0
        for formula, after in re.findall(r"\$(.*?)\$(?=(.?))", line):
            assert formula == formula.strip() and formula and not latex_faults(formula)
            assert not after.isdigit(), "pandoc takes a digit after $ as a price"
    tables = re.findall(r"(?:^\|.*\|$\n?)+", text, re.MULTILINE)
    for table in tables:
        assert len({row.count("|") for row in table.strip().splitlines()}) == 1


def test_pictures_stand_beside_the_file_or_inside_the_text(tmp_path: Path) -> None:
    document = made("elman")
    path = document.save(tmp_path / "my page.md")
    (picture,) = tmp_path.glob("*.svg")
    assert picture.name == "my page-picture-1.svg" and picture.read_text(encoding="utf-8").startswith("<svg")
    assert "(my%20page-picture-1.svg)" in path.read_text(encoding="utf-8")
    assert "(data:image/svg+xml;base64," in document.render(".md")


def test_a_program_with_backticks_stays_in_its_fence() -> None:
    text = MarkdownWriter().block(Code("x = '''```'''\n"))
    assert text.startswith("````python\n") and text.endswith("\n````")
