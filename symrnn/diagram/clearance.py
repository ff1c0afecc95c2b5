"""Whether what is written beside the arrows stands clear: of nodes, of arrows, of other labels.

It is measured on the finished picture, label by label, so that a picture in which something stands in the way can
be drawn again with more room or with shorter labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from symrnn.diagram.lattice import Array, dense
from symrnn.diagram.layout import Edge, Node

NEAR = 1.0  # pixels by which a label keeps off everything
SLACK = 1.5  # by how much less another arrow may be away than the label's own


def offences(edges: Sequence[Edge], nodes: Iterable[Node], nearest: bool = True) -> int:
    """How many labels of arrows touch a node, an arrow or another label.

    With `nearest` also those that stand nearer to another arrow of their colour than to their own.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn.diagram.clearance import offences
    >>> layout = sr.unfolded(sr.models.elman(), tau=3, gradient=True).layout
    >>> offences(layout.edges, layout.nodes)
    0
    """
    owners = [i for i, edge in enumerate(edges) for _ in edge.texts]
    boxes = np.array([text.box for edge in edges for text in edge.texts])
    if not len(boxes):
        return 0
    bad = _on_labels(boxes)
    distances = np.array([_from_arrow(boxes, edge) for edge in edges])
    near = NEAR if nearest else 0.0
    bad |= distances.min(axis=0) <= near
    roles = np.array([edge.role for edge in edges])
    for k, owner in enumerate(owners if nearest else ()):
        alike = roles == edges[owner].role
        bad[k] |= distances[alike, k].min() < distances[owner, k] - SLACK
    for node in nodes:
        x, y = np.clip(node.x, boxes[:, 0], boxes[:, 2]), np.clip(node.y, boxes[:, 1], boxes[:, 3])
        sideways = np.maximum(np.abs(x - node.x) - (node.half_width - node.corner), 0.0)
        upward = np.maximum(np.abs(y - node.y) - (node.radius - node.corner), 0.0)
        bad |= np.hypot(sideways, upward) < node.corner + near
    return int(bad.sum())


def _from_arrow(boxes: Array, edge: Edge) -> Array:
    """How far each box is from an arrow; a route runs along an arrow and does not count."""
    if edge.role == "route":
        return np.full(len(boxes), np.inf)
    x, y = dense(edge.curve, 3.0).T
    left, top, right, bottom = (side[:, None] for side in boxes.T)
    sideways = np.maximum(np.maximum(left - x, x - right), 0.0)
    upward = np.maximum(np.maximum(top - y, y - bottom), 0.0)
    found: Array = np.hypot(sideways, upward).min(axis=1)
    return found


def _on_labels(boxes: Array) -> Array:
    """Which boxes meet another one."""
    left, top, right, bottom = boxes.T
    aside = (left[:, None] >= right[None, :]) | (left[None, :] >= right[:, None])
    above = (top[:, None] >= bottom[None, :]) | (top[None, :] >= bottom[:, None])
    meet = ~(aside | above)
    np.fill_diagonal(meet, False)
    found: Array = meet.any(axis=1)
    return found
