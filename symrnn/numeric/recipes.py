"""What gradients are made of, as statements and sums: read off a derivation, which is not repeated here.

Every pass of the schedule works on whatever a recipe gives.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from symrnn.calculus.adjoint import Template
from symrnn.model import Constant, Element, Parameter, Range
from symrnn.numeric.horizon import Horizon
from symrnn.numeric.statements import Statement, Store, Total, backward_statements, totals_of


@dataclass(frozen=True)
class Parts:
    """What a gradient is computed by.

    statements, totals
        The arrays that are filled, and the sums that are gradients.
    wanted
        The arrays of adjoints that are gradients as they are.
    extents
        The times of arrays that are read beyond what is written, where they hold zeros.
    """

    statements: list[Statement]
    totals: list[Total]
    wanted: list[Store]
    extents: dict[Store, Range] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """Back-propagation through time: the adjoint recurrence.

    template
        The recurrence for generic t.
    chosen
        What the loss is differentiated by.
    """

    template: Template
    chosen: tuple[Any, ...]

    about: ClassVar[str] = ""  # what a reader is told of the way it goes, if it is not the usual one
    in_place: ClassVar[bool] = True  # whether NumPy code for it fills arrays that are made once for a size
    online: ClassVar[bool] = False  # whether its loops run together and keep the rows of the last steps only

    def parts(self, horizon: Horizon) -> Parts:
        """All that the gradients need, and perhaps more."""
        return Parts(backward_statements(self.template, horizon), self.totals(horizon), self.wanted)

    def totals(self, horizon: Horizon) -> list[Total]:
        """The sums that are the gradients of shared leaves."""
        return [x for leaf in self.chosen if is_shared(leaf) for x in totals_of(self.template, leaf, horizon)]

    @property
    def wanted(self) -> list[Store]:
        """The adjoints that are asked for as they are."""
        return [Store(x.sequence if isinstance(x, Element) else x, True) for x in self.chosen if not is_shared(x)]


def is_shared(leaf: Any) -> bool:
    """Whether a leaf is the same at all times, so that its gradient is a sum."""
    return isinstance(leaf, Parameter | Constant)
