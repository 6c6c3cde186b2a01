"""From a picture to what the tracker wants to know of it."""

from __future__ import annotations

from typing import Final

import numpy as np

from services.inference.detector.appearance import described
from services.inference.detector.overlap import Flags
from services.inference.detector.types import Detections, Detector, Floats, Image, ModelInfo

# Width over height of a walker's box is 0.3 to 0.5. Thinner at the picture's side, less than half of them is seen, and
# a detector takes posts for that: with these boxes 7 of 323 crossings of four demo seeds were wrong, without 5.
SLIVER: Final = 0.2
# A box that ends within so many pixels of the picture's side is cut off by it.
AT_SIDE: Final = 2.0


def class_ids(info: ModelInfo, classes: tuple[str, ...]) -> Floats:
    """Return (N,), which of a model's class ids have one of the names ``classes``."""
    return np.array([index for index, name in info.names.items() if name in classes], np.float32)


def look(detector: Detector, image: Image, floor: float, wanted: Floats, *, relaxed: bool = False) -> Detections:
    """Return what ``detector`` sees in ``image``, and what it looks like; slivers at its sides left out.

    Args:
        detector: Any.
        image: Of the size of its input.
        floor: The least confidence.
        wanted: Class ids; the others are left out.
        relaxed: As in :class:`services.inference.detector.types.Detector`.
    """
    found = detector.detect(image, floor, relaxed=relaxed)
    return described(found[np.isin(found.class_id, wanted) & ~_slivers(found, image.shape[1])], image)


def _slivers(found: Detections, width: int) -> Flags:
    left, top, right, bottom = found.xyxy.T
    slivers: Flags = (right - left < SLIVER * (bottom - top)) & ((left < AT_SIDE) | (right > width - AT_SIDE))
    return slivers
