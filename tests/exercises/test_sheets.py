"""Sheets: every kind in every format, read back and run; seeds from names; the command line."""

import doctest
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import pytest

import symrnn as sr
from exercises.notebook_rules import nbgrader_faults, otter_faults
from symrnn.cli import main
from symrnn.errors import ReadError, Undefined, Unsupported
from symrnn.exercises import Sheet, read_sheets, sheet
from symrnn.exercises.marking import CODE
from symrnn.exercises.prose import prose
from symrnn.exercises.sheets import seed_of
from symrnn.typeset.items import Name
from symrnn.typeset.latex import LatexRenderer
from symrnn.typeset.tex_formula import formula_item

KINDS = sr.exercises.kinds()
draw = LatexRenderer()


@cache
def all_kinds() -> Sheet:
    return sheet([(kind, 1 + i % 3) for i, kind in enumerate(KINDS)], title="All kinds", seed=7)


@pytest.mark.parametrize("kind", KINDS)
def test_every_formula_is_drawn_and_means_the_same(kind: str) -> None:
    exercise = sr.exercises.make(kind, seed=11, level=1 + KINDS.index(kind) % 3)
    texts = [exercise.statement, *(x for p in exercise.parts for x in (p.question, p.law, *p.hints, *p.choices))]
    assert not [x for text in texts for x in prose(text) if isinstance(x, Name) and "\\" in x.verbatim]
    for number, part in enumerate(exercise.parts, 1):
        if part.kind == "formula":
            redrawn = draw(formula_item(part.answer))
            assert exercise.judge(redrawn, number), (part.answer, redrawn)


def test_what_is_no_formula_stays_latex() -> None:
    for text in ("a + ", r"\frac{a", ")", r"\unknown{x}", "(" * 100 + "x" + ")" * 100, "x" * 9000):
        with pytest.raises(ReadError):
            formula_item(text)
    assert r"$\mathcal{L}$" in Sheet("", (_custom(r"Give $\mathcal{L}$."),)).render(".tex")
    for text in (r"\input{/etc/passwd}", r"\write18{ls}", r"\def\x{}", "50%", "{"):
        assert rf"${text}$" not in Sheet("", (_custom(f"Give ${text}$."),)).render(".tex"), "it only prints"


def _custom(question: str) -> sr.exercises.Exercise:
    return sr.exercises.custom(sr.models.scalar(), question, r"w \, s_t")


def test_a_name_makes_the_seed() -> None:
    assert seed_of(7, "Ada  Lovelace") == seed_of(7, " ada lovelace") == 276425017642699
    assert len({seed_of(7, name, i) for name in ("Ada", "Bob", "Cy") for i in range(50)}) == 150
    own = [sheet(["bptt.grad_W", "forward.numbers"], seed=7, student=name) for name in ("Ada", "Bob")]
    assert own[0].exercises != own[1].exercises
    assert own[0] == sheet(["bptt.grad_W", "forward.numbers"], seed=7, student="Ada")
    code = "from symrnn.exercises import sheet; print(sheet(['bptt.grad_W'], seed=7, student='Ada').key())"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env={"PYTHONHASHSEED": "5"})
    assert run.stdout.decode().strip() == sheet(["bptt.grad_W"], seed=7, student="Ada").key().strip()


def test_a_key_is_read_back() -> None:
    assert read_sheets(all_kinds().key()) == (all_kinds(),)
    for text in ("", "[]", '{"key": 2, "sheets": []}', '{"key": 1, "sheets": [{}]}'):
        with pytest.raises(ReadError):
            read_sheets(text)


@pytest.mark.parametrize("ending", [".html", ".md", ".txt", ".tex"])
def test_solutions_are_shown_only_if_wanted(ending: str) -> None:
    one = sheet(["bptt.state"], seed=3, title="Sheet 1 & more")
    without, with_ = one.render(ending), one.render(ending, solutions=True)
    assert len(with_) > len(without)
    assert one.exercises[0].parts[0].law in with_
    assert one.exercises[0].parts[0].law not in without
    assert one.render(ending) == one.render(ending)


def test_sheets_that_cannot_be() -> None:
    with pytest.raises(Unsupported, match="sheet has no text"):
        all_kinds().render(".doc")
    with pytest.raises(Undefined, match="0 exercises"):
        sheet([])
    with pytest.raises(Undefined, match="did you mean"):
        sheet(["bptt.grad_w"])


def test_nbgrader_takes_both_notebooks() -> None:
    for solutions in (False, True):
        notebook = json.loads(all_kinds().render(".nbgrader.ipynb", solutions=solutions))
        assert not nbgrader_faults(notebook)
        graded = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade")]
        assert sum(c["metadata"]["nbgrader"]["points"] for c in graded) == all_kinds().points
        assert ("BEGIN HIDDEN TESTS" in json.dumps(notebook)) == solutions


