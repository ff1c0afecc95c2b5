"""What a module returns of gradients: their keys, and the lines that compute each."""

from __future__ import annotations

from typing import Any

from symrnn.model import Constant, Element, Parameter, Recurrence, Sequence
from symrnn.numeric.emit import Writer, key_of
from symrnn.numeric.lengths import span
from symrnn.numeric.names import Names
from symrnn.numeric.plans import Plan
from symrnn.numeric.statements import Store


class Gradients:
    """The part of a module that is the same for every library and every way to keep arrays."""

    plan: Plan
    model: Recurrence
    names: Names

    def keys(self) -> list[tuple[Any, str]]:
        """What was differentiated by, with the keys of the gradients."""
        return [(x, key_of(x) if isinstance(x, Element) else x.name) for x in self.plan.chosen or ()]

    def gradient(self, writer: Writer, leaf: Any) -> str:
        """Write what computes one gradient; the text of its value."""
        layout = writer.layout
        if isinstance(leaf, Parameter | Constant):
            name = self.names(("total", leaf), "d_" + leaf.name)
            writer.totals(leaf, list(self.plan.totals[leaf]), name)
            return name if isinstance(leaf, Parameter) else f'{layout.helper("like")}({name}, inputs["{leaf.name}"])'
        store = Store(leaf if isinstance(leaf, Sequence) else leaf.sequence, True)
        writer.make(store)
        writer.zeroed(store, None)
        if isinstance(leaf, Sequence):
            return writer.handed(layout.rows(store, span(self.model, leaf)))
        return f'{layout.helper("like")}({layout.at(store, leaf.time)}, boundary["{key_of(leaf)}"])'
