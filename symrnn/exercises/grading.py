"""Marking a class in parallel processes: with progress, resumable, and with no answer that stops the rest.

An answer that takes too long, or on which a process dies, is undecided and so left to a person.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from symrnn.calculus.verdict import UNDECIDED
from symrnn.exercises.class_answers import Task
from symrnn.exercises.exercise import Exercise, thawed
from symrnn.exercises.marking import CODE
from symrnn.exercises.marks import Mark, mark

SECONDS = 20.0  # of computing for one exercise of one student: a busy machine changes no marks
RUNNING = 120.0  # by the clock where programs are run, several times at several sizes
CHUNK = 8  # tasks that a process takes at a time
Marks = list[Mark]
Job = tuple[int, str, dict[int, str], tuple[float, ...], bool]


def grade(
    tasks: list[Task],
    *,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    resume: Path | None = None,
    programs: bool = False,
) -> list[Marks]:
    """The marks of all tasks, in their order.

    Parameters
    ----------
    tasks
        From `read_answers`.
    jobs
        How many processes; 1 marks in this one.
    progress
        Called with how many tasks are done, and of how many.
    resume
        A file in which what is done is kept: a run that was interrupted goes on from there.
    programs
        Whether the programs of answers to questions for code are run: each in a process of its own with limits of time
        and memory, but with your rights. Otherwise they are undecided, and left to a person.
    """
    digest = _digest(tasks, programs) if resume else ""
    done = _kept(resume, digest, len(tasks))
    kept = _Keeper(resume, digest, done)
    waiting = [i for i in range(len(tasks)) if i not in done]
    report = progress or (lambda done, total: None)
    with kept:
        for i, marks in _marked(tasks, waiting, jobs, programs):
            done[i] = marks
            kept.add(i, marks)
            report(len(done), len(tasks))
    return [done[i] for i in range(len(tasks))]


def _marked(tasks: list[Task], waiting: list[int], jobs: int, programs: bool) -> Iterator[tuple[int, Marks]]:
    ready = [i for i in waiting if tasks[i].exercise is None]
    yield from ((i, _faulty(tasks[i])) for i in ready)
    work = [_job(i, tasks[i], programs) for i in waiting if tasks[i].exercise is not None]
    if jobs <= 1 or len(work) <= 1:
        yield from (marked for job in work for marked in mark_chunk([job]))
        return
    yield from _in_processes(work, jobs)


def _faulty(task: Task) -> Marks:
    return [Mark(part, "invalid", 0.0, 0.0, "", task.fault) for part in sorted(task.answers)]


def _job(i: int, task: Task, programs: bool) -> Job:
    assert task.exercise is not None
    runs = programs and any(part.kind == CODE for part in task.exercise.parts)
    return i, _frozen(task.exercise), dict(task.answers), tuple(p.points for p in task.exercise.parts), runs


@lru_cache(maxsize=4096)
def _frozen_text(exercise: Exercise) -> str:
    return exercise.json()


def _frozen(exercise: Exercise) -> str:
    try:
        return _frozen_text(exercise)
    except TypeError:  # a table of symbols has no hash
        return exercise.json()


def _in_processes(work: list[Job], jobs: int) -> Iterator[tuple[int, Marks]]:
    """Chunks in a pool; where a process died, its tasks once more, each in a process of its own."""
    chunks = [work[i : i + CHUNK] for i in range(0, len(work), CHUNK)]
    lost: list[Job] = []
    with _pool(jobs) as pool:
        futures: dict[Future[list[tuple[int, Marks]]], list[Job]] = {}
        for chunk in chunks:
            futures[pool.submit(mark_chunk, chunk)] = chunk
        for future in as_completed(futures):
            try:
                yield from future.result()
            except BrokenProcessPool:
                lost += futures[future]
    for job in lost:
        with _pool(1) as pool:
            try:
                yield from pool.submit(mark_chunk, [job]).result()
            except BrokenProcessPool:
                yield job[0], _undecided(job, "the process that judged it died")


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))


def mark_chunk(chunk: list[Job]) -> list[tuple[int, Marks]]:
    """The marks of some tasks; what a process of the pool does."""
    found = []
    for job in chunk:
        i, frozen, answers, _, programs = job
        limit = RUNNING if programs else SECONDS
        try:
            with _limit(limit, programs):
                found.append((i, list(_mark(frozen, tuple(sorted(answers.items())), programs))))
        except _TooLong:
            found.append((i, _undecided(job, f"judging took more than {limit:g} seconds")))
        except Exception as error:  # whatever it is, the others go on, and a person looks at this one
            found.append((i, _undecided(job, f"not judged: {type(error).__name__}")))
    return found


@lru_cache(maxsize=4096)
def _mark(frozen: str, answers: tuple[tuple[int, str], ...], programs: bool) -> tuple[Mark, ...]:
    """The same answers are judged once: they always get the same verdict."""
    return tuple(mark(_thawed(frozen), dict(answers), programs))


@lru_cache(maxsize=4096)
def _thawed(frozen: str) -> Exercise:
    return thawed(frozen)


def _undecided(job: Job, message: str) -> Marks:
    _, _, answers, points, _ = job
    worth = dict(enumerate(points, 1))
    return [Mark(part, UNDECIDED, 0.0, worth.get(part, 0.0), "", message) for part in sorted(answers)]


class _TooLong(BaseException):
    """Raised by the clock; no handler of ordinary errors takes it for one."""


@contextmanager
def _limit(seconds: float, waits: bool) -> Iterator[None]:
    """A limit of time, where the system has such clocks and this is the main thread.

    Of the time of this process alone, or of all that passes if it waits for others.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: Any) -> None:
        raise _TooLong

    clock, number = (signal.ITIMER_REAL, signal.SIGALRM) if waits else (signal.ITIMER_PROF, signal.SIGPROF)
    before = signal.signal(number, ring)
    signal.setitimer(clock, seconds)
    try:
        yield
    finally:
        signal.setitimer(clock, 0)
        signal.signal(number, before)


