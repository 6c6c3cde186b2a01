"""The judgement on one video: errors per line and direction, how well people were followed, and what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from services.inference.evaluate.matching import Event, Wrong
from services.inference.evaluate.tracking import TrackingScore

DIRECTIONS: Final = ("in", "out")


@dataclass(frozen=True, slots=True)
class LineScore:
    """One line and direction.

    Attributes:
        counted: Crossings that were counted.
        true: Crossings that there were.
    """

    line: str
    direction: str
    counted: int
    true: int

    @property
    def errors(self) -> int:
        """Crossings too many or too few."""
        return abs(self.counted - self.true)


@dataclass(frozen=True, slots=True)
class Score:
    """The judgement on one video.

    Attributes:
        offset: Frame 1 of the truth is frame 1 + offset of the video.
        lines: Each line in both directions.
        wrong: Each crossing that was missed or is too many. An early and a late one may cancel out in a line's errors
            and still both be here.
    """

    video: Path
    truth: Path
    offset: int
    frames: int
    model: str
    lines: Sequence[LineScore]
    tracking: TrackingScore
    wrong: Sequence[Wrong]

    @property
    def errors(self) -> int:
        """Crossings too many or too few, over all lines and directions."""
        return sum(line.errors for line in self.lines)

    @property
    def true(self) -> int:
        """True crossings over all lines."""
        return sum(line.true for line in self.lines)

    def as_json(self) -> dict[str, Any]:
        """Return all of it as data."""
        return {
            "video": str(self.video),
            "truth": str(self.truth),
            "truth_offset": self.offset,
            "frames": self.frames,
            "model": self.model,
            "lines": [self._line_json(name) for name in dict.fromkeys(line.line for line in self.lines)],
            "errors": self.errors,
            "true": self.true,
            "mota": round(self.tracking.mota, 4),
            "idf1": round(self.tracking.idf1, 4),
            "hota": round(self.tracking.hota, 4),
            "id_switches": self.tracking.id_switches,
            "wrong": [_wrong_json(wrong) for wrong in self.wrong],
        }

    def _line_json(self, name: str) -> dict[str, Any]:
        both = {line.direction: line for line in self.lines if line.line == name}
        sides = {side: {"counted": both[side].counted, "true": both[side].true} for side in DIRECTIONS}
        return {"name": name, **sides, "errors": sum(line.errors for line in both.values())}

    def as_text(self) -> str:
        """Return all of it for people."""
        width = max((len(line.line) for line in self.lines), default=4)
        rows = [f"{self.video}: {self.frames} frames; {self.model}"]
        if self.offset:
            rows.append(f"  {describe_offset(self.offset)}")
        rows.append(f"  {'line':{width}}         counted   true   errors")
        rows += [
            f"  {line.line:{width}}   {line.direction:3}   {line.counted:6}   {line.true:4}   {line.errors:6}"
            for line in self.lines
        ]
        rows.append(f"  {self.errors} errors in {self.true} true crossings{self._share()}")
        tracking = self.tracking
        rows.append(
            f"  MOTA {tracking.mota:.3f}   IDF1 {tracking.idf1:.3f}   HOTA {tracking.hota:.3f}   "
            f"id switches {tracking.id_switches}"
        )
        rows += [f"  {describe(wrong)}" for wrong in self.wrong]
        return "\n".join(rows)

    def _share(self) -> str:
        return f": {self.errors / self.true:.1%}" if self.true else ""


def line_scores(names: Sequence[str], counted: Sequence[Event], true: Sequence[Event]) -> list[LineScore]:
    """Return how many were counted and how many there were, for each line in both directions."""
    ours = Counter((event.line, event.direction) for event in counted)
    theirs = Counter((event.line, event.direction) for event in true)
    return [LineScore(name, side, ours[name, side], theirs[name, side]) for name in names for side in DIRECTIONS]


def describe_offset(offset: int) -> str:
    """Return in words by how much a truth was moved."""
    where = "before" if offset > 0 else "behind"
    return f"the truth lies {abs(offset)} frames {where} the video and was moved by {offset:+}"


def describe(wrong: Wrong) -> str:
    """Return one wrong crossing in words."""
    event = wrong.event
    who = f"track {event.id}" if wrong.kind == "extra" else f"person {event.id} of the truth"
    return f"{wrong.kind:6} frame {event.frame:5} ({event.time_s:.1f} s)   {event.line} {event.direction}   {who}"


def _wrong_json(wrong: Wrong) -> dict[str, Any]:
    event = wrong.event
    return {
        "frame": event.frame,
        "time_s": round(event.time_s, 3),
        "line": event.line,
        "direction": event.direction,
        "kind": wrong.kind,
        "id": event.id,
    }
