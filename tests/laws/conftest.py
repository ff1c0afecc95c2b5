"""What holds for every test of the laws."""

import pytest

from symrnn.model.roles import Roles


@pytest.fixture(autouse=True)
def planted_mistakes_are_derived_anew(request: pytest.FixtureRequest) -> None:
    """Where a mistake is planted, nothing is read from what a model remembers, and nothing wrong is left in it."""
    if "monkeypatch" in request.fixturenames:
        patch = request.getfixturevalue("monkeypatch")
        patch.setattr(Roles, "derived", property(lambda self: {}))
