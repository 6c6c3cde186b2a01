"""Tracks and counts one video exactly as a camera's pipeline does, on the video's own clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from proto.turnstile_pb2 import Crossing, Settings
from services.inference.counting.tally import Person, Tally
from services.inference.detector.letterbox import Letterbox
from services.inference.detector.tracker import LOW_CONFIDENCE, CameraTracker
from services.inference.detector.types import Detections, ModelInfo
from services.inference.people import in_picture
from services.inference.people import people as people_of

NANOSECONDS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Selection:
    """Which detections count.

    Attributes:
        classes: Names of the model's classes.
        confidence: From which on a detection starts a track.
    """

    classes: tuple[str, ...] = ("person",)
    confidence: float = 0.25

    @property
    def floor(self) -> float:
        """The least confidence that the tracker has a use for."""
        return min(LOW_CONFIDENCE, self.confidence)


class VideoCounter:
    """Follows and counts the people of one video.

    Args:
        info: The model.
        selection: Which of its detections count.
        settings: Lines and zones.
        size: Width and height of the picture.
        box: How it lies in the detector's input.
    """

    def __init__(
        self,
        info: ModelInfo,
        selection: Selection,
        settings: Settings,
        size: tuple[int, int],
        box: Letterbox,
    ) -> None:
        self.tally = Tally("video", settings)
        self._info = info
        self._size = size
        self._box = box
        self._tracker = CameraTracker(selection.confidence)

    def update(self, found: Detections, seconds: float) -> tuple[list[Person], list[Crossing]]:
        """Return the people of the next frame and the crossings and corrections that it brings.

        Args:
            found: Those of the :class:`Selection`, in the detector's input.
            seconds: The frame's time; rises from frame to frame.
        """
        people = people_of(in_picture(self._tracker.update(found, seconds, self._box.inner), self._box), self._info)
        return people, self.tally.update(people, *self._size, round(seconds * NANOSECONDS))
