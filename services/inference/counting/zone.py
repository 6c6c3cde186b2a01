"""Who is inside an area, and how long they stay."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median_low
from typing import Final

from services.inference.counting.geometry import Point, distance_to_outline, inside

# Somebody who stands on the outline has not left while they are this close to it: the dead band of the lines, outwards.
BAND_OF_HEIGHT: Final = 0.05
BAND_OF_PICTURE: Final = 0.01
# Dwell times are told of this many visits, the latest.
RECENT_VISITS: Final = 200
# Kept for whoever collects them; where nobody does, the oldest go.
UNDRAINED_VISITS: Final = 1000
NANOSECONDS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody was inside, from when until when."""

    track: int
    label: str
    entered_ns: int
    left_ns: int

    @property
    def seconds(self) -> float:
        """How long that was."""
        return (self.left_ns - self.entered_ns) / NANOSECONDS


@dataclass(slots=True)
class _Guest:
    """Somebody inside now, or hidden for a moment."""

    label: str
    entered_ns: int
    inside_ns: int  # when last seen inside


@dataclass(slots=True)
class ZoneCounter:
    """One zone.

    Attributes:
        polygon: Its corners, pixels.
        picture_height: Pixels.
        grace: Seconds for which somebody who is hidden is still inside.
        entries: Visits that began.
        exits: Visits that ended.
    """

    polygon: Sequence[Point]
    picture_height: float
    grace: float
    entries: int = 0
    exits: int = 0
    _guests: dict[int, _Guest] = field(default_factory=dict)
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT_VISITS))
    _ended: deque[Stay] = field(default_factory=lambda: deque(maxlen=UNDRAINED_VISITS))

    def update(self, track: int, label: str, anchor: Point, box_height: float, now_ns: int) -> None:
        """Take note of where the anchor of ``track`` is at ``now_ns``."""
        if track < 0:
            return
        guest = self._guests.get(track)
        if inside(anchor, self.polygon):
            if guest is None:
                self.entries += 1
                self._guests[track] = _Guest(label, now_ns, now_ns)
            else:
                guest.inside_ns = now_ns
        elif guest is not None:
            band = max(BAND_OF_HEIGHT * box_height, BAND_OF_PICTURE * self.picture_height)
            if distance_to_outline(anchor, self.polygon) > band:
                self._end(track)
            else:
                guest.inside_ns = now_ns

    def join(self, young: int, old: int) -> None:
        """Take the track ``young`` for the continuation of ``old``: two visits, if the first still counts, are one."""
        after, before = self._guests.pop(young, None), self._guests.get(old)
        if after is None:
            return
        self._guests[old] = after
        if before is not None:
            after.entered_ns = before.entered_ns
            self.entries -= 1

    def end_unseen(self, now_ns: int) -> None:
        """End the visits of those who have been hidden for too long."""
        limit = now_ns - self.grace * NANOSECONDS
        for track in [track for track, guest in self._guests.items() if guest.inside_ns < limit]:
            self._end(track)

    def end_all(self) -> None:
        """End all visits: nobody is known any more."""
        for track in list(self._guests):
            self._end(track)

    def reshape(self, polygon: Sequence[Point], picture_height: float) -> None:
        """Be somewhere else from now on; what was counted stays."""
        if (polygon, picture_height) != (self.polygon, self.picture_height):
            self.end_all()
            self.polygon, self.picture_height = polygon, picture_height

    def drain(self) -> list[Stay]:
        """Return the visits that ended since the last call."""
        ended = list(self._ended)
        self._ended.clear()
        return ended

    @property
    def occupancy(self) -> int:
        """How many are inside."""
        return len(self._guests)

    @property
    def dwell(self) -> tuple[float, float]:
        """Median and 95th percentile (nearest rank) of how long the latest visits lasted, seconds; 0 without any."""
        if not self._recent:
            return 0.0, 0.0
        lengths = sorted(self._recent)
        return median_low(lengths), lengths[-(-95 * len(lengths) // 100) - 1]

    def _end(self, track: int) -> None:
        guest = self._guests.pop(track)
        stay = Stay(track, guest.label, guest.entered_ns, guest.inside_ns)
        self.exits += 1
        self._recent.append(stay.seconds)
        self._ended.append(stay)
