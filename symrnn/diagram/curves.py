"""Plane curves as tuples of points: a start, then three points for each cubic Bézier piece.

Straight lines and rounded corners are such pieces too, so that clipping, measuring and drawing have one form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import hypot

Point = tuple[float, float]
Curve = tuple[Point, ...]


def between(a: Point, b: Point, s: float) -> Point:
    """The point that divides a to b as s to 1 - s."""
    return a[0] + s * (b[0] - a[0]), a[1] + s * (b[1] - a[1])


def distance(a: Point, b: Point) -> float:
    """The distance of two points."""
    return hypot(b[0] - a[0], b[1] - a[1])


def line(a: Point, b: Point) -> Curve:
    """A straight line."""
    return a, between(a, b, 1 / 3), between(a, b, 2 / 3), b


def rounded(corners: Sequence[Point], radius: float) -> Curve:
    """The polygon through these points with its inner corners rounded."""
    corners = [p for i, p in enumerate(corners) if i == 0 or distance(p, corners[i - 1]) > 1e-9]
    curve: Curve = (corners[0],)
    for i in range(1, len(corners) - 1):
        before, corner, after = corners[i - 1 : i + 2]
        a, b = distance(before, corner), distance(corner, after)
        r = min(radius, a / 2, b / 2)
        first, last = between(corner, before, r / a), between(corner, after, r / b)
        curve += line(curve[-1], first)[1:]
        curve += (between(first, corner, 0.55), between(last, corner, 0.55), last)
    return curve + line(curve[-1], corners[-1])[1:]


def moved(points: Sequence[Point], dx: float, dy: float) -> Curve:
    """The points, all moved by the same distance."""
    return tuple((x + dx, y + dy) for x, y in points)


def offset(curve: Curve, by: float) -> Curve:
    """A curve beside this one, on its left where y points up: its ends moved, its handles drawn out in proportion."""
    found: list[Point] = []
    for a, b, c, d in pieces(curve):
        (ax, ay), (dx, dy) = _direction(a, b, c, d), _direction(d, c, b, a)
        start, end = (a[0] - by * ay, a[1] + by * ax), (d[0] + by * dy, d[1] - by * dx)
        grown = distance(start, end) / (distance(a, d) or 1.0)
        first = start[0] + grown * (b[0] - a[0]), start[1] + grown * (b[1] - a[1])
        second = end[0] + grown * (c[0] - d[0]), end[1] + grown * (c[1] - d[1])
        found += [first, second, end] if found else [start, first, second, end]
    return tuple(found)


def _direction(*points: Point) -> Point:
    """The direction from the first of some points to the next one that lies elsewhere, as a unit vector."""
    start = points[0]
    for point in points[1:]:
        size = distance(start, point)
        if size > 1e-9:
            return (point[0] - start[0]) / size, (point[1] - start[1]) / size
    return 1.0, 0.0


def pieces(curve: Curve) -> list[Curve]:
    """Its cubic pieces, four points each."""
    return [curve[i : i + 4] for i in range(0, len(curve) - 1, 3)]


def split(piece: Curve, s: float) -> tuple[Curve, Curve]:
    """A piece cut in two at parameter s, by de Casteljau."""
    level, left, right = list(piece), [piece[0]], [piece[-1]]
    while len(level) > 1:
        level = [between(a, b, s) for a, b in pairwise(level)]
        left.append(level[0])
        right.insert(0, level[-1])
    return tuple(left), tuple(right)


def is_straight(piece: Curve) -> bool:
    """Whether a piece is a line."""
    (ax, ay), *inner, (bx, by) = piece
    return all(abs((x - ax) * (by - ay) - (y - ay) * (bx - ax)) < 1e-6 for x, y in inner)


def flattened(curve: Curve, steps: int = 16) -> list[Point]:
    """Points along it, `steps` for each piece."""
    points = [curve[0]]
    for a, b, c, d in pieces(curve):
        for i in range(1, steps + 1):
            s = i / steps
            u, v, w, z = (1 - s) ** 3, 3 * s * (1 - s) ** 2, 3 * s**2 * (1 - s), s**3
            points.append((u * a[0] + v * b[0] + w * c[0] + z * d[0], u * a[1] + v * b[1] + w * c[1] + z * d[1]))
    return points


def along(curve: Curve, way: float) -> tuple[Point, Point]:
    """The point after a fraction `way` of its length, and the direction there as a unit vector."""
    points = flattened(curve, 40)
    lengths = [distance(a, b) for a, b in pairwise(points)]
    rest = way * sum(lengths)
    for a, b, size in zip(points, points[1:], lengths, strict=False):
        if rest <= size and size > 0:
            return between(a, b, rest / size), ((b[0] - a[0]) / size, (b[1] - a[1]) / size)
        rest -= size
    a, b = points[-2:]
    size = distance(a, b) or 1.0
    return b, ((b[0] - a[0]) / size, (b[1] - a[1]) / size)


def sampled(curve: Curve, count: int) -> Curve:
    """So many straight pieces between evenly spaced points of a curve."""
    points = [along(curve, i / count)[0] for i in range(count + 1)]
    found: Curve = (points[0],)
    for a, b in pairwise(points):
        found += line(a, b)[1:]
    return found


def length(curve: Curve) -> float:
    """Its length."""
    points = flattened(curve)
    return sum(distance(a, b) for a, b in pairwise(points))


def without_start(curve: Curve, inside: Callable[[Point], bool]) -> Curve:
    """The curve from where it first leaves a region in which it starts."""
    parts = pieces(curve)
    for i, part in enumerate(parts):
        steps = next((k for k in range(1, 65) if not inside(split(part, k / 64)[0][-1])), None)
        if steps is None:
            continue
        low, high = (steps - 1) / 64, steps / 64
        for _ in range(24):
            middle = (low + high) / 2
            low, high = (middle, high) if inside(split(part, middle)[0][-1]) else (low, middle)
        rest = split(part, high)[1]
        return rest + tuple(point for later in parts[i + 1 :] for point in later[1:])
    return curve


def clipped(curve: Curve, source: Callable[[Point], bool], target: Callable[[Point], bool]) -> Curve:
    """The part of a curve between two regions, one around its start and one around its end."""
    shorter = without_start(curve, source)
    return without_start(shorter[::-1], target)[::-1]
