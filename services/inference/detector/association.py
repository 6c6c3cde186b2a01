"""Which detection is which track: the assignment under which what is seen is the most likely.

The cost of a pair is -2 ln of how likely the track makes the detection (up to a constant): its distance from where the
filter expects it, in standard deviations; the size of that expectation, without which a track that was lost for long,
and might be anywhere, would take its neighbours' detections; how width and height agree; and how colours do. Boxes need
not overlap: at a few pictures per second people move by more than their width, which IoU (SORT, ByteTrack) cannot
follow.
Costs of this form: Reid 1979 (MHT), Bar-Shalom (Tracking and Data Association). Assignment: Jonker and Volgenant 1987.
"""

from __future__ import annotations

from typing import Final

import lap
import numpy as np

from services.inference.detector.appearance import unlikeness
from services.inference.detector.overlap import Reals
from services.inference.detector.tracks import Ints, Seen, Tracks

# Standard deviation of the logarithm of height and width from one picture to another: people turn and swing their arms.
HEIGHT_DEVIATION: Final = 0.2
WIDTH_DEVIATION: Final = 0.35
# Somebody is hidden in part more often than somebody grows.
SHRINKING: Final = 0.5
# A pair whose cost is higher is none. Followed in each picture, one is expected within 0.07 heights, so a detection may
# be 3.5 deviations away; unseen for a second within 0.6, and 1.7 deviations.
LIMIT: Final = 1.0
# A weak detection needs a better reason.
WEAK_LIMIT: Final = 0.0
_NEVER: Final = 1e6


def costs(tracks: Tracks, rows: Ints, found: Seen, *, noise: float) -> Reals:
    """Return (len(rows), M), the cost of each pair of a track of ``rows`` and a detection.

    Args:
        tracks: Predicted to the time of the detections.
        rows: Which of them.
        found: M detections; a track keeps to its own kind.
        noise: Of the detections, in heights.
    """
    boxes, _, kinds, look = found
    size = tracks.size[rows]
    height = size[:, 1][:, None]
    variance = tracks.spread[rows, 0][:, None] + (noise * height) ** 2
    offset = tracks.residuals(rows, boxes)
    distance = (offset**2).sum(axis=2) / variance + 2 * np.log(variance / height**2)
    growth = np.log((boxes[:, 2:] - boxes[:, :2])[None] / size[:, None])
    taller = (growth[..., 1] / HEIGHT_DEVIATION) ** 2
    taller *= np.where(growth[..., 1] < 0, SHRINKING, 1.0)
    cost: Reals = distance + taller + (growth[..., 0] / WIDTH_DEVIATION) ** 2
    cost += unlikeness(tracks.look[rows], look)
    return np.where(tracks.kinds[rows][:, None] == kinds[None, :], cost, _NEVER)


def assign(cost: Reals, limit: float) -> tuple[Ints, Ints]:
    """Return rows and columns of the pairs below ``limit`` that, taken together, save the most cost.

    Args:
        cost: (N, M).
        limit: What it costs to leave a row and a column alone.
    """
    if cost.size == 0 or cost.min() >= limit:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    # lap wants costs from 0 on, and takes no pair from the limit on.
    lowest = cost.min()
    _, columns, _ = lap.lapjv(np.minimum(cost, limit) - lowest, extend_cost=True, cost_limit=limit - lowest)
    rows = np.flatnonzero(columns >= 0)
    columns = columns[rows].astype(np.int64)
    below = cost[rows, columns] < limit
    return rows[below], columns[below]
