"""From the tracker's arrays, in the detector's input, to the people of a picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from services.inference.counting.tally import Person
from services.inference.detector.letterbox import Letterbox
from services.inference.detector.types import ModelInfo, Tracked


def in_picture(tracked: Tracked, box: Letterbox) -> Tracked:
    """Return what was tracked in the detector's input in the picture's pixels, as far as it is inside the picture.

    The tracker knows people whole; where the edge cuts them off, it is the rest that is shown and that crosses lines.

    Args:
        tracked: In the input's pixels.
        box: How the picture lies in the input.
    """
    width, height = box.inner_width / box.scale, box.inner_height / box.scale
    inside = np.clip(box.to_picture(tracked.xyxy), 0, np.array([width, height, width, height], np.float32))
    return replace(tracked, xyxy=inside, velocity=tracked.velocity / box.scale)


def people(tracked: Tracked, info: ModelInfo) -> list[Person]:
    """Return who is to be counted; ``tracked`` is in the picture's pixels."""
    return [
        Person(
            id=identity,
            label=info.names[class_id],
            confidence=confidence,
            left=left,
            top=top,
            width=right - left,
            height=bottom - top,
            formerly=formerly,
        )
        for identity, class_id, confidence, formerly, (left, top, right, bottom) in zip(
            tracked.ids.tolist(),
            tracked.class_id.tolist(),
            tracked.confidence.tolist(),
            tracked.formerly.tolist(),
            tracked.xyxy.tolist(),
            strict=True,
        )
    ]
