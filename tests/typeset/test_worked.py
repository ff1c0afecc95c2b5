"""Worked examples: every line of numbers has the value of its node, computed from what is printed."""

from collections.abc import Callable
from functools import cache, reduce
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symrnn as sr
from symrnn.calculus.worked import worked
from symrnn.cli import main
from symrnn.errors import ShapeError, TooLarge, Undefined, Unsupported
from symrnn.model import library
from symrnn.typeset import items, reduction, worked_page
from symrnn.typeset.blocks import Display, Page
from symrnn.typeset.document import Document

NUMERIC = [name for name in library.LIBRARY if name not in {"classical", "driven"}]
FUNCTIONS = {"tanh": np.tanh, "log": np.log, "exp": np.exp, "σ": lambda v: 1 / (1 + np.exp(-v)), "sqrt": np.sqrt}
FUNCTIONS |= {"diag": lambda v: np.diag(np.ravel(v)), "sigma": FUNCTIONS["σ"], "relu": lambda v: np.maximum(v, 0)}
FUNCTIONS |= {"step": lambda v: np.heaviside(v, 0.0), "softplus": lambda v: np.log1p(np.exp(v))}


class Letters(Exception):
    """A line that is not all numbers."""


def value(x: items.Item) -> Any:
    """The value of a formula in numbers; a column is (n, 1), a row is (1, n)."""
    match x:
        case items.Number():
            return float(x.digits)
        case items.Sum():
            return reduce(lambda a, b: a + b, ((-1 if minus else 1) * value(part) for minus, part in x.terms))
        case items.Product():
            return reduce(np.multiply if x.sign == "odot" else times, map(value, x.factors))
        case items.Fraction() | items.Ratio():
            return value(x.over) / value(x.under)
        case items.Power():
            base = np.e if x.base == items.Sign("e") else value(x.base)
            return base ** value(x.exponent)
        case items.Stack():
            column = np.array([[value(part)] for part in x.rows])
            return column.T if x.across else column
        case items.Grid():
            return np.array([[value(part) for part in row] for row in x.rows])
        case items.Fence():
            return np.linalg.norm(value(x.body)) if x.kind in {"norm", "frobenius"} else value(x.body)
        case items.Root():
            return np.sqrt(value(x.body))
        case items.Call(head=items.Power()):  # tanh² (x)
            return value(items.Call(x.head.base, x.arguments)) ** value(x.head.exponent)
        case items.Call():
            name = getattr(x.head, "text", getattr(x.head, "letter", ""))
            return FUNCTIONS[name](value(x.arguments[0]))
    raise Letters(str(x))


def times(a: Any, b: Any) -> Any:
    return a @ b if np.ndim(a) and np.ndim(b) else a * b


@cache
def example(name: str) -> worked_page.WorkedExample:
    model = library.get(name)
    return sr.worked_example(model, dict.fromkeys(model.lengths, 3 if name in {"elman", "scalar"} else 2), seed=1)


def chains(page: Page) -> list[list[items.Item]]:
    """The right sides below each other, of every node."""
    found = [[row.right for row in x.rows.rows] for x in page.blocks if isinstance(x, Display)]
    return [rights for rights in found[1:] if len(rights) > 1]


def wrong_lines(page: Page) -> list[tuple[Any, Any]]:
    """The lines in numbers whose value is not that of the last line of their node, as far as four decimals tell."""
    found = []
    for rights in chains(page):
        last = value(rights[-1])
        for right in rights[1:-1]:
            try:
                here = value(right)
            except Letters:
                continue
            if np.shape(here) != np.shape(last) or np.max(np.abs(here - last)) > 2e-3 * (1 + np.max(np.abs(last))):
                found.append((right, rights[-1]))
    return found


@pytest.mark.parametrize("name", NUMERIC)
def test_every_line_of_numbers_has_the_value_of_its_node(name: str) -> None:
    page = example(name).page
    assert not wrong_lines(page)
    assert len(chains(page)) >= 6
    lines = [right for rights in chains(page) for right in rights[1:]]
    assert sum(is_numeric(right) for right in lines) > 0.8 * len(lines)


def own_models() -> list[sr.Recurrence]:
    """A joined input, a matrix for a state, kinks and a penalty."""
    t, (n, m) = sr.t, sr.dims("n m")
    h, x, z, M = sr.Sequence("h", n), sr.Sequence("x", m), sr.Constant("z", n), sr.Sequence("M", n, n)
    W, U, A, lam = sr.Parameter("W", n, n), sr.Parameter("U", n, m), sr.Parameter("A", n, n + m), sr.Parameter("lam")
    squares = sr.time_sum(sr.sum(h[t] * h[t]))
    return [
        sr.Recurrence(sr.Equation(h[t], sr.tanh(A @ sr.concat(h[t - 1], x[t]))), loss=sr.time_mean(sr.sum(h[t]))),
        sr.Recurrence(sr.Equation(M[t], W @ M[t - 1] @ W.T + sr.outer(z, z)), loss=sr.time_sum(sr.sum(M[t] * M[t]))),
        sr.Recurrence(sr.Equation(h[t], sr.relu(W @ h[t - 1] + U @ x[t])), loss=squares + lam * sr.sum(W * W)),
        sr.Recurrence(sr.Equation(h[t], sr.softplus(W @ h[t - 1] - U @ x[t])), loss=sr.dot(h[sr.tau], h[sr.tau])),
    ]


