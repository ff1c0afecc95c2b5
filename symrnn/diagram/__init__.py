"""For looking: the circuit of a model with its delays, and the unfolded graph with one node a step.

A picture is first pure geometry, then ink: SVG, TikZ, DOT. This room reads a model's equations and graph; it
may not know how a formula is typeset, so the labels of nodes and arrows are made here.
"""

from symrnn.diagram.drawing import circuit, unfolded
from symrnn.diagram.heat import heat_map
from symrnn.diagram.labels import Label
from symrnn.diagram.layout import Edge, Layout, Node, Panel, Text
from symrnn.diagram.motion import Animation, animate
from symrnn.diagram.picture import Diagram
from symrnn.diagram.style import Style

__all__ = [
    "Animation",
    "Diagram",
    "Edge",
    "Label",
    "Layout",
    "Node",
    "Panel",
    "Style",
    "Text",
    "animate",
    "circuit",
    "heat_map",
    "unfolded",
]
