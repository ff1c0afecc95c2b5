"""`symrnn closed-form` and `symrnn rtrl --prove`: what is called proved, and what is said where there is no proof."""

from dataclasses import replace
from pathlib import Path

import pytest

import symrnn as sr
from symrnn.cli import main
from symrnn.commands.rtrl import unproved


def test_an_induction_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["closed-form", "scalar", "--prove"]) == 0
    page = capsys.readouterr().out
    assert page.count("Closed form: proved, by induction over t") == 3
    assert page.count("induction hypothesis, at t+1") == 1


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "proved, by exchanging the sums"), ("de", "bewiesen, durch Vertauschen der Summen")],
)
def test_forward_is_proved_to_be_backward(language: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rtrl", "elman", "--wrt", "W", "--prove", "--language", language]) == 0
    page = capsys.readouterr().out
    assert said in page and "Step   t = 1, ..., τ" in page.replace("Schritt", "Step")
    assert "Σ_{k=1..τ} diag(1 - h(k)²) ∇h(k) h(k-1)ᵀ" in page and "substitution" not in page


def test_several_states_are_proved_by_their_uses(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rtrl", "stacked", "--wrt", "b_1", "--prove"]) == 0
    page = capsys.readouterr().out
    assert "proved, by counting each use" in page and "Checked: 6 of 6" in page


def test_without_a_loss_the_gradient_that_arrives_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rtrl", "classical", "--prove"]) == 0
    page = capsys.readouterr().out
    assert "proved," in page and "∇θ = Σ" in page


def test_without_a_proof_nothing_is_called_proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pooled.rnn"
    file.write_text(
        "h[t] = tanh(w h[t-1])\nr[t] = tanh(r[t-1] + sum_{j=1..t} h[j] sum_{i=1..j} h[i])\nloss = sum_t r[t]\n"
    )
    assert main(["rtrl", str(file), "--wrt", "w", "--prove"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("w: ") and page.rstrip().endswith("; verified for tau = 1..5")
    assert "proved," not in page


def test_what_fails_is_not_called_verified() -> None:
    report = sr.rtrl(sr.models.scalar()).verify()
    failed = replace(report, findings=tuple(replace(f, verdict="fails") for f in report.findings))
    assert unproved("b", "why", report, "en") == "b: why; verified for tau = 1..5"
    assert unproved("b", "why", failed, "en") == "b: NOT verified"


def test_documents_have_the_proof() -> None:
    d = sr.rtrl(sr.models.last_output())
    page = sr.document(d, sections=["closed"], report=d.verify()).render(".tex")
    assert r"\section*{Forward gives what backward gives}" in page and "Kronecker product" in page
    assert page.count(r"Base, for $t = \tau$") == 1  # the adjoints' induction is one for all parameters
    assert "line (" not in page
    german = sr.document(d, sections=["closed"], report=d.verify(), language="de").render(".tex")
    assert "Vorwärts ergibt, was rückwärts ergibt" in german
