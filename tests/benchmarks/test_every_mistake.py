"""Every model of the library x every gradient x every mistake of the catalogue: judged wrong and named, or harmless."""

import pytest

from checking.generated import keys_of
from checking.sweep import MODELS, model_of, outcomes

pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize("name", MODELS)
def test_every_mistake_in_all_gradients(name):
    found = list(outcomes(model_of(name)))
    print(f"{name}: {len(found)} mistakes")
    assert [(str(v), fault) for v, fault in found if fault] == []


@pytest.mark.parametrize("name", MODELS)
def test_every_mistake_in_each_gradient_alone(name):
    model = model_of(name)
    for key in keys_of(model):
        found = list(outcomes(model, [key]))
        print(f"{name}, {key}: {len(found)} mistakes")
        assert [(key, str(v), fault) for v, fault in found if fault] == []
