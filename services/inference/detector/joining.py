"""Which tracks are two parts of one: a person who was lost at an obstacle and found beyond it.

Mostly the tracker finds them again by itself. Where it does not, they were hidden for long, or the first box seen was
of an arm or a leg, and a new track began. A moment later its filter knows place, speed, size and colours, and the two
can be compared as a whole: not where the one ended with where the other is, but the two ends of the gap, through which
somebody must have walked at about the speeds they had before and after. That bridge is surer than a prediction by half.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from services.inference.detector.appearance import unlikeness
from services.inference.detector.association import HEIGHT_DEVIATION, WIDTH_DEVIATION
from services.inference.detector.overlap import Reals
from services.inference.detector.tracks import ACCELERATION, BOX_NOISE, FIRST_SPEED, Ints, Tracks

# A young track is compared from its third sighting and this age on …
YOUNGEST: Final = 0.25
SIGHTINGS: Final = 3
# … the longer the gap the later, in seconds per second: who comes out from behind something is at first half hidden,
# and has its colours …
RIPENING: Final = 0.35
RIPE: Final = 1.0
# … and until this age: a count is corrected within two seconds or not at all.
OLDEST: Final = 1.5
# -2 ln of the likelihood, as in :mod:`.association`. Both filters are unsure here, so it may be higher than there …
LIMIT: Final = 3.0
# … but no other pairing of either track may come near it: in doubt they stay two.
MARGIN: Final = 3.0


def pairs_to_join(tracks: Tracks, now: float) -> tuple[Ints, Ints]:
    """Return the rows of lost tracks, and of the young tracks that continue them.

    Args:
        tracks: Predicted to ``now``.
        now: Time of the picture.
    """
    confirmed, seen, age = tracks.ids > 0, tracks.seen == now, now - tracks.born
    lost = np.flatnonzero(confirmed & ~seen)
    young = np.flatnonzero(confirmed & seen & (age >= YOUNGEST) & (age <= OLDEST) & (tracks.hits >= SIGHTINGS))
    if len(lost) == 0 or len(young) == 0:
        return lost[:0], young[:0]
    gap = tracks.born[young][None] - tracks.seen[lost][:, None]
    cost = _costs(tracks, lost, young, gap)
    ripe = age[young] >= np.minimum(RIPENING * gap, RIPE)
    rows, columns = np.nonzero((cost < LIMIT) & (cost + MARGIN < _next_best(cost)) & ripe)
    return lost[rows], young[columns]


def _costs(tracks: Tracks, lost: Ints, young: Ints, gap: Reals) -> Reals:
    """Return (len(lost), len(young)), what it costs to take each pair for one person; infinite where it cannot be.

    Between two ends with known speeds, the path of a random acceleration a per s^1.5 is on average as long as the mean
    of the speeds makes it, with a variance of a^2 gap^3 / 12 (a Brownian bridge, integrated), and the speeds differ by
    a^2 gap.
    """
    possible = (gap > 0) & (tracks.kinds[lost][:, None] == tracks.kinds[young][None])
    gap = np.where(possible, gap, 1.0)
    height = tracks.size[lost, 1][:, None]
    before, after = tracks.end[lost][:, None], tracks.end[young][None]
    way = tracks.begin[young][None] - before[..., :2] - (before[..., 2:] + after[..., 2:]) / 2 * gap[..., None]
    turn = after[..., 2:] - before[..., 2:]
    doubt = tracks.end_spread[lost][:, None] + tracks.end_spread[young][None]
    drift = (ACCELERATION * height) ** 2
    place = tracks.end_spread[lost, 0][:, None] + (BOX_NOISE * height) ** 2
    place = place + drift * gap**3 / 12 + doubt[..., 2] * gap**2 / 4
    speed = drift * gap + doubt[..., 2]
    cost = (way**2).sum(axis=2) / place + (turn**2).sum(axis=2) / speed
    cost += 2 * np.log(place / height**2) + 2 * np.log(speed / (FIRST_SPEED * height) ** 2)
    growth = np.log(tracks.size[young][None] / tracks.size[lost][:, None])
    cost += (growth[..., 0] / WIDTH_DEVIATION) ** 2 + (growth[..., 1] / HEIGHT_DEVIATION) ** 2
    cost += unlikeness(tracks.look[lost], tracks.look[young])
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
