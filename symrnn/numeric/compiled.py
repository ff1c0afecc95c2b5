"""The functions of a generated module with the arrays they fill, kept from call to call.

The arrays of the last size are kept; while a call uses them, another call, of another thread, makes its own.
"""

from __future__ import annotations

from typing import Any

from symrnn.numeric.checks import Arguments, Arrays

Size = tuple[Any, ...]


class Compiled:
    """`loss_and_grad` of a module."""

    def __init__(self, functions: dict[str, Any]) -> None:
        self._function, self._make = functions["loss_and_grad"], functions["work_for"]
        self._kept: dict[Size, Any] = {}

    def gradient(self, a: Arguments, arguments: tuple[Any, ...], size: Size | None = None) -> tuple[Any, Arrays]:
        """The loss and its gradients for checked arguments, whose size may be known."""
        size = self.size(a) if size is None else size
        work = self._kept.pop(size, None) or self._make(*arguments)
        loss, grads = self._function(*arguments, work)
        self._kept.clear()
        self._kept[size] = work
        return loss, grads

    @staticmethod
    def size(a: Arguments) -> Size:
        """What arguments that can be computed in the same arrays have in common."""
        return (a.batch, a.dtype, *a.steps.values(), *(x.shape for x in a.params.values()))