@pytest.mark.parametrize("number", range(4))
def test_models_of_ones_own(number: int) -> None:
    made = sr.worked_example(own_models()[number], 2)
    assert not wrong_lines(made.page)
    assert made.adjoints


def is_numeric(x: items.Item) -> bool:
    try:
        value(x)
    except Letters:
        return False
    return True


def test_rows_in_the_wrong_order_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = reduction.steps

    def upside_down(x: Any, evaluator: Any, p: Any) -> list[Any]:
        found = right(x, evaluator, p)
        return [made[::-1] if made.ndim else made for made in found]

    monkeypatch.setattr(reduction, "steps", upside_down)
    assert wrong_lines(sr.worked_example(sr.models.elman(), 2).page)


@pytest.mark.parametrize("name", ["scalar", "elman", "skip", "encoder-decoder", "bidirectional"])
def test_the_paths_to_all_terms_add_up_to_the_gradient(name: str) -> None:
    model = library.get(name)
    last = dict.fromkeys(model.lengths, 3)
    found = worked(model, last, seed=1)
    given = found.instance.given
    by_input = sr.bptt(model, last, wrt=list(model.inputs))
    gradients = worked_gradients(by_input, found)
    assert found.paths and set(gradients) == {x for x, _ in found.paths}
    for x, gradient in gradients.items():
        whole = sum(found.paths[x, s] for s in found.terms)
        np.testing.assert_allclose(whole, gradient, rtol=1e-10, atol=1e-12)
        assert np.shape(whole) == np.shape(given[x])
    assert found.worst is not None
    assert found.worst < 1e-8


def worked_gradients(d: Any, found: Any) -> dict[Any, Any]:
    from symrnn.calculus.running import run_lines

    values = run_lines(d, found.instance.last, found.instance.base)
    return {x: values[sr.nabla(x)] for x in found.instance.given if x in {k for k, _ in found.paths}}


def test_one_path_is_the_product_of_its_jacobians() -> None:
    for name, shown in (("elman", 6), ("scalar", 6), ("lstm", 0), ("last-output", 0)):
        text = example(name).render(".md")
        assert text.count(r"\frac{\partial L^{(3)}}{\partial \boldsymbol{x}^{(1)}} &=") == (name == "elman")
        assert ("Along the path" in text) == bool(shown)
        assert not wrong_lines(example(name).page)


def test_no_path_runs_back_in_time() -> None:
    paths = example("elman").paths
    assert all((np.max(np.abs(v)) == 0) == (s < int(x[2:-1])) for (x, s), v in paths.items())


def test_values_of_ones_own() -> None:
    own = sr.worked_example(sr.models.scalar(), 2, params={"w": 0.25, "u": 1, "b": 0}, boundary={"s[0]": 0.5})
    assert float(own.values["w"]) == 0.25
    x = float(own.values["x[1]"])
    assert float(own.values["s[1]"]) == pytest.approx(np.tanh(0.25 * 0.5 + x))
    assert set(own.adjoints) >= {"w", "u", "b", "s[0]", "s[1]"}
    wide = sr.worked_example(sr.models.elman(), 1, dims={"n": 3, "m": 2})
    assert np.shape(wide.values["U"]) == (3, 2)


def test_what_has_no_numbers_is_refused() -> None:
    with pytest.raises(Unsupported, match="unknown function"):
        sr.worked_example(sr.models.classical())
    with pytest.raises(TooLarge, match="not read"):
        sr.worked_example(sr.models.elman(), 900)
    with pytest.raises(Undefined, match="dimension"):
        sr.worked_example(sr.models.elman(), dims={"q": 2})
    with pytest.raises(Undefined, match="dimension"):
        sr.worked_example(sr.models.elman(), dims={"n": 0})
    with pytest.raises(ShapeError):
        sr.worked_example(sr.models.elman(), params={"b": [1.0]})


def test_a_model_without_a_loss_runs_forward_only() -> None:
    h, w = sr.Sequence("h"), sr.Parameter("w")
    page = sr.worked_example(sr.Recurrence(sr.Equation(h[sr.t], w * h[sr.t - 1])), 2)
    assert "nothing comes back" in page.render(".txt")
    assert not page.adjoints
    with pytest.raises(Unsupported, match="notebook"):
        page.render(".ipynb")


def test_conventions_keep_the_values() -> None:
    for notation in ("d2l", "cs231n"):
        assert not wrong_lines(sr.worked_example(sr.models.elman(), 2, notation=notation).page)
    assert "Vorwärts" in sr.worked_example(sr.models.scalar(), 2, language="de").render(".md")


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["trace", "scalar", "--tau", "2"]) == 0
    said = capsys.readouterr().out
    assert "= tanh(" in said
    assert "sum over s" in said
    assert main(["trace", "elman", "--tau", "1", "-o", str(tmp_path / "page.html")]) == 0
    assert "<math" in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert main(["trace", "classical"]) == 2
    assert main(["trace", "elman", "--dims", "n=x"]) == 2


@pytest.mark.tex
@pytest.mark.parametrize("name", ["elman", "lstm", "scalar"])
def test_pages_compile(name: str, pdflatex: Callable[[str], Path]) -> None:
    page: Document = example(name)
    pdflatex(page.render(".tex"))
