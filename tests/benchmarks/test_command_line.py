"""The command line is light to start: what `--help` costs a machine, beside what Python itself does."""

import resource
import subprocess
import sys

import pytest

pytestmark = pytest.mark.benchmark


def seconds(*command: str) -> float:
    """The least CPU of five runs."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *command], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return min(once() for _ in range(5))


def test_help_takes_under_a_tenth_of_a_second():
    bare, helped = seconds("-c", "pass"), seconds("-m", "symrnn", "--help")
    print(f"\n--help {1e3 * helped:.0f} ms of CPU, Python itself {1e3 * bare:.0f} ms")
    assert helped < 0.1
