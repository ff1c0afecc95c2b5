"""Operands, targets and scratch memory of the calls that generated code consists of."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Value(NamedTuple):
    """The text of an operand.

    scratch
        Its memory may be overwritten once it has been read.
    alone
        It is the same for all steps and examples.
    """

    text: str
    scratch: bool = False
    alone: bool = False


class Target(NamedTuple):
    """Where a result goes: its text, whether its memory is one piece, and whether it may serve as scratch."""

    text: str
    plain: bool
    free: bool


class Scratch:
    """Scratch arrays of one function: `take` and `give` one by its shape."""

    def __init__(self, name: Callable[[int], str]) -> None:
        self._name = name
        self._free: dict[str, list[str]] = {}
        self._shape: dict[str, str] = {}
        self.used: dict[str, str] = {}  # by the function that is being written

    def take(self, shape: str) -> str:
        """A free array of this shape."""
        free = self._free.setdefault(shape, [])
        if free:
            found = free.pop()
        else:
            found = self._name(len(self._shape) + 1)
            self._shape[found] = shape
        self.used[found] = shape
        return found

    def give(self, name: str) -> None:
        """It is free again."""
        if name in self._shape and name not in self._free[self._shape[name]]:
            self._free[self._shape[name]].append(name)
