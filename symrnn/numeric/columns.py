"""Arrays that are columns of one array, and matrices made of several, one above the other."""

from __future__ import annotations

from dataclasses import dataclass, field

from sympy import Add, Expr, Integer

from symrnn.model import Parameter, Sequence
from symrnn.numeric.statements import Store


@dataclass(frozen=True)
class Columns:
    """Which columns of an array another array is."""

    whole: Store
    first: Expr
    last: Expr  # the first column behind them


@dataclass
class Stacks:
    """Arrays that are columns of others, and matrices made of others."""

    columns: dict[Store, Columns] = field(default_factory=dict)
    matrices: dict[Parameter, tuple[Parameter, ...]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def new_name(self, names: list[str]) -> str:
        """A name that joins some names."""
        wish = "_".join(names) if len("_".join(names)) < 16 else f"{names[0]}_to_{names[-1]}"
        while wish in self.taken:
            wish += "1"
        self.taken.add(wish)
        return wish

    def join(self, stores: list[Store]) -> Store:
        """One array with the columns of some."""
        sizes = [s.sequence.shape[0] for s in stores]
        name = self.new_name([s.sequence.name for s in stores])
        whole = Store(Sequence(name, Add(*sizes)), stores[0].adjoint)
        first: Expr = Integer(0)
        for s, size in zip(stores, sizes, strict=True):
            self.columns[s] = Columns(whole, first, first + size)
            first += size
        return whole

    def matrix(self, parts: tuple[Parameter, ...]) -> Parameter:
        """One parameter that holds some, one above the other."""
        for known, inside in self.matrices.items():
            if inside == parts:
                return known
        rows = Add(*(p.shape[0] for p in parts))
        made = Parameter(self.new_name([p.name for p in parts]), rows, *parts[0].shape[1:])
        self.matrices[made] = parts
        return made
