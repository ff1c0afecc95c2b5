"""What all renderers share: an item is drawn by the method of its class. A renderer decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symrnn.typeset.items import Item


class Renderer:
    """Draws items; a subclass has one method for each class of items, named after it in lower case."""

    def __init__(self) -> None:
        self._methods: dict[type, Callable[[Any], str]] = {}

    def __call__(self, item: Item) -> str:
        kind = type(item)
        method = self._methods.get(kind)
        if method is None:
            method = self._methods[kind] = getattr(self, "draw_" + kind.__name__.lower())
        return method(item)

    def each(self, items: tuple[Item, ...]) -> list[str]:
        """Every item drawn."""
        return [self(x) for x in items]
