"""What a detector takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""Pixels, (height, width, 3), BGR."""
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Detections:
    """What was found in one picture, in its pixels.

    Attributes:
        xyxy: (N, 4) left, top, right, bottom.
        confidence: (N,) from 0 to 1.
        class_id: (N,) index into the model's names.
        appearance: (N, BANDS, 3), colours, see :mod:`.appearance`; None where nobody looked at them.
    """

    xyxy: Floats
    confidence: Floats
    class_id: Floats
    appearance: npt.NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.confidence)

    def __getitem__(self, index: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Detections:
        """Return the detections that ``index`` chooses."""
        looks = None if self.appearance is None else self.appearance[index]
        return Detections(self.xyxy[index], self.confidence[index], self.class_id[index], looks)


@dataclass(frozen=True, slots=True)
class Tracked:
    """The people of one picture, in its pixels.

    Attributes:
        xyxy: (N, 4) left, top, right, bottom, as the tracker's filter sees them.
        velocity: (N, 2) movement of the centre, pixels per second.
        ids: (N,) track ids, from 1; an id means the same person only under one generation.
        confidence: (N,) from 0 to 1.
        class_id: (N,) index into the model's names.
        formerly: (N,) the id that the person went by until this picture, where that has turned out to be somebody who
            was here before; else 0.
    """

    xyxy: Floats
    velocity: Floats
    ids: npt.NDArray[np.int64]
    confidence: Floats
    class_id: npt.NDArray[np.int64]
    formerly: npt.NDArray[np.int64]


class ModelError(Exception):
    """A model that cannot be used; the message is one sentence that names it and the reason."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A model that should be in use and could not be fetched; ``cause`` is one sentence that says why."""

    name: str
    cause: str


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A loaded model.

    Attributes:
        name: Its path or name, as shown to people.
        names: Its classes.
        imgsz: The longer side of its input, pixels.
        square: Whether its input cannot follow the shape of the picture.
        notice: What people should know of it, one sentence; mostly empty.
        missing: The model whose place it takes until that can be fetched.
    """

    name: str
    names: dict[int, str]
    imgsz: int
    square: bool
    notice: str = ""
    missing: Missing | None = None


class Detector(Protocol):
    """Finds objects in pictures of the size of its input.

    Attributes:
        streams: How many threads may have it look at pictures at once.
    """

    info: ModelInfo
    streams: int

    def detect(self, image: Image, floor: float, *, relaxed: bool = False) -> Detections:
        """Return what is seen in ``image``.

        Args:
            image: Height and width are multiples of 32.
            floor: The least confidence.
            relaxed: Nobody waits for the answer: take the way that costs least, not the quickest.
        """
