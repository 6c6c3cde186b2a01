"""Which tracks are two parts of one: a person who was lost at an obstacle and found beyond it.

Mostly the tracker finds them again by itself. Where it does not, the first box seen was of an arm or a leg, or far off
because the person had changed their pace, and a new track began. A moment later its filter knows place, size and speed,
and the two can be compared as a whole.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from services.inference.detector.association import HEIGHT_DEVIATION, WIDTH_DEVIATION
from services.inference.detector.overlap import Reals
from services.inference.detector.tracks import Ints, Tracks

# A young track is compared from its third sighting and this age on …
YOUNGEST: Final = 0.25
SIGHTINGS: Final = 3
# … and until this one: a count is corrected within two seconds or not at all.
OLDEST: Final = 1.5
# -2 ln of the likelihood, as in :mod:`.association`. Both filters are unsure here, so it may be higher than there …
LIMIT: Final = 3.0
# … but no other pairing of either track may come near it: in doubt they stay two.
MARGIN: Final = 3.0


def pairs_to_join(tracks: Tracks, now: float) -> tuple[Ints, Ints]:
    """Return the rows of lost tracks, and of the young tracks that continue them.

    Args:
        tracks: Predicted to ``now``, so that lost and young ones stand at the same time.
        now: Time of the picture.
    """
    confirmed, seen, age = tracks.ids > 0, tracks.seen == now, now - tracks.born
    lost = np.flatnonzero(confirmed & ~seen)
    young = np.flatnonzero(confirmed & seen & (age >= YOUNGEST) & (age <= OLDEST) & (tracks.hits >= SIGHTINGS))
    if len(lost) == 0 or len(young) == 0:
        return lost[:0], young[:0]
    cost = _costs(tracks, lost, young)
    rows, columns = np.nonzero((cost < LIMIT) & (cost + MARGIN < _next_best(cost)))
    return lost[rows], young[columns]


def _costs(tracks: Tracks, lost: Ints, young: Ints) -> Reals:
    """Return (len(lost), len(young)), what it costs to take each pair for one person; infinite where it cannot be."""
    height = tracks.size[lost, 1][:, None]
    apart = tracks.mean[lost][:, None] - tracks.mean[young][None]
    spread = tracks.spread[lost][:, None] + tracks.spread[young][None]
    place, speed = spread[..., 0], spread[..., 2]
    growth = np.log(tracks.size[young][None] / tracks.size[lost][:, None])
    cost = (apart[..., :2] ** 2).sum(axis=2) / place + (apart[..., 2:] ** 2).sum(axis=2) / speed
    cost += 2 * np.log(place / height**2)
    cost += (growth[..., 0] / WIDTH_DEVIATION) ** 2 + (growth[..., 1] / HEIGHT_DEVIATION) ** 2
    possible = tracks.seen[lost][:, None] < tracks.born[young][None]
    possible &= tracks.kinds[lost][:, None] == tracks.kinds[young][None]
    return np.where(possible, cost, np.inf)


def _next_best(cost: Reals) -> Reals:
    """Return, for each pair, the least cost of another pair with the same row or column."""
    padded = np.pad(cost, ((0, 1), (0, 1)), constant_values=np.inf)
    by_row = np.partition(padded[:-1], 1, axis=1)
    by_column = np.partition(padded[:, :-1], 1, axis=0)
    in_row = np.where(cost == by_row[:, :1], by_row[:, 1:2], by_row[:, :1])
    in_column = np.where(cost == by_column[:1], by_column[1:2], by_column[:1])
    nearest: Reals = np.minimum(in_row, in_column)
    return nearest
