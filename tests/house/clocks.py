"""No ordinary test measures time: a busy machine stops any process for a second. What must be soon is counted.

`steps` counts the functions that a call enters and leaves, which is the same on every machine. `clocks` finds
the tests that read a clock all the same; the measurements of tests/benchmarks may.
"""

import ast
import sys
from collections.abc import Callable
from typing import Any

from house.rules import Offence

SOON = 300_000  # about 50 ms on one core of 2020
CLOCKS = {
    *("time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns"),
    *("process_time", "process_time_ns", "thread_time", "thread_time_ns", "getrusage", "timeit", "clock_gettime"),
}


def steps(function: Callable[..., Any], *arguments: Any) -> int:
    """How many entries into functions and exits from them this call makes."""
    counted = 0

    def count(*_: Any) -> None:
        nonlocal counted
        counted += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        function(*arguments)
    finally:
        sys.setprofile(before)
    return counted


def clocks(path: str, text: str) -> list[Offence]:
    """Calls of a clock, by any import; sleeping and limits that end what hangs are no measurements."""
    return [
        Offence(path, node.lineno, "clocks", f"reads a clock: {name}(...)")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and (name := _last(node.func)) in CLOCKS
    ]


def _last(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
