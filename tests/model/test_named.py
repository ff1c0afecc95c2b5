"""Names stand for what a model declares, wherever a parameter or a node is taken; they are looked up, never parsed."""

from collections.abc import Callable
from typing import Any

import pytest

import symrnn as sr
from symrnn import t
from symrnn.calculus.exchange import prove_forward_is_backward
from symrnn.errors import Undefined
from symrnn.model import library
from symrnn.model.named import named, names_of

MODEL = sr.models.scalar()
D = sr.bptt(MODEL)
(S,) = MODEL.states
X = MODEL.inputs[0]
W = next(p for p in MODEL.parameters if p.name == "w")
GRAPH = sr.unroll(MODEL, 3)
TAKEN: dict[str, tuple[Callable[[Any], Any], str, Any]] = {
    "bptt": (lambda x: sr.bptt(MODEL, wrt=[x]).gradients, "x", X),
    "one name": (lambda x: sr.bptt(MODEL, wrt=x).gradients, "w", W),
    "upstream": (lambda x: sr.bptt(MODEL, upstream=x).lines, "s", S),
    "rtrl": (lambda x: sr.rtrl(MODEL, wrt=x).lines, "w", W),
    "hvp": (lambda x: sr.hvp(MODEL, wrt=[x]).gradients, "w", W),
    "gradient": (D.gradient, "s[0]", S[0]),
    "item": (lambda x: D[x], "w", W),
    "closed form": (lambda x: D.closed_form(x).expr, "w", W),
    "of a state": (lambda x: D.closed_form(x).expr, "s[t]", S[t]),
    "jacobian": (lambda x: sr.jacobian(MODEL, S[t], x), "s[t-1]", S[t - 1]),
    "of a node": (lambda x: sr.jacobian(MODEL, x, W), "s[ t ]", S[t]),
    "nest": (lambda x: sr.nest(MODEL, x).lines, "s[t]", S[t]),
    "explain": (lambda x: sr.explain(D, x).latex(), "w", W),
    "parents": (GRAPH.parents, "s[2]", S[2]),
    "children": (GRAPH.children, "w", W),
    "compose": (GRAPH.compose, "s[3]", S[3]),
    "forward is backward": (lambda x: prove_forward_is_backward(MODEL, x).expr, "w", W),
}


@pytest.mark.parametrize("place", TAKEN)
def test_a_name_stands_for_what_it_names(place: str) -> None:
    ask, name, thing = TAKEN[place]
    assert ask(name) == ask(thing)
    with pytest.raises(Undefined, match="names nothing in"):
        ask("nothing_of_this_name")


def test_every_name_of_every_model_is_found_and_nothing_is_parsed() -> None:
    for model in map(library.get, library.LIBRARY):
        for name, thing in names_of(model).items():
            assert named(model, name) == thing and str(thing).replace(" ", "") == name
        for text in ("__import__('os')", "W + 0", "h[t-1].T", ""):
            with pytest.raises(Undefined):
                named(model, text)


def test_an_error_names_the_nearest() -> None:
    with pytest.raises(Undefined, match=r"did you mean W_f"):
        named(sr.models.lstm(), "W_ff")
    with pytest.raises(Undefined, match="did you mean w"):
        D.gradient("W")
    with pytest.raises(Undefined, match="its names: "):
        named(MODEL, "???")
