"""How everything here is measured: what is timed was checked first, and rivals take turns.

Times are seconds of processor time (user and system), so that other work on the machine counts for little.
Each round runs every contestant once, a block of calls as long as the others' blocks, so that what drifts
drifts for all; the median over the rounds is reported. A contestant whose result is wrong is not timed: the
measurement is refused.
"""

import importlib.metadata
import json
import os
import platform
import signal
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

BLOCK = 0.02  # seconds that a block of calls lasts at least
ROUNDS = range(5, 26)  # how many rounds there may be
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


class WrongResult(AssertionError):
    """A contestant's result is wrong, so its time would mean nothing."""


class TooSlow(BaseException):
    """A contestant did not finish its first call within the limit."""


@dataclass(frozen=True)
class Row:
    """What one contestant needs: median and smallest time in seconds, over `rounds` rounds.

    error
        The relative error of its result, found before anything was timed.
    absent
        Why there is no time, or nothing.
    """

    name: str
    median: float = float("nan")
    least: float = float("nan")
    rounds: int = 0
    error: float = float("nan")
    absent: str = ""


@dataclass(frozen=True)
class Table:
    """The rows of one contest, under a title that says what was timed."""

    title: str
    rows: tuple[Row, ...]
    versions: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Row:
        return next(row for row in self.rows if row.name == name)

    def ratio(self, name: str, to: str) -> float:
        """How many times longer `name` takes than `to`; infinite for one that did not finish."""
        mine, theirs = self[name], self[to]
        return float("inf") if mine.absent else mine.median / theirs.median

    def markdown(self) -> str:
        """A table for people; ratios are to the first row that has a time."""
        first = next((row for row in self.rows if not row.absent), None)
        lines = [f"| {self.title} | time | ratio | error |", "|---|---:|---:|---:|"]
        for row in self.rows:
            if row.absent or first is None:
                lines.append(f"| {row.name} | {row.absent} | | |")
            else:
                lines.append(
                    f"| {row.name} | {readable(row.median)} | {row.median / first.median:.2g} | {row.error:.0e} |"
                )
        return "\n".join(lines) + "\n"


def readable(seconds: float) -> str:
    """Three figures and a unit: 3.21 ms."""
    scale, unit = next(((s, u) for s, u in UNITS if seconds >= s), UNITS[-1])
    value = seconds / scale
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def contest(
    title: str,
    runs: Mapping[str, Callable[[], Any]],
    error: Callable[[Any], float],
    *,
    tolerance: float = 1e-9,
    limit: float = 20.0,
    budget: float = 3.0,
    packages: tuple[str, ...] = (),
) -> Table:
    """Check the result of every run, then time the runs in turns.

    Parameters
    ----------
    runs
        What to time, by name; each returns its result.
    error
        The relative error of a result.
    limit
        Seconds after which the first call of a run is given up; it then stands in the table without a time.
    budget
        About how many seconds all rounds together may take.
    packages
        Distributions whose versions belong beside the numbers.

    Raises
    ------
    WrongResult
        When a result is wrong: nothing is timed then.
    """
    errors, absent = _judged(runs, error, tolerance, limit)
    present = {name: run for name, run in runs.items() if name not in absent}
    calls = {name: _block(run) for name, run in present.items()}
    cost = sum(seconds(run, calls[name]) * calls[name] for name, run in present.items())
    rounds = int(min(max(budget / max(cost, 1e-6), ROUNDS.start), ROUNDS.stop - 1))
    times: dict[str, list[float]] = {name: [] for name in present}
    for _ in range(rounds):
        for name, run in present.items():
            times[name].append(seconds(run, calls[name]))
    rows = [
        Row(name, absent=absent[name])
        if name in absent
        else Row(name, statistics.median(times[name]), min(times[name]), rounds, errors[name])
        for name in runs
    ]
    return Table(title, tuple(rows), {name: importlib.metadata.version(name) for name in packages})


def _judged(
    runs: Mapping[str, Callable[[], Any]], error: Callable[[Any], float], tolerance: float, limit: float
) -> tuple[dict[str, float], dict[str, str]]:
    """The error of every result, and why some have none; this is the warm-up too."""
    errors: dict[str, float] = {}
    absent: dict[str, str] = {}
    for name, run in runs.items():
        try:
            with at_most(limit):
                result = run()
        except TooSlow:
            absent[name] = f"over {limit:g} s"
            continue
        except RecursionError:
            absent[name] = "recursion limit"
            continue
        errors[name] = error(result)
        if not errors[name] <= tolerance:
            raise WrongResult(f"{name}: relative error {errors[name]:.1e}; a wrong result is not timed")
    return errors, absent


def _block(run: Callable[[], Any]) -> int:
    """How many calls last long enough to be timed; the clock may be coarse, so it is asked with more and more."""
    calls = 1
    while seconds(run, calls) * calls < BLOCK / 2:
        calls *= 2
    return calls


def seconds(run: Callable[[], Any], calls: int = 1) -> float:
    """Processor time of one call, over a block of calls."""
    start = time.process_time()
    for _ in range(calls):
        run()
    return (time.process_time() - start) / calls


@contextmanager
def at_most(limit: float) -> Any:
    """Raise `TooSlow` once this much processor time has passed."""

    def stop(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, limit, 1.0)  # again and again: libraries catch what they should not
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def machine() -> dict[str, str]:
    """The processor, its cores and the system, without names of hosts or users."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").is_file() else ""
    named = [line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name")]
    processor = named[0] if named else platform.machine()
    return {
        "processor": f"{processor}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
    }


class Recorder:
    """Prints every table, and keeps them as Markdown and JSON in a folder if there is one."""

    def __init__(self, folder: Path | None, name: str) -> None:
        self.folder, self.name = folder, name
        self.tables: list[Table] = []

    def __call__(self, table: Table) -> Table:
        """Show a table and keep it."""
        print("\n" + table.markdown())
        self.tables.append(table)
        return table

    def save(self) -> None:
        """Write what was recorded, all at once."""
        if self.folder is None or not self.tables:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        versions = {k: v for table in self.tables for k, v in table.versions.items()}
        about = machine() | dict(sorted(versions.items()))
        told = "; ".join(f"{key} {value}" if key in versions else value for key, value in about.items())
        told = told.replace("; " + about["Python"], f"; Python {about['Python']}", 1)
        page = [f"Measured on {told}.\n", *(table.markdown() for table in self.tables)]
        (self.folder / f"{self.name}.md").write_text("\n".join(page), encoding="utf-8")
        data = {
            "machine": about,
            "tables": [{"title": t.title, "rows": [asdict(r) for r in t.rows]} for t in self.tables],
        }
        (self.folder / f"{self.name}.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
