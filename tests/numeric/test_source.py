"""Generated text: it stands alone, loops over time, is the same everywhere, and knows only our own names."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sympy

import symrnn as sr
from numeric import oracle, systems
from symrnn import Equation, Parameter, Recurrence, Sequence, t, time_sum
from symrnn.calculus.bptt import recurrence_of
from symrnn.numeric.module import Module
from symrnn.numeric.names import Names, ascii_name, in_docstring
from symrnn.numeric.plans import plan


@pytest.mark.parametrize("name", sorted(systems.MODELS))
def test_source_imports_numpy_only_and_is_typed_and_documented(name: str) -> None:
    tree = ast.parse(sr.to_numpy(systems.MODELS[name]()).source)
    imports = [x for x in ast.walk(tree) if isinstance(x, ast.Import | ast.ImportFrom)]
    assert {a.name for x in imports for a in x.names} == {"numpy", "annotations"}
    assert ast.get_docstring(tree)
    for f in (x for x in tree.body if isinstance(x, ast.FunctionDef)):
        assert ast.get_docstring(f) and f.returns is not None
        assert all(a.annotation is not None for a in (*f.args.args, *([f.args.vararg] if f.args.vararg else [])))


def lines_that_run(source: str) -> dict[str, str]:
    """The functions of a module without docstrings and types; comments do not reach the tree."""
    found = {}
    for f in ast.parse(source).body:
        if isinstance(f, ast.FunctionDef):
            f.body = f.body[1:] if ast.get_docstring(f) else f.body
            f.returns = None
            for argument in f.args.args:
                argument.annotation = None
            found[f.name] = ast.unparse(f)
    return found


@pytest.mark.parametrize("name", ["elman", "lstm", "gru", "backward"])
def test_what_runs_is_what_is_read(name: str) -> None:
    """Gradients are compiled from a text without comments and types: but for those it is the text that is shown."""
    model = systems.MODELS[name]()
    steps = plan(model, recurrence_of(model))
    bare, shown = lines_that_run(Module(steps, bare=True).text()), lines_that_run(Module(steps).text())
    assert {"every_value", "backward", "loss_and_grad"} <= set(bare) and "#" not in Module(steps, bare=True).text()
    assert all(shown[f] == text for f, text in bare.items())
    assert lines_that_run(sr.to_numpy(model).source) == shown


def test_source_of_the_tanh_network() -> None:
    """Only the state is carried in the loops: input products, outputs and parameter gradients are outside."""
    source = sr.to_numpy(sr.models.elman()).source
    assert 'inputs: "x" (T, B, m), "y" (T, B, k)' in source and 'boundary: "h[0]" (B, n)' in source
    loops = [ast.unparse(x) for x in ast.walk(ast.parse(source)) if isinstance(x, ast.For)]
    assert loops == [
        "for h_t, h_tm1 in zip(h_rows[1:], h_rows[:T]):\n"
        "    np.dot(h_tm1, W_T, a1)\n    np.add(a1, h_t, a1)\n    np.tanh(a1, h_t)",
        "for part1_tp1, d_h_tp1, d_h_t in zip(reversed(part1_rows), reversed(d_h_rows[1:]), reversed(d_h_rows[:T])):\n"
        "    np.multiply(d_h_tp1, part1_tp1, part1_tp1)\n"
        "    np.dot(part1_tp1, W, a1)\n    np.add(d_h_t, a1, d_h_t)",
    ]
    assert "# h[t] = tanh(b + W @ h[t - 1] + U @ x[t]) for t = 1..tau" in source
    assert "d_V = np.dot(d_o.reshape(-1, k).T, h[1:].reshape(-1, n))" in source


def test_source_stands_alone(tmp_path: Path) -> None:
    """The text, saved as a module, gives the same numbers in a process that has NumPy and not this package."""
    net = sr.to_numpy(sr.models.elman())
    arguments = oracle.arguments(net.model, oracle.instance(net.model, 3))
    (tmp_path / "elman.py").write_text(net.source, encoding="utf-8")
    np.save(tmp_path / "arguments.npy", np.array(arguments, dtype=object), allow_pickle=True)
    program = (
        "import sys, numpy as np, elman; a = np.load('arguments.npy', allow_pickle=True); "
        "loss, grads = elman.loss_and_grad(*a); print(repr(float(loss)), repr(float(grads['W'].sum()))); "
        "assert not any(name in sys.modules for name in ('sympy', 'symrnn')), 'imports more than NumPy'"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    loss, grads = net.loss_and_grad(*arguments)
    assert [float(x) for x in run.stdout.split()] == [float(loss), float(grads["W"].sum())]


def test_the_same_bytes_under_two_hash_seeds() -> None:
    program = "import symrnn as sr; print(sr.to_numpy(sr.models.elman()).source)"
    texts = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert texts[0] == texts[1] and texts[0].strip() == sr.to_numpy(sr.models.elman()).source.strip()


HOSTILE = ["T", "np", "B", "lambda", "self", "loss", "d_T", "part1", "work", "a1", "h_rows", "dtype"]


def renamed(names: list[str]) -> Recurrence:
    """The tanh network under other names: h, x, o, L, y, W, U, V, b, c and two dimensions."""
    h, x, o, L, y, W, U, V, b, c, *_ = names
    n, m, k = sr.dims(" ".join(['");import_os', "x", "T"] if names is HOSTILE else ["n", "m", "k"]))
    H, X, O, Z = Sequence(h, n), Sequence(x, m), Sequence(o, k), Sequence(L)
    target = Sequence(y, k, simplex=True)
    A, D, E, f, g = Parameter(W, n, n), Parameter(U, n, m), Parameter(V, k, n), Parameter(b, n), Parameter(c, k)
    return Recurrence(
        Equation(H[t], sr.tanh(f + A @ H[t - 1] + D @ X[t])),
        Equation(O[t], g + E @ H[t]),
        Equation(Z[t], sr.softmax_cross_entropy(O[t], target[t])),
        loss=time_sum(Z[t]),
        name='a """ name',
        summary="with \\ and \n lines",
    )


