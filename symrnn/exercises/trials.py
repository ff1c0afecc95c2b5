"""Every kind at many seeds: each exercise is asked for its problems, and whether another one asks the same.

In parallel processes, with what is done kept in a file, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from symrnn.errors import SymrnnError
from symrnn.exercises.making import LEVELS, make
from symrnn.exercises.selftest import problems

CHUNK = 10  # exercises that a process takes at a time
PROGRAMS = 10  # of so many programs one is run
Place = tuple[str, int, int]  # kind, seed, level


@dataclass(frozen=True)
class Trial:
    """What is wrong with one exercise: nothing, if all is as it should be."""

    kind: str
    seed: int
    level: int
    problems: tuple[str, ...]


def trials(
    kinds: Iterable[str],
    seeds: int = 200,
    *,
    jobs: int = 1,
    kept: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Trial]:
    """The problems of every kind at the seeds from 0, each seed at one of the three levels.

    Parameters
    ----------
    kinds
        Names of kinds.
    seeds
        How many.
    jobs
        How many processes; 1 works in this one.
    kept
        A file in which what is done is kept. An exercise that has changed since is tried again.
    progress
        Called with how many exercises are done, and of how many.

    Examples
    --------
    >>> [trial.problems for trial in trials(["ordered.derivatives"], 2)]
    [(), ()]
    """
    places = [(kind, seed, 1 + seed % 3) for kind in kinds for seed in range(seeds)]
    done = _read(kept)
    waiting = [place for place in places if place not in done]
    waiting.sort(key=lambda place: place[1] // CHUNK)  # all kinds go forward together
    report = progress or (lambda done, total: None)
    for found in _tried(waiting, jobs):
        for trial in found:
            done[trial.kind, trial.seed, trial.level] = trial
        if kept is not None:
            with kept.open("a", encoding="utf-8") as file:
                file.writelines(_line(trial) for trial in found)
        report(sum(place in done for place in places), len(places))
    return [done[place] for place in places]


def repeated(kind: str, seeds: int = 200) -> list[tuple[tuple[int, int], ...]]:
    """Levels and seeds of one kind that ask the same, among so many seeds of every level."""
    found: dict[str, list[tuple[int, int]]] = {}
    for level in LEVELS:
        for seed in range(seeds):
            found.setdefault(make(kind, seed=seed, level=level).identity, []).append((level, seed))
    return [tuple(alike) for alike in found.values() if len(alike) > 1]


def _tried(places: list[Place], jobs: int) -> Iterator[list[Trial]]:
    chunks = [places[i : i + CHUNK] for i in range(0, len(places), CHUNK)]
    if jobs <= 1:
        yield from map(_chunk, chunks)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        futures = [pool.submit(_chunk, chunk) for chunk in chunks]
        for future in as_completed(futures):
            yield future.result()


def _chunk(places: list[Place]) -> list[Trial]:
    """The trials of some exercises; what raises is a problem, too."""
    found = []
    for kind, seed, level in places:
        try:
            wrong = problems(make(kind, seed=seed, level=level), code=seed % PROGRAMS == 0)
        except Exception as error:  # whatever it is, the others go on
            wrong = (f"{type(error).__name__}: {error}",)
        found.append(Trial(kind, seed, level, wrong))
    return found


def _digest(place: Place) -> str:
    kind, seed, level = place
    try:
        text = make(kind, seed=seed, level=level).json()
    except SymrnnError:  # one that cannot be made is a problem, and tried again
        return ""
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _line(trial: Trial) -> str:
    place = (trial.kind, trial.seed, trial.level)
    return json.dumps([*place, _digest(place), list(trial.problems)], ensure_ascii=False) + "\n"


def _read(kept: Path | None) -> dict[Place, Trial]:
    """What an earlier run has found of exercises that are still the same; the last line counts."""
    if kept is None or not kept.is_file():
        return {}
    found: dict[Place, Trial] = {}
    for line in kept.read_text(encoding="utf-8").splitlines():
        try:
            kind, seed, level, digest, wrong = json.loads(line)
        except ValueError:  # the line that was being written
            continue
        if digest and _digest((kind, seed, level)) == digest:
            found[kind, seed, level] = Trial(kind, seed, level, tuple(wrong))
    return found
