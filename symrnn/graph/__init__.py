"""The unfolded graph: unrolling a model, the nested composition of a node, running a graph on numbers.

This room knows models. It may not know how anything is differentiated, shown or compiled.
"""

from symrnn.graph.graph import Graph, unroll
from symrnn.graph.instance import instantiate
from symrnn.graph.lengths import checked_last, last_time
from symrnn.graph.run import Instance, draw, run

__all__ = ["Graph", "Instance", "checked_last", "draw", "instantiate", "last_time", "run", "unroll"]
