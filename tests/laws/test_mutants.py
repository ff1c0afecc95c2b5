"""Every law of this folder kills the mistakes it is there for: each is planted, and the law is seen to fail."""

import sys

import pytest
from sympy import Basic

import symrnn as sr
from laws import compositions as c
from laws.judges import against_sympy, distances, every_entry, everything, far, holds_exactly
from laws.mutants import WRONG, plant, plant_kind
from laws.systems import MODELS
from laws.test_bptt import evaluates_to_its_instances, ranged_equals_instances
from laws.test_nodes import forward_holds, pullback_holds, second_holds, sweep_holds
from symrnn import nabla, t
from symrnn.calculus import adjoint, instances, ranges
from symrnn.calculus.laws import pullback
from symrnn.calculus.sweep import Use
from symrnn.errors import SymrnnError
from symrnn.tensor import Contract, Elementwise, Partial, SoftmaxCrossEntropy, shape_of

EVALUATION = sys.modules["symrnn.calculus.evaluation"]
PUSHFORWARD = sys.modules["symrnn.calculus.pushforward"]


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_law_of_a_node_is_seen(mistake, monkeypatch):
    node, wrong = WRONG[mistake]
    assert sweep_holds(node) and forward_holds(node)
    plant(monkeypatch, node, wrong)
    assert not sweep_holds(node) and not forward_holds(node)


def test_every_law_has_a_mistake_planted():
    kinds = {type(node) for node, _ in WRONG.values()}
    laws = set(pullback.registry) - {object, Basic}
    constant = {kind for kind in laws if kind.__name__ in {"Eye", "Commutation"}}  # it hands nothing to anything
    second_order = {kind for kind in laws if kind.__name__ == "Partial"}
    assert {law for law in laws if not any(issubclass(k, law) for k in kinds)} <= constant | second_order


@pytest.mark.parametrize("forget", [True, False], ids=["second partial forgotten", "slope of the slope forgotten"])
def test_a_wrong_second_derivative_is_seen(forget, monkeypatch):
    """A law can be right once and wrong twice: what it hands on must be differentiable too."""
    b = c.LEAVES[1]
    expr = sr.Function("f", *b.shape)(b) if forget else sr.tanh(b)
    assert second_holds(expr)
    kind = Partial if forget else Elementwise
    plant_kind(monkeypatch, lambda node: isinstance(node, kind) and node != expr, lambda node, ct: [])
    assert sweep_holds(expr) and not second_holds(expr)


@pytest.mark.parametrize("mistake", ["missing transpose", "rows summed", "parts exchanged", "product rule cut off"])
def test_a_wrong_law_is_seen_node_by_node(mistake, monkeypatch):
    """The law of single nodes puts leaves for the operands first, so the mistake is planted by kind."""
    node, wrong = WRONG[mistake]
    assert pullback_holds(node)
    plant_kind(monkeypatch, lambda other: type(other) is type(node), lambda other, ct: _renamed(node, wrong, other, ct))
    assert not pullback_holds(node)


def _renamed(node, wrong, other, ct):
    """The wrong parts of a node, with the leaves that stand for its operands in their places."""
    names = dict(zip(node.args, other.args, strict=True))
    return [(names[operand], part.xreplace(names)) for operand, part in wrong(node, ct)]


@pytest.mark.parametrize("mistake", ["doubled", "one operand only"])
def test_a_wrong_forward_law_is_seen(mistake, monkeypatch):
    right = PUSHFORWARD.pushforward
    wrong = {
        "doubled": lambda node, of, out: 2 * right(node, of, out),
        "one operand only": lambda node, of, out: right(node, lambda x: of(x) if x == node.args[0] else None, out),
    }
    expr = c.LEAVES[3] @ c.LEAVES[1]
    assert forward_holds(expr)
    monkeypatch.setattr(PUSHFORWARD, "pushforward", wrong[mistake])
    assert not forward_holds(expr)


def derived(model):
    return sr.bptt(model, wrt=everything(model))


def seen_by(model, last, *, ranged):
    """Which judges see that a derivation, made now, is wrong; a line that reads nothing with a value counts."""
    try:
        d = derived(model)
        d = d if ranged else d.at(last)
        far = distances(d, last)
    except SymrnnError:
        return {"exact", "complex step", "difference"}
    wrong = {how for how, distance in far.items() if distance > 1e-6}
    return wrong | (set() if holds_exactly(d, last) else {"exact"})


SYSTEM_MISTAKES = {
    "f' forgotten": (Elementwise, "elman", lambda node, ct: [(x, ct) for x in node.operands]),
    "missing transpose": (Contract, "elman", lambda node, ct: _untransposed(node, ct)),
    "target forgotten": (SoftmaxCrossEntropy, "elman", lambda node, ct: [(node.logits, ct * sr.softmax(node.logits))]),
}


def _untransposed(node, ct):
    (of_matrix, part), (of_vector, right) = pullback(node, ct, None)
    square = len(set(shape_of(node.left))) == 1
    return [(of_matrix, part), (of_vector, node.left @ ct if square else right)]


