"""Ultralytics' ByteTrack for one camera, fed with plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from ultralytics.trackers.byte_tracker import BYTETracker

from services.inference.detector.types import Detections, Floats, Tracked

# Second-stage detections: too weak to start a track, good enough to continue one (ByteTrack, Zhang et al. 2022, 3).
LOW_CONFIDENCE: Final = 0.1
# IoU distance (fused with the score) up to which a detection may continue a track. Looser than Ultralytics' 0.8:
# at a low frame rate people move by a good part of their width.
MATCH_DISTANCE: Final = 0.9
# How long somebody may be hidden and still be the same person.
LOST_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class _Boxes:
    """Detections in the form in which ultralytics hands them to its trackers (``ultralytics.engine.results.Boxes``)."""

    xywh: Floats
    conf: Floats
    cls: Floats

    def __len__(self) -> int:
        return len(self.conf)

    def __getitem__(self, index: npt.NDArray[np.bool_]) -> Self:
        return type(self)(self.xywh[index], self.conf[index], self.cls[index])


class CameraTracker:
    """Keeps the identities of one camera's people.

    Args:
        confidence: Detections from this on start tracks.
    """

    def __init__(self, confidence: float) -> None:
        self._tracker: Any = BYTETracker(  # type: ignore[no-untyped-call]
            SimpleNamespace(
                track_high_thresh=confidence,
                track_low_thresh=min(LOW_CONFIDENCE, confidence),
                new_track_thresh=confidence,
                track_buffer=30,
                match_thresh=MATCH_DISTANCE,
                fuse_score=True,
            )
        )

    def update(self, found: Detections, rate: float) -> Tracked:
        """Continue the tracks with what was found in the next picture.

        Args:
            found: Detections from :data:`LOW_CONFIDENCE` on.
            rate: Pictures per second that come here, so that the lost ones are kept for a time, not a count.
        """
        self._tracker.max_frames_lost = max(5, round(LOST_SECONDS * rate))
        centre = (found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2
        size = found.xyxy[:, 2:] - found.xyxy[:, :2]
        rows = self._tracker.update(_Boxes(np.hstack([centre, size]), found.confidence, found.class_id))
        rows = np.asarray(rows, np.float32).reshape(-1, 8)
        velocities = {track.track_id: track.mean[4:6] for track in self._tracker.tracked_stracks}
        ids = rows[:, 4].astype(np.int64)
        velocity = np.array([velocities.get(int(i), (0.0, 0.0)) for i in ids], np.float32).reshape(-1, 2)
        return Tracked(rows[:, :4], velocity, ids, rows[:, 5], rows[:, 6].astype(np.int64))
