"""What is printed, exactly: the textbook's equations, and one formula for each kind of node."""

import pytest
import sympy

import symrnn as sr
from symrnn.errors import TooLarge, Undefined, Unsupported
from symrnn.model import library
from symrnn.tensor import copy_at, nabla, outer, partial, time_sum, transpose
from symrnn.tensor.bodies import body_derivative
from symrnn.tensor.elementwise import placeholder
from symrnn.tensor.node import Tensor, new_tensor
from symrnn.typeset import Notation, aligned_chain, latex, mathml, text
from symrnn.typeset.bounds import told_apart
from symrnn.typeset.displays import presenter
from symrnn.typeset.items import Item
from typeset.formulas import BOOK, NODES, A, W, b, derive, f, h, n, s, short_times, slope, t, theta, w, z
from typeset.well_formed import latex_faults, text_faults

pytestmark = pytest.mark.usefixtures("fresh")


@pytest.mark.parametrize("number", BOOK)
def test_the_textbooks_equations(number: str) -> None:
    equation, expected, plain = BOOK[number]
    assert latex(equation, model=A) == expected
    assert text(equation, model=A) == plain


@pytest.mark.parametrize(("expr", "expected", "plain"), NODES, ids=[row[2] for row in NODES])
def test_every_kind_of_node(expr: object, expected: str, plain: str) -> None:
    assert latex(expr) == expected
    assert text(expr) == plain
    assert not latex_faults(latex(expr)) and not text_faults(text(expr))


def test_the_notes_display() -> None:
    """N1, as the notes print it."""
    graph = sr.unroll(library.classical(), tau=3)
    last = graph.equations[-1].lhs
    assert latex(graph.compose(last)) == r"f(f(\boldsymbol{s}^{(1)}; \boldsymbol{\theta}); \boldsymbol{\theta})"
    display = (
        r"\begin{aligned} \boldsymbol{s}^{(3)} &= f(\boldsymbol{s}^{(2)}; \boldsymbol{\theta}) \\ "
        r"&= f(f(\boldsymbol{s}^{(1)}; \boldsymbol{\theta}); \boldsymbol{\theta}) \end{aligned}"
    )
    assert aligned_chain(last, [graph.equations[-1].rhs, graph.compose(last)]) == display
    assert latex(sr.nest(library.classical(), last)) == display


def test_the_whole_past() -> None:
    """N3: both readings of a state."""
    driven = library.driven()
    assert latex(sr.nest(driven, driven.states[0][t])) == (
        r"\begin{aligned} \boldsymbol{h}^{(t)} &= g^{(t)}(\boldsymbol{x}^{(t)}, \boldsymbol{x}^{(t-1)},"
        r" \boldsymbol{x}^{(t-2)}, \ldots, \boldsymbol{x}^{(2)}, \boldsymbol{x}^{(1)}) \\"
        r" &= f(\boldsymbol{h}^{(t-1)}, \boldsymbol{x}^{(t)}; \boldsymbol{\theta}) \end{aligned}"
    )


def test_partial_derivatives_are_named_by_what_the_model_defines() -> None:
    model = library.classical()
    state = model.states[0]
    graph = sr.unroll(model, tau=3)
    at_3 = graph.equations[-1].rhs
    jacobian = r"\frac{\partial \boldsymbol{s}^{(3)}}{\partial \boldsymbol{s}^{(2)}}"
    assert latex(partial(at_3, 0), model=graph) == latex(partial(at_3, 0), model=model) == jacobian
    back = transpose(partial(at_3, 0)) @ nabla(state[3])
    assert latex(back, model=graph) == rf"\left({jacobian}\right)^{{\top}} \nabla_{{\boldsymbol{{s}}^{{(3)}}}} L"
    assert text(back, model=graph) == "(∂s(3)/∂s(2))ᵀ ∇s(3)"
    assert latex(partial(at_3, 1), model=graph) == (
        r"\frac{\partial^{+} \boldsymbol{s}^{(3)}}{\partial \boldsymbol{\theta}}"
    )
    own = f(z[2], copy_at(theta, 3))
    assert latex(partial(own, 1)) == (
        r"\frac{\partial f}{\partial \boldsymbol{\theta}}(\boldsymbol{z}^{(2)}; \boldsymbol{\theta}^{(3)})"
    )
    two_lags = f(z[2], z[1])
    assert latex(partial(two_lags, 1)) == r"\partial_{2} f(\boldsymbol{z}^{(2)}, \boldsymbol{z}^{(1)})"


