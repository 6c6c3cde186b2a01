"""By how many frames a truth is off its video.

Somebody counts frames from 0, a converter swallows or repeats the first ones: then every box of the truth is right, and
beside its person. A constant shift is easily seen from where people are found, and is told, not hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from services.inference.evaluate.tracking import Boxes, overlaps

FARTHEST: Final = 5
# Mean overlap that a shift must gain: less may be the tracker's lag, which is to be judged and not forgiven.
GAIN: Final = 0.1
# Frames that are looked at, evenly over the video.
SAMPLES: Final = 500


def find_offset(true: Callable[[int], Boxes], tracked: Callable[[int], Boxes], frames: int) -> int:
    """Return the shift that puts true boxes on people: frame f of the truth is frame f + shift of the video.

    Args:
        true: Boxes of a frame of the truth, from 1.
        tracked: Boxes of a frame of the video, from 1.
        frames: Of the video.
    """
    numbers = range(1 + FARTHEST, frames - FARTHEST + 1, max(1, frames // SAMPLES))
    fit = {shift: _fit(true, tracked, numbers, shift) for shift in range(-FARTHEST, FARTHEST + 1)}
    best = max(fit, key=lambda shift: (fit[shift], -abs(shift)))
    return best if fit[best] > fit[0] + GAIN else 0


def _fit(true: Callable[[int], Boxes], tracked: Callable[[int], Boxes], numbers: range, shift: int) -> float:
    """Return how well each true box is covered by its best partner, on average."""
    best = [
        overlaps(true(number).ltwh, tracked(number + shift).ltwh).max(axis=1, initial=0.0)
        for number in numbers
        if true(number).ids
    ]
    return float(np.concatenate(best).mean()) if best else 0.0
