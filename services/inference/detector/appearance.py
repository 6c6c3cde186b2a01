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
import numpy.typing as npt

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
DEVIATION: Final = 17.0
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
    if len(boxes) == 0:
        return np.empty((0, BANDS, 3))
    bands = _bands(boxes)
    bodies = _bodies(bands, image)
    colours = np.array([_means(image, *body) for body in bodies.tolist()], np.float64)
    seen = _uncovered(bands, boxes) & (bodies[:, 3] - bodies[:, 1] >= BANDS)[:, None]
    colours[~seen] = np.nan
    return colours


def unlikeness(first: Reals, second: Reals) -> Reals:
    """Return (N, M), how much colours speak against each pair being one person: -2 ln of the likelihood, about.

    Below zero they speak for it; where no band of both is known they say nothing.

    Args:
        first: (N, BANDS, 3), NaN where not known.
        second: (M, BANDS, 3), likewise.
    """
    (ours, our_bands), (theirs, their_bands) = _known(first), _known(second)
    bands = our_bands @ their_bands.T
    # The sum of (a - b)^2 over the bands that are known of both, without a large array of all pairs.
    squares = (ours**2).sum(axis=2) @ their_bands.T + our_bands @ (theirs**2).sum(axis=2).T
    squares -= 2 * ours.reshape(len(ours), -1) @ theirs.reshape(len(theirs), -1).T
    mean = squares / np.maximum(3 * bands, 1)
    against: Reals = np.where(bands > 0, np.minimum(mean / DEVIATION**2 - EVEN, STRONGEST), 0.0)
    return against


def _known(looks: Reals) -> tuple[Reals, Reals]:
    """Return the colours, 0 where not known, and (N, BANDS), 1 where known."""
    known = np.isfinite(looks[..., 0])
    return np.where(known[..., None], looks, 0.0), known.astype(np.float64)


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
    wide = np.minimum(bands[:, :1, 2], boxes[:, 2]) - np.maximum(bands[:, :1, 0], boxes[:, 0])
    high = np.minimum(bands[:, :, None, 3], boxes[:, 3]) - np.maximum(bands[:, :, None, 1], boxes[:, 1])
    nearer = boxes[:, 3] > boxes[:, 3, None]
    covered = np.where(nearer, np.maximum(wide, 0.0), 0.0)[:, None] * np.maximum(high, 0.0)
    area = (bands[..., 2:] - bands[..., :2]).prod(axis=2)
    free: Flags = covered.max(axis=2) <= COVERED * area
    return free


def _bodies(bands: Reals, image: Image) -> npt.NDArray[np.int64]:
    """Return (N, 4), left, top, right, bottom of all bands together, as whole pixels of the picture."""
    height, width = image.shape[:2]
    begin = np.maximum(bands[:, 0, :2], 0)
    end = np.minimum(np.ceil(bands[:, -1, 2:]), [width, height])
    return np.hstack([begin, end]).astype(np.int64)


def _means(image: Image, left: int, top: int, right: int, bottom: int) -> Image:
    """Return (BANDS, 3), whatever the colours where nothing is left of the body."""
    if bottom <= top or right <= left:
        return np.zeros((BANDS, 3), np.uint8)
    return cv2.resize(image[top:bottom, left:right], (1, BANDS), interpolation=cv2.INTER_AREA)[:, 0]  # type: ignore[return-value]