def test_primes_of_undefined_functions() -> None:
    phi, psi = sympy.Function("phi"), sympy.Function("psi")
    rate = body_derivative(phi(2 * placeholder(0)), placeholder(0)).xreplace({placeholder(0): s[t]})
    assert latex(rate) == r"2 \phi'(2 s^{(t)})"
    assert text(rate) == "2 φ'(2 s(t))"
    twice = body_derivative(psi(placeholder(0), w), placeholder(0)).xreplace({placeholder(0): s[t]})
    assert latex(twice) == r"\partial_{1} \psi(s^{(t)}; w)"


def test_diag_is_decided_in_the_printer() -> None:
    term = slope * nabla(h[t])
    assert latex(term) == r"\operatorname{diag}(1 - (\boldsymbol{h}^{(t)})^{2}) \nabla_{\boldsymbol{h}^{(t)}} L"
    assert latex(term, notation=Notation(products="odot")) == (
        r"(1 - (\boldsymbol{h}^{(t)})^{2}) \odot \nabla_{\boldsymbol{h}^{(t)}} L"
    )
    assert latex(b * h[t]) == r"\boldsymbol{b} \odot \boldsymbol{h}^{(t)}"
    inner = b * (W.T @ nabla(h[t]))
    assert text(inner) == "diag(b) Wᵀ ∇h(t)"
    assert text(W * outer(nabla(h[t]), h[t])) == "W ⊙ ∇h(t) h(t)ᵀ"


@pytest.mark.parametrize("name", library.LIBRARY)
def test_models_graphs_and_derivations_are_well_formed(name: str) -> None:
    model = library.get(name)
    shown = [model, sr.unroll(model, tau=short_times(model)), *model.equations]
    derivation = derive(model)
    for thing in [*shown, derivation, derivation.at(short_times(model))]:
        assert not latex_faults(latex(thing)), latex(thing)


def test_sympys_own_printer_and_ours_take_each_others_formulas() -> None:
    assert sympy.latex(s[t - 1] ** 2 * w) == r"\left(s^{(t-1)}\right)^{2} w"
    assert latex(sympy.Max(s[t], w)) == r"\max(s^{(t)}, w)"
    assert latex(w * sympy.gamma(s[t] + 1)) == r"w \Gamma\left(s^{(t)} + 1\right)"
    cases = sympy.Piecewise((s[t], s[t] > 0), (0, True))
    assert not latex_faults(latex(cases)) and "_z" not in mathml(cases)


def test_what_has_no_form_and_what_is_too_deep() -> None:
    class Strange(Tensor):
        pass

    with pytest.raises(Unsupported, match="Strange"):
        latex(new_tensor(Strange, (n,), n))
    nest = z[1]
    for _ in range(3000):
        nest = f(nest)
    with pytest.raises(TooLarge):
        latex(nest)
    with pytest.raises(Undefined, match="d2l"):
        latex(h[t], notation="textbook")


def test_a_thousand_steps_are_printed_in_linear_time() -> None:
    graph = sr.unroll(library.elman(), tau=60)
    assert latex(graph).count(r"\\") == 3 * 60 - 1


def test_the_three_renderers_draw_the_same_items() -> None:
    """All that is decided is in the items: a renderer has a method for each of them and no other input."""
    from symrnn.typeset import items
    from symrnn.typeset.latex import LatexRenderer
    from symrnn.typeset.mathml import MathmlRenderer
    from symrnn.typeset.text import TextRenderer

    kinds = [c for c in vars(items).values() if isinstance(c, type) and issubclass(c, Item) and c is not Item]
    for renderer in (LatexRenderer, MathmlRenderer, TextRenderer):
        missing = [c.__name__ for c in kinds if not hasattr(renderer, "draw_" + c.__name__.lower())]
        assert not missing, (renderer.__name__, missing)


def test_presenting_does_not_change_the_algebra() -> None:
    gradient = time_sum(outer(slope * nabla(h[t]), h[t - 1]))
    before = gradient.func(*gradient.args)
    presenter(gradient, Notation(), None)(gradient)
    assert gradient == before and str(gradient) == str(before)


def test_a_sum_inside_a_sum_has_an_index_of_its_own() -> None:
    model = library.get("encoder-decoder")
    (left,) = (leaf for leaf in model.parameters if leaf.name == "W")
    form = sr.bptt(model).closed_form(left)
    printed = latex(form.expr, model=model)
    assert printed.count("sum_{t=1}") == printed.count("sum_{s=1}") == 1
    assert r"(\boldsymbol{h}^{(s-1)})^{\top}" in printed
    assert told_apart(form.expr, presenter(None, Notation(), model)) == form.expr
