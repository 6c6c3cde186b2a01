"""How much boxes overlap. Boxes are (N, 4): left, top, right, bottom."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def iou(first: Reals, second: Reals) -> Reals:
    """Return (N, M), the intersection over union of each box of ``first`` (N, 4) with each of ``second`` (M, 4)."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    common = np.clip(high - low, 0.0, None).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (first, second)]
    shared: Reals = common / (areas[0][:, None] + areas[1][None, :] - common)
    return shared


def strongest(boxes: Reals, kinds: npt.NDArray[np.int64], limit: float) -> Flags:
    """Return which boxes remain when each suppresses the later ones of its kind that overlap it by more than ``limit``.

    Args:
        boxes: (N, 4), the most confident first.
        kinds: (N,) boxes of another kind are left alone.
        limit: Intersection over union.
    """
    rivals = np.triu((iou(boxes, boxes) > limit) & (kinds[:, None] == kinds[None, :]), 1)
    keep = np.ones(len(boxes), bool)
    for index in np.flatnonzero(rivals.any(axis=1)):
        if keep[index]:
            keep[rivals[index]] = False
    return keep


def softened(boxes: Reals, confidence: Reals, kinds: npt.NDArray[np.int64], beyond: float) -> Reals:
    """Return the confidences, lowered where somebody may have been seen twice: linear Soft-NMS (Bodla et al. 2017).

    Two people who stand close keep two boxes, which plain suppression would make one.

    Args:
        boxes: (N, 4), in any order.
        confidence: (N,) from 0 to 1.
        kinds: (N,) boxes of another kind are left alone.
        beyond: Intersection over union from which a box doubts the less confident ones; the paper takes 0.3.
    """
    overlaps = iou(boxes, boxes)
    doubt = np.where((overlaps > beyond) & (kinds[:, None] == kinds[None, :]), overlaps, 0.0)
    scores = confidence.copy()
    waiting = np.ones(len(boxes), bool)
    for _ in range(len(boxes)):
        best = np.argmax(np.where(waiting, scores, -1.0))
        waiting[best] = False
        scores[waiting] *= 1.0 - doubt[best, waiting]
    return scores
