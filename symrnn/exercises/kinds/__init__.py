"""The kinds of exercises, by subject: each maker turns a draw into a statement, parts and names."""

from symrnn.exercises.kinds import (
    activations,
    backward,
    code,
    counts,
    gates,
    graphs,
    ordered,
    paths,
    scalars,
    truncation,
    unfolding,
)
from symrnn.exercises.kinds.table import KINDS, Kind

__all__ = ["KINDS", "Kind", "activations", "backward", "code", "counts", "gates", "graphs", "scalars", "truncation"]
__all__ += ["ordered", "paths", "unfolding"]
