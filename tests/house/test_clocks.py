"""No ordinary test reads a clock, and each way to read one is caught."""

import pytest

from house import rules
from house.clocks import clocks, steps

TESTS = [
    path
    for path in rules.repository_files()
    if path.startswith("tests/") and path.endswith(".py") and not path.startswith("tests/benchmarks/")
]


def test_no_ordinary_test_reads_a_clock():
    found = [offence for path in TESTS for offence in clocks(path, rules.read(path))]
    assert not found, rules.report(found)


@pytest.mark.parametrize(
    "text",
    [
        "import time\nbegan = time.perf_counter()",
        "from time import process_time\nassert process_time() < 1",
        "import resource\nresource.getrusage(resource.RUSAGE_SELF)",
        "import timeit\ntimeit.timeit(f)",
        "from time import time as now\nbegan = now()",
    ],
)
def test_clocks_are_caught(text):
    assert clocks("tests/planted.py", text)


def test_what_is_no_clock_is_allowed():
    assert not clocks("tests/planted.py", "import time\ntime.sleep(10)\nrun(command, timeout=120)\nx = page.time(3)")


def test_steps_are_counted():
    def twice() -> None:
        abs(-1), abs(-2)

    assert steps(twice) - steps(lambda: None) == 4
    with pytest.raises(ZeroDivisionError):
        steps(lambda: 1 / 0)