def test_the_source_for_nbgrader_gives_its_own_answers_all_points() -> None:
    some = Sheet("", tuple(x for x in all_kinds().exercises if x.parts[0].kind != CODE)[::8])
    names: dict[str, object] = {}
    cells = json.loads(some.render(".nbgrader.ipynb", solutions=True))["cells"]
    for cell in cells:
        meta = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code":
            *program, last = "".join(cell["source"]).replace("### END HIDDEN TESTS", "").rstrip().splitlines()
            exec("\n".join(program), names)
            assert not meta["grade"] or eval(last, names) == meta["points"]


def test_otter_takes_the_notebook_and_runs_its_tests() -> None:
    some = Sheet("", tuple(x for x in all_kinds().exercises if x.parts[0].kind != CODE)[1::14])
    notebook = json.loads(some.render(".otter.ipynb", solutions=True))
    assert not otter_faults(notebook)
    assert not otter_faults(json.loads(some.render(".otter.ipynb")))
    assert "thawed" not in some.render(".otter.ipynb"), "what students get holds no answers"
    answers = "\n".join("".join(c["source"]) for c in notebook["cells"] if "answer_" in "".join(c["source"])[:7])
    for right in (True, False):
        names: dict[str, object] = {}
        exec(answers if right else answers.replace(' = r"', ' = r"17 + '), names)
        for name, test in notebook["metadata"]["otter"]["tests"].items():
            outcomes = [_passes(case["code"], name, names) for case in test["suites"][0]["cases"]]
            assert all(outcomes) == right, (name, right)


def test_the_archive_for_otter_has_the_hidden_tests(tmp_path: Path) -> None:
    one = sheet(["ordered.derivatives"], seed=3)
    with ZipFile(one.save(tmp_path / "x.otter.zip")) as archive:
        found: dict[str, object] = {}
        exec(archive.read("tests/q1_2.py").decode(), found)
        assert archive.read("sheet.ipynb").decode() == one.render(".otter.ipynb")
    source = json.loads(one.render(".otter.ipynb", solutions=True))["metadata"]["otter"]["tests"]
    assert (found["OK_FORMAT"], found["test"]) == (True, source["q1_2"])


def _passes(code: str, name: str, names: dict[str, object]) -> bool:
    test = doctest.DocTestParser().get_doctest(code, dict(names), name, name, 0)
    return not doctest.DocTestRunner(verbose=False).run(test, out=lambda text: None).failed


def test_moodle_xml() -> None:
    root = ElementTree.fromstring(all_kinds().render(".xml"))
    questions = root.findall("question")
    assert questions[0].get("type") == "category"
    assert len(questions) == 1 + sum(len(x.parts) for x in all_kinds().exercises)
    for x in questions[1:]:
        assert x.findtext("name/text")
        assert x.findtext("questiontext/text")
        assert float(x.findtext("defaultgrade") or 0) > 0
        if x.get("type") in {"numerical", "multichoice"}:
            assert [a.get("fraction") for a in x.findall("answer")].count("100") == 1
        assert "\\" not in re.sub(r"\\\(.*?\\\)", "", x.findtext("generalfeedback/text") or ""), (
            "LaTeX outside of brackets"
        )
    assert {x.get("type") for x in questions} == {"category", "essay", "numerical", "multichoice"}


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercise", "list"]) == 0
    assert [row.split()[0] for row in capsys.readouterr().out.splitlines()] == list(KINDS)
    assert main(["exercise", "solve", "bptt.state", "--seed", "4"]) == 0
    assert "hint 2.3" in capsys.readouterr().out
    exercise = sr.exercises.make("bptt.grad_W", seed=4)
    assert main(["exercise", "grade", "bptt.grad_W", exercise.model_answer, "--seed", "4"]) == 0
    assert main(["exercise", "grade", "bptt.grad_W", f"-({exercise.model_answer})", "--seed", "4", "--json"]) == 1
    assert main(["exercise", "grade", "bptt.grad_W", "x_{", "--seed", "4"]) == 3
    assert main(["exercise", "sheet", "bptt.state:4", "-o", str(tmp_path / "x.md")]) == 2
    names = tmp_path / "names.txt"
    names.write_text("Ada\n\nBob\n王 Jürgen\n", encoding="utf-8")
    made = ["exercise", "sheet", "bptt.state:2", "bptt.grad_W", "--students", str(names), "--format", ".md"]
    assert main([*made, "-o", str(tmp_path / "class")]) == 0
    assert sorted(x.name for x in (tmp_path / "class").iterdir()) == ["ada.md", "bob.md", "key.json", "王-jürgen.md"]
    key = (tmp_path / "class/key.json").read_text(encoding="utf-8")
    assert [x.student for x in read_sheets(key)] == ["Ada", "Bob", "王 Jürgen"]


@pytest.mark.tex
@pytest.mark.parametrize("solutions", [False, True])
def test_all_kinds_compile(solutions: bool, pdflatex: Callable[[str], Path]) -> None:
    pdflatex(all_kinds().render(".tex", solutions=solutions))
