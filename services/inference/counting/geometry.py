"""Plane geometry on pixels, x to the right and y down."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from typing import NamedTuple


class Point(NamedTuple):
    """A point in the picture, pixels."""

    x: float
    y: float


class Segment:
    """A straight line from ``start`` to ``end``, which are apart.

    Args:
        start: A.
        end: B.
    """

    __slots__ = ("_length", "_start", "_x", "_y")

    def __init__(self, start: Point, end: Point) -> None:
        self._start = start
        self._length = hypot(end.x - start.x, end.y - start.y)
        self._x, self._y = (end.x - start.x) / self._length, (end.y - start.y) / self._length

    def distance(self, point: Point) -> float:
        """Return how far ``point`` is from the infinite line through both ends, in pixels.

        Negative on the left of start→end as seen on the screen, positive on its right: the sign of the cross product
        that DESIGN.md defines ``in`` by.
        """
        x, y = point
        return self._x * (y - self._start.y) - self._y * (x - self._start.x)

    def is_crossed(self, before: Point, after: Point) -> bool:
        """Return whether the move ``before``→``after``, which changes sides, passes between the ends."""
        from_before, from_after = self.distance(before), self.distance(after)
        if from_before == from_after:
            return False
        share = from_before / (from_before - from_after)
        x = before.x + share * (after.x - before.x)
        y = before.y + share * (after.y - before.y)
        along = (x - self._start.x) * self._x + (y - self._start.y) * self._y
        return 0.0 <= along <= self._length


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
