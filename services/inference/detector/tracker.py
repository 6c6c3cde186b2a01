"""Keeps the identities of one camera's people from picture to picture.

The steps are ByteTrack's (Zhang et al. 2022): confident detections continue tracks first, weak ones then continue those
that are left, and what remains of the confident ones begins new tracks. What is a match is decided by likelihood (see
:mod:`.association`) instead of overlap, on a filter that knows the time between the pictures (see :mod:`.tracks`), and
a track that began beyond an obstacle is joined to the one that ended before it. What each of that is worth is measured
in docs/counting.md.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from services.inference.detector.appearance import BANDS
from services.inference.detector.association import LIMIT, WEAK_LIMIT, assign, costs
from services.inference.detector.joining import pairs_to_join
from services.inference.detector.overlap import Flags, iou, strongest
from services.inference.detector.tracks import BOX_NOISE, WEAK_BOX_NOISE, Ints, Seen, Tracks
from services.inference.detector.types import Detections, Tracked

# Detections from here on may continue a track.
LOW_CONFIDENCE: Final = 0.1
# How long somebody may be hidden and still be the same person.
LOST_SECONDS: Final = 6.0
# So much more confident than one that continues a track is one that begins one, or bushes and signs become people.
NEWCOMER_DOUBT: Final = 0.1
# A detection this confident is a person at once; a weaker one must be seen again within the time below.
CERTAIN: Final = 0.6
PROOF_SECONDS: Final = 0.5
# Weak detections continue only those seen not longer ago than this: they are mostly of the half hidden.
WEAK_SECONDS: Final = 1.0
# Of two detections that overlap more, the weaker is of the same person: a head without NMS sees some people twice.
SAME_PERSON: Final = 0.7
# A detection that overlaps a track of this picture more than this, and did not continue it, begins none.
TAKEN: Final = 0.6
# Lost and young tracks are compared no more often than this: a correction can wait, and the picture should not.
BETWEEN_COMPARISONS: Final = 0.1
# However irregular the clock: the filter must move on, and not by ages.
SHORTEST_STEP: Final = 1e-3
# Left, top, right and bottom of what a camera sees.
View = tuple[float, float, float, float]


class CameraTracker:
    """Follows the people of one camera.

    Args:
        confidence: Detections from this on are taken for people; only a little above it do they start tracks.
    """

    def __init__(self, confidence: float) -> None:
        self._confidence = confidence
        self._tracks = Tracks()
        self._now: float | None = None
        self._step = 0.0
        self._ids = 0
        self._compared = -math.inf

    def update(self, found: Detections, seconds: float, view: View) -> Tracked:
        """Continue the tracks with what was found in the next picture.

        Args:
            found: Detections from :data:`LOW_CONFIDENCE` on.
            seconds: When the picture was taken, on any clock that rises.
            view: What the camera sees: left, top, right and bottom, in the pixels of the detections.
        """
        seen = self._usable(found)
        first = self._now is None
        now = self._predict(seconds)
        self._drop(now)
        sure = seen.confidence >= self._confidence
        weak = np.flatnonzero(~sure)
        confirmed = self._tracks.ids > 0
        free = np.flatnonzero(sure)
        free = self._continue(np.flatnonzero(confirmed), free, seen, now, LIMIT, BOX_NOISE)
        since = now - self._tracks.seen
        left = np.flatnonzero(confirmed & (since > 0) & (since <= self._at_least_once(WEAK_SECONDS)))
        self._continue(left, weak, seen, now, WEAK_LIMIT, WEAK_BOX_NOISE)
        free = self._continue(np.flatnonzero(~confirmed), free, seen, now, LIMIT, BOX_NOISE)
        free = free[seen.confidence[free] >= self._confidence + NEWCOMER_DOUBT]
        self._let_go(now, view)
        self._begin(seen.only(free), now)
        self._confirm(everybody=first)
        return self._report(self._join(now), now)

    def _usable(self, found: Detections) -> Seen:
        size = found.xyxy[:, 2:] - found.xyxy[:, :2]
        index = np.flatnonzero((found.confidence >= min(LOW_CONFIDENCE, self._confidence)) & (size > 1).all(axis=1))
        index = index[np.argsort(-found.confidence[index], kind="stable")]
        boxes = found.xyxy[index].astype(np.float64)
        kinds = found.class_id[index].astype(np.int64)
        keep = strongest(boxes, kinds, SAME_PERSON)
        look = np.full((len(found), BANDS, 3), np.nan) if found.appearance is None else found.appearance
        return Seen(boxes, found.confidence[index].astype(np.float64), kinds, look[index]).only(keep)

    def _predict(self, seconds: float) -> float:
        """Move all tracks to ``seconds``; return the time that it is, which never stands still or goes back."""
        if self._now is None:
            self._now = seconds
            return seconds
        now = max(seconds, self._now + SHORTEST_STEP)
        self._step = now - self._now
        self._tracks.predict(self._step, self._tracks.seen < self._now)
        self._now = now
        return now

    def _continue(self, rows: Ints, free: Ints, seen: Seen, now: float, limit: float, noise: float) -> Ints:
        """Match the tracks ``rows`` with the detections ``free``; return the detections that are left."""
        if len(rows) == 0 or len(free) == 0:
            return free
        matched, taken = assign(costs(self._tracks, rows, seen.only(free), noise=noise), limit)
        self._tracks.correct(rows[matched], seen.only(free[taken]), now, noise=noise)
        left = np.ones(len(free), bool)
        left[taken] = False
        return free[left]

    def _begin(self, seen: Seen, now: float) -> None:
        if len(seen.boxes):
            present = self._tracks.boxes[self._tracks.seen == now]
            new = np.flatnonzero((iou(seen.boxes, present) <= TAKEN).all(axis=1))
            self._tracks += Tracks.at(seen.only(new), now)

    def _drop(self, now: float) -> None:
        patience = np.where(self._tracks.ids > 0, LOST_SECONDS, self._at_least_once(PROOF_SECONDS))
        self._keep(now - self._tracks.seen <= patience)

    def _let_go(self, now: float, view: View) -> None:
        """Give up those who must have walked out of the picture by now.

        Whoever comes in later at that place would be taken for them, and have crossed the lines between.
        """
        x, y = self._tracks.mean[:, 0], self._tracks.mean[:, 1]
        left, top, right, bottom = view
        self._keep((self._tracks.seen == now) | ((x >= left) & (x <= right) & (y >= top) & (y <= bottom)))

    def _keep(self, keep: Flags) -> None:
        if not keep.all():
            self._tracks = self._tracks[keep]

    def _at_least_once(self, seconds: float) -> float:
        """Return a patience of ``seconds``, or of a picture more where pictures are rarer than that."""
        return max(seconds, 1.5 * self._step)

    def _confirm(self, *, everybody: bool) -> None:
        """Believe those seen twice or clearly; in the first picture ``everybody``, as ByteTrack does."""
        proven = (self._tracks.hits > 1) | (self._tracks.confidence >= CERTAIN)
        new = (self._tracks.ids == 0) & (proven | everybody)
        count = int(new.sum())
        self._tracks.ids[new] = np.arange(self._ids + 1, self._ids + count + 1)
        self._ids += count

    def _join(self, now: float) -> dict[int, int]:
        """Let young tracks go on under the id of the lost ones that they continue; return the old ids by the new."""
        if now - self._compared < BETWEEN_COMPARISONS:
            return {}
        self._compared = now
        old, young = pairs_to_join(self._tracks, now)
        joined = {}
        for lost, found in zip(old, young, strict=True):
            joined[int(self._tracks.ids[lost])] = int(self._tracks.ids[found])
            self._tracks.ids[found] = self._tracks.ids[lost]
            self._tracks.born[found] = self._tracks.born[lost]
        if joined:
            self._tracks = self._tracks[np.setdiff1d(np.arange(len(self._tracks)), old)]
        return joined

    def _report(self, joined: dict[int, int], now: float) -> Tracked:
        tracks = self._tracks[(self._tracks.seen == now) & (self._tracks.ids > 0)]
        return Tracked(
            tracks.boxes.astype(np.float32),
            tracks.mean[:, 2:].astype(np.float32),
            tracks.ids,
            tracks.confidence.astype(np.float32),
            tracks.kinds,
            np.array([joined.get(int(identity), 0) for identity in tracks.ids], np.int64),
        )
