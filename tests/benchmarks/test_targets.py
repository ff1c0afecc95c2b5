"""Every model of the library and every hand-made one, as JAX and as PyTorch source, against the NumPy code."""

from __future__ import annotations

from pathlib import Path

import pytest

from numeric.test_targets import KNOWN, check_jax, check_torch

pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_jax(name: str, tmp_path: Path) -> None:
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        check_jax(name, jax, tmp_path)


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_torch(name: str, tmp_path: Path) -> None:
    check_torch(name, pytest.importorskip("torch"), tmp_path)