def test_names_of_the_user_cannot_collide_or_reach_the_code() -> None:
    plain, hostile = renamed(["h", "x", "o", "L", "y", "W", "U", "V", "b", "c"]), renamed(HOSTILE)
    one, other = sr.to_numpy(plain), sr.to_numpy(hostile)
    arguments = oracle.arguments(plain, oracle.instance(plain, 4))
    rule = dict(zip(["h", "x", "o", "L", "y", "W", "U", "V", "b", "c"], HOSTILE, strict=False))
    given = [{key.replace(key.split("[")[0], rule[key.split("[")[0]]): x for key, x in d.items()} for d in arguments]
    loss, grads = one.loss_and_grad(*arguments)
    same, theirs = other.loss_and_grad(*given)
    assert loss == same
    for key, x in grads.items():
        np.testing.assert_array_equal(x, theirs[key.replace(key.split("[")[0], rule[key.split("[")[0]])])
    code = ast.parse(other.source)
    assert not any(isinstance(x, ast.Name) and x.id in {"os", "import_os"} for x in ast.walk(code))


def test_identifiers() -> None:
    names = Names()
    assert [names(i, w) for i, w in enumerate(["h", "h", "T", "class", "print", "λ", "θ_1", "theta_1"])] == [
        *("h", "h_", "T_", "class_", "print_", "lamda", "theta_1", "theta_1_"),
    ]
    assert ascii_name("λ").isascii() and in_docstring('a"""\\\n b') == "a'''/ b"
    for text in ('"); import os #', "__class__", "a\nb", "0", ""):
        assert ascii_name(text).isidentifier() and ascii_name(text).isascii()


def test_unknown_functions_are_refused_with_the_repair() -> None:
    for model in (sr.models.classical(), sr.models.driven()):
        with pytest.raises(sr.Unsupported, match="f is an unknown function") as caught:
            sr.to_numpy(model)
        assert "give f a formula" in str(caught.value)
    s, f = Sequence("s"), sympy.Function("f")
    with pytest.raises(sr.Unsupported, match="f is an unknown function"):
        sr.to_numpy(Recurrence(Equation(s[t], f(s[t - 1])), loss=time_sum(s[t])))
    with pytest.raises(sr.Unsupported, match="NumPy"):
        sr.to_numpy(Recurrence(Equation(s[t], sympy.erf(s[t - 1])), loss=time_sum(s[t])))
    with pytest.raises(sr.Undefined, match="a model or an expression"):
        sr.to_numpy("s")