@pytest.mark.parametrize("ranged", [True, False], ids=["symbolic", "instance"])
@pytest.mark.parametrize("mistake", SYSTEM_MISTAKES)
def test_a_wrong_law_is_seen_in_a_model_by_all_judges(mistake, ranged, monkeypatch):
    kind, name, wrong = SYSTEM_MISTAKES[mistake]
    assert not seen_by(MODELS[name](), 3, ranged=ranged)
    plant_kind(monkeypatch, lambda node: isinstance(node, kind), wrong)
    assert seen_by(MODELS[name](), 3, ranged=ranged) == {"exact", "complex step", "difference"}


def off_by_one(right, use, *rest):
    """What is read at t - 1 is taken to be read at t - 2."""
    late = getattr(use.leaf, "time", t) == t - 1
    return right(Use(use.leaf.sequence[t - 2], use.part, use.binder) if late else use, *rest)


def first_only(right, *arguments):
    """One of the uses instead of all."""
    return right(*arguments)[:1]


def one_copy(right, *arguments):
    """The copy of the last step instead of the sum of all."""
    copies, direct = right(*arguments)
    return copies[-1:], direct


def no_last_step(right, self, v, time, alive):
    """Nothing arrives at the last step."""
    return right(self, v, time, alive) if time < self.last else []


def no_recursion(right, self, v, time, alive):
    """Nothing arrives from the step after."""
    return [(use, part) for use, part in right(self, v, time, alive) if use.user is None or use.user.time == t]


def no_loss_of_its_own(right, *arguments):
    """What the loss itself says about a parameter is dropped."""
    copies, _ = right(*arguments)
    return copies, []


ASSEMBLY = {
    "read one step too early": (adjoint, "_place", off_by_one, "elman", "both"),
    "one use of several": (instances.Instances, "received", first_only, "elman", "instance"),
    "copies not summed": (instances.Instances, "copies", one_copy, "elman", "instance"),
    "last step dropped": (instances.Instances, "received", no_last_step, "elman", "instance"),
    "recursion cut": (instances.Instances, "received", no_recursion, "elman", "instance"),
    "regulariser dropped": (instances.Instances, "copies", no_loss_of_its_own, "regularised", "instance"),
    "uses not added": (ranges, "total", lambda right, parts, leaf: right(parts[:1], leaf), "elman", "symbolic"),
    "ranges not split": (ranges, "pieces", lambda right, parts, home: ([(home, [*parts])], 1), "elman", "symbolic"),
    "sum from 2": (ranges, "time_sum", lambda right, x, over: right(x, (over[0], 2, over[2])), "elman", "symbolic"),
    "guard always open": (ranges, "guard", lambda right, x, *_: x, "backward", "symbolic"),
    "sum over steps without adjoint": (adjoint, "meet", lambda right, a, b: a, "seen once", "symbolic"),
}


@pytest.mark.parametrize("mistake", ASSEMBLY)
def test_a_wrong_assembly_of_the_adjoint_recurrence_is_seen(mistake, monkeypatch):
    where, what, wrong, name, form = ASSEMBLY[mistake]
    right = getattr(where, what)
    model = MODELS[name]()
    forms = [True, False] if form == "both" else [form == "symbolic"]
    assert not any(seen_by(model, 3, ranged=ranged) for ranged in forms)
    monkeypatch.setattr(where, what, lambda *arguments: wrong(right, *arguments))
    for ranged in forms:
        assert seen_by(model, 3, ranged=ranged) == {"exact", "complex step", "difference"}


# -- the other laws of a derivation -------------------------------------------------------------------------


def test_lines_with_ranges_that_differ_from_their_instances_are_seen(monkeypatch):
    model, right = MODELS["elman"](), ranges.time_sum
    assert ranged_equals_instances(derived(model), 3, 0)
    monkeypatch.setattr(ranges, "time_sum", lambda x, over: right(x, (over[0], 2, over[2])))
    assert not ranged_equals_instances(derived(model), 3, 0)


def test_numbers_that_differ_from_the_lines_are_seen(monkeypatch):
    d = derived(MODELS["elman"]())
    assert evaluates_to_its_instances(d, 3, 0)
    right = EVALUATION.run
    monkeypatch.setattr(
        EVALUATION, "run", lambda graph, values, *rest: right(graph, {k: -v for k, v in values.items()}, *rest)
    )
    assert not evaluates_to_its_instances(d, 3, 0)


@pytest.mark.parametrize("mistake", SYSTEM_MISTAKES)
def test_sympy_s_own_derivative_sees_a_wrong_law(mistake, monkeypatch):
    kind, name, wrong = SYSTEM_MISTAKES[mistake]

    def farthest():
        found = against_sympy(derived(MODELS[name]()), 2, lambda value: every_entry(value)[:1], 0)
        return max(map(far, found.values()))

    assert farthest() <= 1e-11
    plant_kind(monkeypatch, lambda node: isinstance(node, kind), wrong)
    assert farthest() > 1e-3


def test_a_gradient_of_zero_is_seen():
    """A missing line counts as an adjoint of zero, and the exact judge sees it."""
    d = derived(MODELS["elman"]())
    lines = tuple(line for line in d.lines if line.equation.lhs != nabla(d.model.parameters[0]))
    assert len(lines) == len(d.lines) - 1
    assert not holds_exactly(type(d)(d.model, d.last, lines, d.steps, d.gradients, origin=d.origin), 3)
