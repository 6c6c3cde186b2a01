"""Plane geometry on pixels, x to the right and y down."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from typing import NamedTuple


class Point(NamedTuple):
    """A point in the picture, pixels."""

    x: float
    y: float


def signed_distance(point: Point, start: Point, end: Point) -> float:
    """Return how far ``point`` is from the infinite line through ``start`` and ``end``, in pixels.

    Negative on the left of start→end as seen on the screen, positive on its right: the sign of the cross product
    that DESIGN.md defines ``in`` by.
    """
    dx, dy = end.x - start.x, end.y - start.y
    return (dx * (point.y - start.y) - dy * (point.x - start.x)) / hypot(dx, dy)


def crosses_within(before: Point, after: Point, start: Point, end: Point) -> bool:
    """Return whether the move ``before``→``after``, which changes sides, passes between ``start`` and ``end``."""
    from_before = signed_distance(before, start, end)
    from_after = signed_distance(after, start, end)
    if from_before == from_after:
        return False
    share = from_before / (from_before - from_after)
    x = before.x + share * (after.x - before.x)
    y = before.y + share * (after.y - before.y)
    dx, dy = end.x - start.x, end.y - start.y
    along = ((x - start.x) * dx + (y - start.y) * dy) / (dx * dx + dy * dy)
    return 0.0 <= along <= 1.0


def distance_to_outline(point: Point, polygon: Sequence[Point]) -> float:
    """Return how far ``point`` is from the nearest edge of ``polygon``, in pixels."""
    return min(
        _distance_to_segment(point, start, end) for start, end in zip(polygon, (*polygon[1:], polygon[0]), strict=True)
    )


def _distance_to_segment(point: Point, start: Point, end: Point) -> float:
    dx, dy = end.x - start.x, end.y - start.y
    length = dx * dx + dy * dy
    along = ((point.x - start.x) * dx + (point.y - start.y) * dy) / length if length else 0.0
    along = min(1.0, max(0.0, along))
    return hypot(start.x + along * dx - point.x, start.y + along * dy - point.y)


def inside(point: Point, polygon: Sequence[Point]) -> bool:
    """Return whether ``point`` lies in ``polygon`` (even-odd rule; W. R. Franklin's pnpoly)."""
    result = False
    previous = polygon[-1]
    for corner in polygon:
        if (corner.y > point.y) != (previous.y > point.y):
            x = (previous.x - corner.x) * (point.y - corner.y) / (previous.y - corner.y) + corner.x
            if point.x < x:
                result = not result
        previous = corner
    return result
