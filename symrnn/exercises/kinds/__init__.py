"""The kinds of exercises, by subject: each maker turns a draw into a statement, parts and names."""

from symrnn.exercises.kinds import backward, code, counts, gates, graphs, scalars, truncation, unfolding
from symrnn.exercises.kinds.table import KINDS, Kind

__all__ = ["KINDS", "Kind", "backward", "code", "counts", "gates", "graphs", "scalars", "truncation", "unfolding"]
