"""What is recorded, as plain rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class CrossingRow:
    """Somebody crossed a line, or (``corrects``) an earlier row is taken back.

    Attributes:
        id: See :mod:`services.common.event_ids`; says when it was recorded.
        time_ns: Of the picture in which it happened; of a correction, of the row that it takes back.
        confidence: 0 to 1.
        x: Of the anchor, in fractions of the picture's width.
        y: Of the anchor, in fractions of the picture's height.
        corrects: Id of the row that is taken back, or None.
        late: Found after the fact, by joining two tracks.
    """

    id: str
    time_ns: int
    camera: str
    line: str
    direction: Direction
    label: str
    track: int
    confidence: float
    x: float
    y: float
    corrects: str | None = None
    late: bool = False

    @property
    def weight(self) -> int:
        """What it adds to a count: 1, or -1 for a correction."""
        return 1 if self.corrects is None else -1


@dataclass(frozen=True, slots=True)
class VisitRow:
    """Somebody was in a zone, and has left it."""

    id: str
    camera: str
    zone: str
    track: int
    label: str
    entered_ns: int
    left_ns: int


@dataclass(frozen=True, slots=True)
class SampleRow:
    """How many were in a zone at a moment, and until the next sample."""

    time_ns: int
    camera: str
    zone: str
    occupancy: int


Row = CrossingRow | VisitRow | SampleRow


@dataclass(frozen=True, slots=True)
class SpoolPosition:
    """How far a spool was taken over: everything before ``offset`` of ``segment``, and all earlier segments."""

    spool: str
    segment: int
    offset: int
