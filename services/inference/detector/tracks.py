"""The people that a tracker follows: where each is, how they move, and how sure that is.

A Kalman filter with a constant velocity on the centre of the box, on the clock of the pictures and not on their count:
live pictures are skipped, so the time between two of them varies (Ultralytics' filters take one step for each). Its
noise is a share of the person's height, so that near and far people are treated alike (as in DeepSORT, Wojke et al.
2017). Both axes have the same noise, so that one 2x2 covariance serves for both, and all tracks are predicted and
corrected in one go.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from services.inference.detector.appearance import BANDS
from services.inference.detector.overlap import Flags, Reals

Ints = npt.NDArray[np.int64]

# All in heights of the person. A detector's box jitters by this much (measured on PETS 2009: 0.05) …
BOX_NOISE: Final = 0.05
# … and more where its confidence is low.
WEAK_BOX_NOISE: Final = 1.5 * BOX_NOISE
# Random acceleration, per second^1.5: somebody who walks at 0.8 heights per second stops or turns within two seconds.
ACCELERATION: Final = 0.5
# Speed of somebody who was seen once: walking, in any direction.
FIRST_SPEED: Final = 0.8
# Seconds after which somebody unseen has lost two thirds of their speed: people behind something often wait there.
SLOWING: Final = 3.0
# How quickly width and height follow the box; slower while part of the person is hidden.
SIZE_GAIN: Final = 0.3
HIDDEN_SIZE_GAIN: Final = 0.1
# A box lower than the person by this factor shows a part of them.
PART: Final = 0.86
# The colours of a track are the mean of those seen so far, and follow new ones no slower than this.
LEAST_LOOK_GAIN: Final = 0.015


class Seen(NamedTuple):
    """Detections as tracks take them: N rows of each.

    Attributes:
        boxes: (N, 4) left, top, right, bottom.
        confidence: (N,).
        kinds: (N,) class of the object.
        look: (N, BANDS, 3) appearance, NaN where not known.
    """

    boxes: Reals
    confidence: Reals
    kinds: Ints
    look: Reals

    def only(self, index: Flags | Ints) -> Seen:
        """Return those that ``index`` chooses."""
        return Seen(self.boxes[index], self.confidence[index], self.kinds[index], self.look[index])


@dataclass(slots=True)
class Tracks:
    """N tracks, one row each; pixels and seconds.

    Attributes:
        mean: (N, 4) centre x, y and velocity x, y.
        spread: (N, 3) variance of the position, covariance with the velocity, variance of the velocity; on each axis.
        size: (N, 2) width and height.
        ids: (N,) from 1; 0 until the track is confirmed.
        kinds: (N,) class of the object.
        confidence: (N,) of the last detection.
        born: (N,) when first seen.
        seen: (N,) when last seen.
        hits: (N,) how often seen.
        look: (N, BANDS, 3) appearance; NaN where a band was never seen.
        begin: (N, 2) centre where first seen.
        end: (N, 4) ``mean`` when last seen.
        end_spread: (N, 3) ``spread`` when last seen.
    """

    mean: Reals = field(default_factory=lambda: np.empty((0, 4)))
    spread: Reals = field(default_factory=lambda: np.empty((0, 3)))
    size: Reals = field(default_factory=lambda: np.empty((0, 2)))
    ids: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    kinds: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    confidence: Reals = field(default_factory=lambda: np.empty(0))
    born: Reals = field(default_factory=lambda: np.empty(0))
    seen: Reals = field(default_factory=lambda: np.empty(0))
    hits: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    look: Reals = field(default_factory=lambda: np.empty((0, BANDS, 3)))
    begin: Reals = field(default_factory=lambda: np.empty((0, 2)))
    end: Reals = field(default_factory=lambda: np.empty((0, 4)))
    end_spread: Reals = field(default_factory=lambda: np.empty((0, 3)))

    @classmethod
    def at(cls, found: Seen, now: float) -> Self:
        """Return new tracks, one for each of ``found``, seen for the first time."""
        boxes, confidence, kinds, look = found
        count = len(boxes)
        size = boxes[:, 2:] - boxes[:, :2]
        height = size[:, 1]
        mean = np.hstack([boxes[:, :2] + size / 2, np.zeros((count, 2))])
        spread = np.stack([(BOX_NOISE * height) ** 2, np.zeros(count), (FIRST_SPEED * height) ** 2], axis=1)
        return cls(
            mean=mean,
            spread=spread,
            size=size,
            ids=np.zeros(count, np.int64),
            kinds=kinds,
            confidence=confidence,
            born=np.full(count, now),
            seen=np.full(count, now),
            hits=np.ones(count, np.int64),
            look=look,
            begin=mean[:, :2],
            end=mean.copy(),
            end_spread=spread.copy(),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: Flags | Ints) -> Self:
        """Return the tracks that ``index`` chooses."""
        return type(self)(*(getattr(self, column.name)[index] for column in fields(self)))

    def __add__(self, other: Self) -> Self:
        """Return these tracks and ``other``."""
        return type(self)(*(np.concatenate([getattr(self, c.name), getattr(other, c.name)]) for c in fields(self)))

    @property
    def boxes(self) -> Reals:
        """(N, 4) left, top, right, bottom."""
        half = self.size / 2
        return np.hstack([self.mean[:, :2] - half, self.mean[:, :2] + half])

    def predict(self, seconds: float, unseen: Flags) -> None:
        """Move on by ``seconds``; those who are ``unseen`` slow down."""
        keep = np.where(unseen, np.exp(-seconds / SLOWING), 1.0)[:, None]
        self.mean[:, :2] += self.mean[:, 2:] * (seconds * (1 + keep) / 2)
        self.mean[:, 2:] *= keep
        place, both, speed = self.spread.T
        noise = (ACCELERATION * self.size[:, 1]) ** 2
        self.spread = np.stack(
            [
                place + 2 * both * seconds + speed * seconds**2 + noise * seconds**3 / 3,
                both + speed * seconds + noise * seconds**2 / 2,
                speed + noise * seconds,
            ],
            axis=1,
        )

    def residuals(self, rows: Ints, boxes: Reals) -> Reals:
        """Return (len(rows), M, 2): how far the centre of each of ``boxes`` (M, 4) is from where each track expects it.

        Of somebody half hidden the head is mostly what is left: where a box is too low but its top fits, the top tells
        where the person is.
        """
        return _offsets(self.mean[rows, None, :2], self.size[rows, 1][:, None], boxes[None])

    def correct(self, rows: Ints, found: Seen, now: float, *, noise: float) -> None:
        """Take over where each of the tracks ``rows`` was seen: its own row of ``found``.

        Args:
            rows: Distinct.
            found: As many as ``rows``.
            now: When that was.
            noise: Of the detections, in heights.
        """
        boxes, confidence, _, look = found
        offset = _offsets(self.mean[rows, :2], self.size[rows, 1], boxes)
        place, both, speed = self.spread[rows].T
        total = place + (noise * self.size[rows, 1]) ** 2
        gain, pull = place / total, both / total
        mean = self.mean[rows] + np.hstack([gain[:, None] * offset, pull[:, None] * offset])
        spread = np.stack([(1 - gain) * place, (1 - gain) * both, speed - pull * both], axis=1)
        self.mean[rows], self.spread[rows], self.end[rows], self.end_spread[rows] = mean, spread, mean, spread
        size = boxes[:, 2:] - boxes[:, :2]
        hidden = (noise > BOX_NOISE) | (size[:, 1] < PART * self.size[rows, 1])
        self.size[rows] += np.where(hidden, HIDDEN_SIZE_GAIN, SIZE_GAIN)[:, None] * (size - self.size[rows])
        self.confidence[rows] = confidence
        self.seen[rows] = now
        self.hits[rows] += 1
        self._remember(rows[~hidden], look[~hidden])

    def _remember(self, rows: Ints, look: Reals) -> None:
        known = self.look[rows]
        gain = np.maximum(LEAST_LOOK_GAIN, 1 / self.hits[rows])[:, None, None]
        mixed = known + gain * (look - known)
        new = np.isnan(mixed)  # where either is not known
        if new.any():
            mixed[new] = np.where(np.isnan(known), look, known)[new]
        self.look[rows] = mixed


def _offsets(expected: Reals, height: Reals, boxes: Reals) -> Reals:
    """Return (..., 2), how far ``boxes`` (..., 4) are from people of ``height`` (...) who are ``expected`` there."""
    offset = (boxes[..., :2] + boxes[..., 2:]) / 2 - expected
    from_top = boxes[..., 1] + height / 2 - expected[..., 1]
    part = boxes[..., 3] - boxes[..., 1] < PART * height
    offset[..., 1] = np.where(part & (np.abs(from_top) < np.abs(offset[..., 1])), from_top, offset[..., 1])
    return offset
