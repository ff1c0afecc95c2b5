"""Every model x every entry of every learned parameter x tau = 1, 2, 3: `sympy.diff` of the composed explicit loss."""

import pytest

import symrnn as sr
from laws.judges import against_sympy, every_entry, everything, far, lasts_of
from laws.systems import MODELS

pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize("name", MODELS)
def test_gradients_are_sympys_derivatives_at_every_entry(name):
    model = MODELS[name]()
    d = sr.bptt(model, wrt=everything(model))
    for last in lasts_of(model)[:3]:
        found = against_sympy(d, last, every_entry, seed=1)
        farthest = max(far(pairs) for pairs in found.values())
        print(f"{name}, tau = {last}: {farthest:.0e}")
        assert farthest <= 1e-11
    for w, pairs in found.items():  # at the longest of them
        assert any(slope for _, slope in pairs) or (name, w.name) == ("unconnected", "Q")
