"""The command line as a process: light to start, and the same bytes whatever the hash seed."""

import os
import subprocess
import sys

import pytest

from house import rules
from house.test_public_names import HEAVY, loaded_by

pytestmark = pytest.mark.skipif(
    not (rules.REPOSITORY / "symrnn/cli.py").is_file(), reason="there is no symrnn/cli.py yet"
)


def symrnn(*arguments: str, hash_seed: str = "0") -> bytes:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "symrnn", *arguments]
    return subprocess.run(command, capture_output=True, check=True, env=environment, timeout=300).stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["derive", "--help"], ["no-such-command"]])
def test_help_and_usage_errors_import_nothing_heavy(arguments):
    code = f"from symrnn.cli import main\ntry:\n    main({arguments!r})\nexcept SystemExit:\n    pass"
    assert not loaded_by(code) & HEAVY


def test_version_is_the_package_version():
    import symrnn as package

    assert package.__version__ in symrnn("--version").decode()


@pytest.mark.parametrize("arguments", [["models"], ["derive", "elman"]], ids=" ".join)
def test_the_same_bytes_for_every_hash_seed(arguments):
    first, second = (symrnn(*arguments, hash_seed=seed) for seed in ("1", "2"))
    assert first, "something is printed"
    assert first == second
