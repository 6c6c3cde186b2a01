"""Decides, track by track, who crossed a line.

A person is on a side once their anchor is *clearly* there, outside a dead band around the line; what happens inside
the band only adds to the path. When they are clearly on the other side, they have crossed, if the path went through the
line between its ends and not around them. Then the new side is theirs, so going back counts the other way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from services.inference.counting.geometry import Point, crosses_within, signed_distance

Direction = Literal["in", "out"]

# Half the dead band, as a share of the person's height: boxes sway with the gait by a few per cent of it.
BAND_OF_HEIGHT: Final = 0.05
# ... and its floor, as a share of the picture's height: what a detector's box jitters even on somebody small.
BAND_OF_PICTURE: Final = 0.01


@dataclass(slots=True)
class _Passage:
    """One track's relation to the line."""

    side: int = 0  # -1 left, +1 right, 0 not yet clearly anywhere
    last: Point | None = None
    through: bool = False  # where the path last changed sides, it went between the ends
    seen: float = 0.0


@dataclass(slots=True)
class LineCounter:
    """One counting line.

    Attributes:
        start: A, in pixels.
        end: B, in pixels.
        picture_height: Pixels; the floor of the dead band follows it.
        memory: Seconds for which a track that is not seen is remembered: as long as the tracker may still find it.
    """

    start: Point
    end: Point
    picture_height: float
    memory: float
    _passages: dict[int, _Passage] = field(default_factory=dict)

    def update(self, track: int, anchor: Point, box_height: float, now: float) -> Direction | None:
        """Follow ``track`` to ``anchor`` and return the direction if that completes a crossing.

        Args:
            track: Its id; negative ones (no identity) are ignored.
            anchor: The point that stands for the person, pixels.
            box_height: Pixels.
            now: Time of the picture, seconds.
        """
        if track < 0:
            return None
        passage = self._passages.setdefault(track, _Passage())
        distance = signed_distance(anchor, self.start, self.end)
        self._extend(passage, anchor, distance)
        passage.seen = now
        band = max(BAND_OF_HEIGHT * box_height, BAND_OF_PICTURE * self.picture_height)
        if abs(distance) <= band:
            return None
        side = 1 if distance > 0 else -1
        before, passage.side = passage.side, side
        if before in (0, side) or not passage.through:
            return None
        return "in" if side > 0 else "out"

    def forget_unseen(self, now: float) -> None:
        """Drop the tracks that the tracker cannot bring back any more."""
        gone = [track for track, passage in self._passages.items() if now - passage.seen > self.memory]
        for track in gone:
            del self._passages[track]

    def _extend(self, passage: _Passage, anchor: Point, distance: float) -> None:
        if passage.last is not None:
            was = signed_distance(passage.last, self.start, self.end)
            if (was > 0) != (distance > 0):
                passage.through = crosses_within(passage.last, anchor, self.start, self.end)
        passage.last = anchor
