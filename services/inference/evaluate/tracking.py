"""MOTA, IDF1 and HOTA, as TrackEval defines them.

TrackEval (github.com/JonathonLuiten/TrackEval, MIT) is what MOTChallenge counts with. Its package pulls in the OpenCV
that needs a display and writes over the one that does not, and motmetrics calls what numpy 2 has dropped and knows no
HOTA; so their formulas stand here, and tests hold them to TrackEval 1.3.0's own figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from services.inference.evaluate.assignment import assign

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]

# From which overlap on a box is a person's, for MOTA and IDF1 (MOTChallenge).
SAME: Final = 0.5
# HOTA is the mean over these overlaps (Luiten et al. 2021, 4).
ALPHAS: Final = np.arange(0.05, 0.99, 0.05)
EPSILON: Final = float(np.finfo(float).eps)
# Weighs keeping last frame's partner against overlap: more than any overlap.
LOYALTY: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The boxes of one frame: true ones and tracked ones.

    Attributes:
        true: (N,) ids, from 0 without gaps over the whole video.
        tracked: (M,) likewise.
        overlap: (N, M) intersection over union.
    """

    true: Ids
    tracked: Ids
    overlap: Floats


@dataclass(frozen=True, slots=True)
class TrackingScore:
    """How well people were followed: shares of 1, and how often a person's id changed."""

    mota: float
    idf1: float
    hota: float
    id_switches: int


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes of one frame, with ids of any kind.

    Attributes:
        ids: (N,).
        ltwh: (N, 4) left, top, width, height.
    """

    ids: Sequence[int]
    ltwh: Sequence[tuple[float, float, float, float]]


def score(true: Sequence[Boxes], tracked: Sequence[Boxes]) -> TrackingScore:
    """Compare what was tracked with the truth, frame by frame."""
    true_ids, tracked_ids = _numbers(true), _numbers(tracked)
    frames = [
        Frame(
            np.array([true_ids[i] for i in ours.ids], np.int64),
            np.array([tracked_ids[i] for i in theirs.ids], np.int64),
            overlaps(ours.ltwh, theirs.ltwh),
        )
        for ours, theirs in zip(true, tracked, strict=True)
    ]
    mota, switches = clear(frames, len(true_ids))
    shape = (len(true_ids), len(tracked_ids))
    return TrackingScore(mota, identity(frames, shape), hota(frames, shape), switches)


def clear(frames: Sequence[Frame], people: int) -> tuple[float, int]:
    """Return MOTA and the number of id switches (Bernardin and Stiefelhagen 2008; TrackEval's CLEAR)."""
    matches = switches = 0
    last = np.full(people, -1)  # the track that a person had when last found
    before = np.full(people, -1)  # and the one in the frame before, for loyalty
    for frame in frames:
        if not frame.overlap.size:
            continue
        score_of = LOYALTY * (frame.tracked == before[frame.true][:, np.newaxis]) + frame.overlap
        score_of[frame.overlap < SAME - EPSILON] = 0
        pairs = [(row, column) for row, column in assign(-score_of) if score_of[row, column] > EPSILON]
        before[:] = -1
        for row, column in pairs:
            person, track = frame.true[row], frame.tracked[column]
            switches += int(last[person] not in (-1, track))
            last[person] = before[person] = track
        matches += len(pairs)
    boxes, found = _totals(frames)
    return (matches - (found - matches) - switches) / max(1, boxes), switches


def identity(frames: Sequence[Frame], shape: tuple[int, int]) -> float:
    """Return IDF1 (Ristani et al. 2016): one track for each person over the whole video, at best."""
    together = np.zeros(shape)
    for frame in frames:
        rows, columns = np.nonzero(frame.overlap >= SAME)
        together[frame.true[rows], frame.tracked[columns]] += 1
    right = sum(together[pair] for pair in assign(-together))
    boxes, found = _totals(frames)
    return float(2 * right / max(1, boxes + found))


def hota(frames: Sequence[Frame], shape: tuple[int, int]) -> float:
    """Return HOTA (Luiten et al. 2021), the mean over :data:`ALPHAS`."""
    alignment, people, tracks = _alignment(frames, shape)
    right = np.zeros(len(ALPHAS))
    pairs_right = np.zeros((len(ALPHAS), *shape))
    for frame in frames:
        if not frame.overlap.size:
            continue
        pairs = assign(-alignment[frame.true[:, np.newaxis], frame.tracked] * frame.overlap)
        for row, column in pairs:
            enough = frame.overlap[row, column] >= ALPHAS - EPSILON
            right += enough
            pairs_right[:, frame.true[row], frame.tracked[column]] += enough
    boxes, found = _totals(frames)
    detection = right / np.maximum(1, boxes + found - right)
    shared = pairs_right / np.maximum(1, people[:, np.newaxis] + tracks - pairs_right)
    association = (pairs_right * shared).sum(axis=(1, 2)) / np.maximum(1, right)
    return float(np.sqrt(detection * association).mean())


def overlaps(
    first: Sequence[tuple[float, float, float, float]], second: Sequence[tuple[float, float, float, float]]
) -> Floats:
    """Return the intersection over union of each box of ``first`` with each of ``second``."""
    a = np.array(first, np.float64).reshape(-1, 1, 4)
    b = np.array(second, np.float64).reshape(1, -1, 4)
    low = np.maximum(a[..., :2], b[..., :2])
    high = np.minimum(a[..., :2] + a[..., 2:], b[..., :2] + b[..., 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=-1)
    union = np.prod(a[..., 2:], axis=-1) + np.prod(b[..., 2:], axis=-1) - shared
    result: Floats = shared / np.maximum(union, EPSILON)
    return result


def _alignment(frames: Sequence[Frame], shape: tuple[int, int]) -> tuple[Floats, Floats, Floats]:
    """Return how well each person and each track go together over the whole video, and how often each is there."""
    together, people, tracks = np.zeros(shape), np.zeros(shape[0]), np.zeros(shape[1])
    for frame in frames:
        both = frame.overlap.sum(axis=0) + frame.overlap.sum(axis=1)[:, np.newaxis] - frame.overlap
        together[frame.true[:, np.newaxis], frame.tracked] += frame.overlap / np.where(both > EPSILON, both, 1)
        people[frame.true] += 1
        tracks[frame.tracked] += 1
    return together / np.maximum(EPSILON, people[:, np.newaxis] + tracks - together), people, tracks


def _numbers(frames: Sequence[Boxes]) -> dict[int, int]:
    return {identity: number for number, identity in enumerate(sorted({i for frame in frames for i in frame.ids}))}


def _totals(frames: Sequence[Frame]) -> tuple[int, int]:
    return sum(len(frame.true) for frame in frames), sum(len(frame.tracked) for frame in frames)
