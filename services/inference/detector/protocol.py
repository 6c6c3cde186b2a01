"""What the two ends of the detector's pipe say to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.inference.detector.letterbox import Letterbox
from services.inference.detector.types import ModelInfo, Tracked

# A letterboxed picture of the largest imgsz (configuration: 1920).
BUFFER_BYTES: Final = 1920 * 1920 * 3


@dataclass(frozen=True, slots=True)
class Job:
    """What the process is to do: sent once, first; ``drawn``: every camera shows a demo scene."""

    model: str
    drawn: bool
    imgsz: int | None
    threads: int
    classes: tuple[str, ...]
    confidence: float
    nice: bool


@dataclass(frozen=True, slots=True)
class Question:
    """The shared buffer holds the next picture of ``camera``, fitted into ``box``.

    Attributes:
        camera: Its name.
        box: How the picture lies in the buffer.
        seconds: When it was taken, on any clock that rises.
        relaxed: Nobody waits for the answer.
    """

    camera: str
    box: Letterbox
    seconds: float
    relaxed: bool = False


@dataclass(frozen=True, slots=True)
class Forget:
    """``camera`` is gone."""

    camera: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """The model cannot be used."""

    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The model is not there yet: what is being done about it."""

    doing: str


Answer = Progress | ModelInfo | Refusal | Tracked
