"""`symrnn draw`: what is asked for is in the file, and what cannot be drawn is refused."""

import pytest

from symrnn.cli import main


def draw(tmp_path, *options, ending="svg"):
    target = tmp_path / f"picture.{ending}"
    return main(["draw", *options, "-o", str(target)]), target


@pytest.mark.parametrize(
    ("options", "there", "absent"),
    [
        (["--circuit"], 'data-name="h"', 'data-name="h['),
        (["--unfolded", "--tau", "2"], 'data-name="h[2]"', 'data-name="h"'),
        (["--both", "--tau", "2"], "Unfold", 'class="adjoint"'),
        (["--tau", "2"], "Unfold", 'class="adjoint"'),
        (["--unfolded"], 'data-name="h[t-1]"', 'data-name="h[2]"'),
        (["--unfolded", "--tau", "2", "--gradient"], 'class="adjoint"', "copy"),
        (["--unfolded", "--tau", "2", "--parameters", "W, V"], 'data-name="V[2]"', 'data-name="U'),
        (["--circuit", "--style", "dark"], "#15181d", "#ffffff"),
    ],
)
def test_what_is_asked_for_is_drawn(tmp_path, options, there, absent):
    code, target = draw(tmp_path, "elman", *options)
    text = target.read_text(encoding="utf-8")
    assert code == 0 and there in text and absent not in text


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("tex", b"% needs"), ("dot", b"digraph")])
def test_the_ending_names_the_form(tmp_path, ending, start):
    code, target = draw(tmp_path, "driven", "--tau", "2", ending=ending)
    assert code == 0 and target.read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--circuit", "--gradient"], "belong to the unfolded graph"),
        (["--parameters", "Q"], "Q is not a parameter of elman"),
        (["--style", "neon"], "no style is called 'neon'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(tmp_path, capsys, options, said):
    code, target = draw(tmp_path, "elman", *options)
    assert code == 2 and not target.exists()
    assert said in capsys.readouterr().err
