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
    """Clocks that are called or imported; sleeping and limits that end what hangs are no measurements."""
    return [
        Offence(path, node.lineno, "clocks", f"reads a clock: {name}")
        for node in ast.walk(ast.parse(text))
        for name in _read(node)
        if name in CLOCKS
    ]


def _read(node: ast.AST) -> list[str]:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="time" | "resource" | "timeit"), attr=name)):
            return [name]
        case ast.ImportFrom(module="time" | "resource" | "timeit", names=names):
            return [alias.name for alias in names]
    return []
