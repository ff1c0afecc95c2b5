"""Every model x every entry of every learned parameter x tau = 1, 2, 3: `sympy.diff` of the composed explicit loss."""

import pytest

import symrnn as sr
from laws.judges import everything, far_from_sympy, lasts_of
from laws.systems import MODELS

pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize("name", MODELS)
def test_gradients_are_sympys_derivatives_at_every_entry(name):
    model = MODELS[name]()
    d = sr.bptt(model, wrt=everything(model))
    for last in lasts_of(model)[:3]:
        far = far_from_sympy(d, last, lambda places: places, seed=1)
        print(f"{name}, tau = {last}: {far:.0e}")
        assert far <= 1e-11
