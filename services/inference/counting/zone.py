"""Who is inside an area now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.inference.counting.geometry import Point, inside


@dataclass(slots=True)
class ZoneCounter:
    """One zone.

    Attributes:
        polygon: Its corners, pixels.
        grace: Seconds for which somebody who is hidden is still inside.
    """

    polygon: Sequence[Point]
    grace: float
    _last_inside: dict[int, float] = field(default_factory=dict)

    def update(self, people: Iterable[tuple[int, Point]], now: float) -> None:
        """Take note of where each track's anchor is at ``now`` (seconds). Tracks that are not named are hidden."""
        for track, anchor in people:
            if inside(anchor, self.polygon):
                self._last_inside[track] = now
            else:
                self._last_inside.pop(track, None)
        self._last_inside = {t: seen for t, seen in self._last_inside.items() if now - seen <= self.grace}

    @property
    def occupancy(self) -> int:
        """How many are inside."""
        return len(self._last_inside)
