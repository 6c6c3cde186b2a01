"""What came out of one video: totals, crossings, and both as text, JSON and CSV."""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from proto.turnstile_pb2 import DIRECTION_IN, Crossing, LineTotal, ZoneOccupancy
from services.inference.analyze.identities import Identities
from services.inference.counting.tally import Person

NANOSECONDS: Final = 1_000_000_000
COLUMNS: Final = ("frame", "time_s", "line", "direction", "track", "x", "y", "late")


@dataclass(frozen=True, slots=True)
class CrossingRow:
    """One crossing that holds.

    Attributes:
        frame: In which it happened, from 1.
        time_s: Of that frame, seconds since the first.
        x: Of the anchor, fraction of the width; pixels where the lines were given in pixels.
        y: Likewise, of the height.
        late: Whether it was found after the fact, by joining two tracks.
    """

    frame: int
    time_s: float
    line: str
    direction: str
    track: int
    x: float
    y: float
    late: bool

    def as_json(self) -> dict[str, Any]:
        """Return it for the summary."""
        return {column: getattr(self, column) for column in COLUMNS if column != "late"}


@dataclass(slots=True)
class Events:
    """Collects crossings; corrections take effect, so that only what holds is left."""

    _times: list[int] = field(default_factory=list)
    _numbers: list[int] = field(default_factory=list)
    _standing: dict[str, Crossing] = field(default_factory=dict)
    _identities: Identities = field(default_factory=Identities)

    def add(self, number: int, seconds: float, people: Iterable[Person], crossings: Iterable[Crossing]) -> None:
        """Take note of a frame, of who is in it, and of what was told with it."""
        self._identities.add(people)
        self._times.append(round(seconds * NANOSECONDS))
        self._numbers.append(number)
        for crossing in crossings:
            if crossing.corrects:
                self._standing.pop(crossing.corrects, None)
            else:
                self._standing[crossing.id] = crossing

    def rows(self, width: int = 1, height: int = 1) -> list[CrossingRow]:
        """Return the crossings that hold, in the order in which they happened.

        Args:
            width: Of the picture, for pixels.
            height: Likewise.
        """
        crossings = sorted(self._standing.values(), key=lambda crossing: crossing.time_ns)
        return [self._row(crossing, width, height) for crossing in crossings]

    def _row(self, crossing: Crossing, width: int, height: int) -> CrossingRow:
        index = min(bisect_left(self._times, crossing.time_ns), len(self._times) - 1)
        return CrossingRow(
            frame=self._numbers[index],
            time_s=round(crossing.time_ns / NANOSECONDS, 3),
            line=crossing.line,
            direction="in" if crossing.direction == DIRECTION_IN else "out",
            track=self._identities.final(crossing.track),
            x=round(crossing.x * width, 4 if width == 1 else 1),
            y=round(crossing.y * height, 4 if height == 1 else 1),
            late=crossing.late,
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of one video.

    Attributes:
        fps: Frames per second on average.
        damaged: Frames that could not be decoded and were left out.
        complete: False where it was interrupted.
    """

    video: Path
    frames: int
    duration_s: float
    fps: float
    model: str
    lines: Sequence[LineTotal]
    zones: Sequence[ZoneOccupancy]
    crossings: Sequence[CrossingRow]
    damaged: int = 0
    complete: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return the summary as data."""
        return {
            "video": str(self.video),
            "frames": self.frames,
            "duration_s": round(self.duration_s, 3),
            "fps": round(self.fps, 3),
            "model": self.model,
            "lines": [{"name": line.name, "in": line.count_in, "out": line.count_out} for line in self.lines],
            "zones": [_zone_json(zone) for zone in self.zones],
            "crossings": [crossing.as_json() for crossing in self.crossings],
        }

    def as_text(self) -> str:
        """Return the summary for people."""
        how_far = "" if self.complete else ", interrupted"
        length = f"{self.frames} frames, {self.duration_s:.1f} s at {self.fps:.4g}/s{how_far}"
        lines = [f"{self.video}: {length}; {self.model}"]
        names = [line.name for line in self.lines] + [zone.name for zone in self.zones]
        width = max(map(len, names), default=0)
        lines += [f"  {line.name:{width}}   in {line.count_in:5}   out {line.count_out:5}" for line in self.lines]
        lines += [
            f"  {zone.name:{width}}   inside {zone.occupancy}, entered {zone.entries}, left {zone.exits}, "
            f"stayed {zone.dwell_median_s:.1f} s (95 %: {zone.dwell_p95_s:.1f} s)"
            for zone in self.zones
        ]
        return "\n".join(lines)


def write_events(path: Path, rows: Iterable[CrossingRow]) -> None:
    """Write crossings as CSV.

    Raises:
        OSError: The file cannot be written.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([*row.as_json().values(), int(row.late)] for row in rows)


def _zone_json(zone: ZoneOccupancy) -> dict[str, Any]:
    return {
        "name": zone.name,
        "occupancy": zone.occupancy,
        "entries": zone.entries,
        "exits": zone.exits,
        "dwell_median_s": round(zone.dwell_median_s, 3),
        "dwell_p95_s": round(zone.dwell_p95_s, 3),
    }
