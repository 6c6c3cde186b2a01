"""What people look like: the colours of shoulders, trunk and thighs, as far as nobody stands before them.

Where two people meet, motion alone cannot tell who is who afterwards; their clothes mostly can. Mean colours of a few
bands of the body are coarse, but hardly change with the pose, at any size, and cost a few microseconds a person
(a part-based colour descriptor, as in Farenzena et al. 2010, without its symmetry axes).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from services.inference.detector.overlap import Flags, Reals
from services.inference.detector.types import Detections, Image

# Equal bands between these shares of the height: below the head, above the knees, which swing out of the box's middle.
TOP: Final = 0.12
BOTTOM: Final = 0.72
BANDS: Final = 3
# The middle share of the width: beside it is background.
MIDDLE: Final = 0.5
# A band of which more is behind somebody nearer does not show its person.
COVERED: Final = 0.25
# Levels by which the colours of one person differ (measured on the demo: 10 from one picture to the next, 16 after
# three seconds; those of two people differ by 30 to 55).
DEVIATION: Final = 20.0
# In squared deviations: where two are as likely one person as two …
EVEN: Final = 2.0
# … and how far colours speak against it at most: light changes, and where a box is wrong its colours are too.
STRONGEST: Final = 4.0


def described(found: Detections, image: Image) -> Detections:
    """Return ``found`` with the appearance that each has in ``image``."""
    return replace(found, appearance=appearance(image, found.xyxy.astype(np.float64)))


def appearance(image: Image, boxes: Reals) -> Reals:
    """Return (N, BANDS, 3), the mean colour (BGR, 0 to 255) of each band of each person; NaN where it is not seen.

    Args:
        image: The picture in which they were found.
        boxes: (N, 4) left, top, right, bottom, in its pixels.
    """
    colours = np.full((len(boxes), BANDS, 3), np.nan)
    if len(boxes):
        bands = _bands(boxes)
        for index, seen in enumerate(_uncovered(bands, boxes)):
            if seen.any():
                colours[index, seen] = _means(image, bands[index])[seen]
    return colours


def unlikeness(first: Reals, second: Reals) -> Reals:
    """Return (N, M), how much colours speak against each pair being one person: -2 ln of the likelihood, about.

    Below zero they speak for it; where no band of both is known they say nothing.

    Args:
        first: (N, BANDS, 3), NaN where not known.
        second: (M, BANDS, 3), likewise.
    """
    squares = ((first[:, None] - second[None]) ** 2).mean(axis=3)
    known = np.isfinite(squares)
    bands = known.sum(axis=2)
    mean = np.where(known, squares, 0.0).sum(axis=2) / np.maximum(bands, 1)
    against: Reals = np.where(bands > 0, np.minimum(mean / DEVIATION**2 - EVEN, STRONGEST), 0.0)
    return against


def _bands(boxes: Reals) -> Reals:
    """Return (N, BANDS, 4), left, top, right, bottom of each band."""
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    half = MIDDLE / 2 * (boxes[:, 2] - boxes[:, 0])
    height = boxes[:, 3] - boxes[:, 1]
    edges = boxes[:, 1, None] + height[:, None] * np.linspace(TOP, BOTTOM, BANDS + 1)
    left, right = (np.repeat(side[:, None], BANDS, axis=1) for side in (middle - half, middle + half))
    return np.stack([left, edges[:, :-1], right, edges[:, 1:]], axis=2)


def _uncovered(bands: Reals, boxes: Reals) -> Flags:
    """Return (N, BANDS), which bands nobody nearer covers: seen from above, who stands lower in the picture."""
    low = np.maximum(bands[:, :, None, :2], boxes[None, None, :, :2])
    high = np.minimum(bands[:, :, None, 2:], boxes[None, None, :, 2:])
    common = np.clip(high - low, 0.0, None).prod(axis=3)
    area = (bands[..., 2:] - bands[..., :2]).prod(axis=2)
    nearer = boxes[None, :, 3] > boxes[:, None, 3]
    free: Flags = np.where(nearer[:, None, :], common, 0.0).max(axis=2) <= COVERED * area
    return free


def _means(image: Image, bands: Reals) -> Reals:
    height, width = image.shape[:2]
    left, right = int(max(bands[0, 0], 0)), int(np.ceil(min(bands[0, 2], width)))
    top, bottom = int(max(bands[0, 1], 0)), int(np.ceil(min(bands[-1, 3], height)))
    body = image[top:bottom, left:right]
    if body.shape[0] < BANDS or body.shape[1] < 1:
        return np.full((BANDS, 3), np.nan)
    means: Reals = cv2.resize(body, (1, BANDS), interpolation=cv2.INTER_AREA)[:, 0].astype(np.float64)
    return means
