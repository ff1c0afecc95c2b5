"""Every script in examples/ runs, with warnings as errors, in an empty folder."""

import os
import subprocess
import sys

import pytest

from house import rules

EXAMPLES = [name for name in rules.repository_files() if name.startswith("examples/") and name.endswith(".py")]


@pytest.mark.parametrize("script", EXAMPLES)
def test_example_runs(script, tmp_path):
    command = [sys.executable, "-W", "error", str(rules.REPOSITORY / script)]
    environment = os.environ | {"MPLBACKEND": "agg", "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr.decode(errors="replace")
    assert run.stdout, "an example shows something"


def test_there_are_examples_once_there_is_a_command_line():
    assert EXAMPLES or not (rules.REPOSITORY / "symrnn/cli.py").is_file()