def _digest(tasks: Iterable[Task], programs: bool) -> str:
    """What the tasks are, so that marks of other answers are never taken for theirs."""
    found = blake2b(b"programs" * programs, digest_size=16)
    for task in tasks:
        frozen = task.exercise.json() if task.exercise else task.fault
        found.update(repr((task.student, task.variant, task.number, frozen, sorted(task.answers.items()))).encode())
    return found.hexdigest()


def _kept(path: Path | None, digest: str, count: int) -> dict[int, Marks]:
    """What an interrupted run left; nothing if it was about other answers."""
    if path is None or not path.is_file():
        return {}
    first, *lines = path.read_text(encoding="utf-8", errors="replace").splitlines() or [""]
    if first != digest:
        return {}
    found: dict[int, Marks] = {}
    for line in lines:
        try:
            i, marks = json.loads(line)
            found[int(i)] = [Mark(**m) for m in marks]
        except (ValueError, TypeError):  # the line that was being written
            break
    return {i: marks for i, marks in found.items() if 0 <= i < count}


class _Keeper:
    """Writes down what is done, a line for each task."""

    def __init__(self, path: Path | None, head: str, done: dict[int, Marks]) -> None:
        self.path, self.head, self.done = path, head, dict(done)

    def __enter__(self) -> None:
        if self.path is not None:
            self.file = self.path.open("w", encoding="utf-8")
            self.file.write(self.head + "\n")
            for i, marks in self.done.items():
                self.add(i, marks)

    def add(self, i: int, marks: Marks) -> None:
        """One task more."""
        if self.path is not None:
            self.file.write(json.dumps([i, [asdict(m) for m in marks]]) + "\n")
            self.file.flush()

    def __exit__(self, *error: object) -> None:
        if self.path is not None:
            self.file.close()
