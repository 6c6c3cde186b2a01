"""Ground truth in the form of MOTChallenge: frame, id, left, top, width, height, valid, …; frames from 1, pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.common.errors import UsageError
from services.inference.evaluate.tracking import Boxes

FORM: Final = "frame,id,left,top,width,height, and more columns that are not needed"
# How much of a video's end may be without a soul before its truth is taken for that of another, shorter one.
EMPTY_END_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class TrueBox:
    """One person in one frame, pixels."""

    id: int
    left: float
    top: float
    width: float
    height: float


class Truth:
    """Who is where in each frame.

    Attributes:
        path: Where it was read.
        frames: Frame number, from 1, to the people in it.
    """

    def __init__(self, path: Path, frames: dict[int, list[TrueBox]]) -> None:
        self.path = path
        self.frames = dict(sorted(frames.items()))

    @property
    def last(self) -> int:
        """The last frame with somebody in it."""
        return next(reversed(self.frames))

    def boxes(self, frame: int) -> Boxes:
        """Return the people of ``frame``."""
        people = self.frames.get(frame, ())
        return Boxes([person.id for person in people], [(p.left, p.top, p.width, p.height) for p in people])

    def check_length(self, frames: int, fps: float) -> None:
        """Refuse the truth of another video than one of ``frames`` frames.

        Raises:
            UsageError: It is longer or much shorter.
        """
        if self.last > frames:
            raise UsageError(f"{self.path} is the truth of another video: it goes to frame {self.last} of {frames}")
        missing = frames - self.last
        if missing > min(frames / 10, EMPTY_END_SECONDS * fps):
            raise UsageError(
                f"{self.path} is the truth of another video, or not all of it: it ends at frame {self.last} of {frames}"
            )


def read_truth(path: Path) -> Truth:
    """Read a file.

    Raises:
        UsageError: It is not there, or a line of it is not of the form; the message names the line.
    """
    frames: dict[int, list[TrueBox]] = {}
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, text in enumerate(file, start=1):
                for frame, box in _parse(f"{path}, line {number}", text):
                    people = frames.setdefault(frame, [])
                    if any(other.id == box.id for other in people):
                        raise UsageError(f"{path}, line {number}: id {box.id} is in frame {frame} a second time")
                    people.append(box)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not text; a truth file has lines of {FORM}") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    if not frames:
        raise UsageError(f"{path} holds no person; a truth file has lines of {FORM}")
    return Truth(path, frames)


def _parse(where: str, text: str) -> Iterator[tuple[int, TrueBox]]:
    """Yield the box of a line; none for an empty line or a box that is marked as not to be counted."""
    if not text.strip():
        return
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) < 6 or not all(map(math.isfinite, values)):
        raise UsageError(f"{where}: is not of the form {FORM}")
    frame, identity, left, top, width, height = values[:6]
    if frame < 1 or frame != int(frame) or identity != int(identity):
        raise UsageError(f"{where}: frame and id are whole numbers, frames from 1")
    if width <= 0 or height <= 0:
        raise UsageError(f"{where}: a box has a width and a height above 0")
    if len(values) == 6 or values[6] != 0:  # MOT16 and MOT17 mark with 0 what is not to be counted
        yield int(frame), TrueBox(int(identity), left, top, width, height)
