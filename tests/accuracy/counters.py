"""The counters that are compared: ours, Ultralytics' ObjectCounter and supervision's LineZone.

The others get the tracks of ``YOLO.track`` with ByteTrack as Ultralytics ships it, and count with their own code. What
either calls in and out is found out by walking a made-up person over the line, so that nobody errs by a name.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import supervision as sv
import torch
from ultralytics.models import YOLO
from ultralytics.solutions import ObjectCounter

from proto.turnstile_pb2 import Line
from services.inference.analyze.counter import Selection
from services.inference.analyze.lookout import Lookout, load
from services.inference.analyze.pipeline import Counted
from services.inference.analyze.reader import VideoReader
from services.inference.analyze.run import count_video
from services.inference.analyze.task import Task
from services.inference.evaluate.main import Sightings
from services.inference.evaluate.tracking import Boxes
from tests.accuracy.clips import Clip

Counts = Counter[tuple[str, str]]
"""Crossings by line and direction, in DESIGN.md's words."""


@dataclass(frozen=True, slots=True)
class TrackedFrame:
    """What a stock tracker says of one frame.

    Attributes:
        xyxy: (N, 4) pixels.
        ids: (N,).
        classes: (N,).
        confidence: (N,).
        gone: Ids that the tracker has given up with this frame.
    """

    xyxy: npt.NDArray[np.float32]
    ids: npt.NDArray[np.int64]
    classes: npt.NDArray[np.int64]
    confidence: npt.NDArray[np.float32]
    gone: Sequence[int] = ()

    def boxes(self) -> Boxes:
        """Return the boxes for the tracking score."""
        left, top, right, bottom = self.xyxy.T
        sides = zip(left, top, right - left, bottom - top, strict=True)
        return Boxes([int(i) for i in self.ids], [(float(a), float(b), float(c), float(d)) for a, b, c, d in sides])


def ours(clip: Clip) -> tuple[Counts, list[Boxes]]:
    """Count ``clip`` as ``turnstile analyze`` does; return who was tracked in each frame as well."""
    selection = Selection()
    task = Task(clip.shapes, str(clip.model), None, selection)
    detector = load(task.model, None, selection.classes, lambda _: None, low_latency=False)
    seen, frames = Sightings(), 0

    def count(_: Counted) -> None:
        nonlocal frames
        frames += 1

    with VideoReader(clip.video) as reader, Lookout(detector, selection) as lookout:
        result = count_video(reader, task, lookout, [seen.add, count], lambda: False)
    counts = Counter((row.line, row.direction) for row in result.crossings)
    return counts, [seen.at(number) for number in range(1, frames + 1)]


def stock_tracks(clip: Clip) -> list[TrackedFrame]:
    """Track ``clip`` with Ultralytics alone, settings untouched."""
    model = YOLO(clip.model, task="detect")
    with VideoReader(clip.video) as reader:
        return [_tracked(model, frame.image) for frame in reader]


def _tracked(model: Any, image: npt.NDArray[np.uint8]) -> TrackedFrame:
    people = [index for index, name in model.names.items() if name == "person"]
    (result,) = model.track(image, persist=True, tracker="bytetrack.yaml", classes=people, verbose=False)
    boxes = result.boxes
    ids = boxes.id if boxes.is_track else torch.empty(0)
    gone = [track.track_id for track in model.predictor.trackers[0].removed_stracks_frame]
    count = len(ids)
    return TrackedFrame(
        np.asarray(boxes.xyxy[:count].cpu(), np.float32).reshape(-1, 4),
        np.asarray(ids.cpu(), np.int64),
        np.asarray(boxes.cls[:count].cpu(), np.int64),
        np.asarray(boxes.conf[:count].cpu(), np.float32),
        gone,
    )


class LineCounter(Protocol):
    """Counts at one line in the words of its maker."""

    def update(self, frame: TrackedFrame) -> None:
        """Take the next frame."""

    def counts(self) -> tuple[int, int]:
        """Return what it calls in, and out."""


class UltralyticsLine:
    """ObjectCounter on a line; its own code but for the tracks, which are handed to it."""

    def __init__(self, clip: Clip, line: Line) -> None:
        width, height = clip.size
        region = [_pixel(line.start.x, line.start.y, clip.size), _pixel(line.end.x, line.end.y, clip.size)]
        self._canvas = np.zeros((height, width, 3), np.uint8)
        self._counter = _ReplayingCounter(model=str(clip.model), region=region, show=False, verbose=False)

    def update(self, frame: TrackedFrame) -> None:
        self._counter.frame = frame
        self._counter.process(self._canvas.copy())

    def counts(self) -> tuple[int, int]:
        return self._counter.in_count, self._counter.out_count


class _ReplayingCounter(ObjectCounter):
    frame: TrackedFrame
    confs: list[float]

    def extract_tracks(self, im0: npt.NDArray[np.uint8]) -> None:
        self.boxes = list(torch.from_numpy(self.frame.xyxy))
        self.clss = self.frame.classes.tolist()
        self.track_ids = self.frame.ids.tolist()
        self.confs = self.frame.confidence.tolist()
        self.forget_tracks(list(self.frame.gone))


class SupervisionLine:
    """LineZone, with its default anchors or others."""

    def __init__(self, clip: Clip, line: Line, **options: Any) -> None:
        start, end = _pixel(line.start.x, line.start.y, clip.size), _pixel(line.end.x, line.end.y, clip.size)
        self._zone = sv.LineZone(start=sv.Point(*start), end=sv.Point(*end), **options)

    def update(self, frame: TrackedFrame) -> None:
        self._zone.trigger(
            sv.Detections(xyxy=frame.xyxy, confidence=frame.confidence, class_id=frame.classes, tracker_id=frame.ids)
        )

    def counts(self) -> tuple[int, int]:
        return self._zone.in_count, self._zone.out_count


Maker = Callable[[Clip, Line], LineCounter]
OTHERS: dict[str, Maker] = {
    "Ultralytics ObjectCounter": UltralyticsLine,
    "supervision LineZone": SupervisionLine,
    "LineZone, centre anchor": lambda clip, line: SupervisionLine(clip, line, triggering_anchors=[sv.Position.CENTER]),
}


def count_with(make: Maker, clip: Clip, frames: Sequence[TrackedFrame]) -> Counts:
    """Count the tracks ``frames`` at each line of ``clip`` with another counter."""
    counts: Counts = Counter()
    for line in clip.settings.lines:
        swapped = _calls_in_out(make, clip, line)
        counter = make(clip, line)
        for frame in frames:
            counter.update(frame)
        told_in, told_out = counter.counts()
        counts[line.name, "in"] += told_out if swapped else told_in
        counts[line.name, "out"] += told_in if swapped else told_out
    return counts


def _calls_in_out(make: Maker, clip: Clip, line: Line) -> bool:
    """Return whether this counter says out where DESIGN.md says in: from the left of A→B to its right."""
    counter = make(clip, line)
    for frame in _walk_in(line, clip.size):
        counter.update(frame)
    told = counter.counts()
    if sorted(told) != [0, 1]:
        raise ValueError(f"{make} counts {told} for one person who crosses {line.name} once")
    return told == (0, 1)


def _walk_in(line: Line, size: tuple[int, int]) -> Iterator[TrackedFrame]:
    """Walk a small person over the middle of ``line``, from the left of A→B to its right."""
    start, end = np.array(_pixel(line.start.x, line.start.y, size)), np.array(_pixel(line.end.x, line.end.y, size))
    along = (end - start) / np.linalg.norm(end - start)
    to_the_right = np.array([-along[1], along[0]])  # y points down
    for step in itertools.chain(range(-60, 61, 4)):
        x, y = (start + end) / 2 + step * to_the_right
        box = np.array([[x - 4, y - 8, x + 4, y + 8]], np.float32)
        yield TrackedFrame(box, np.array([1]), np.array([0]), np.array([0.9], np.float32))


def _pixel(x: float, y: float, size: tuple[int, int]) -> tuple[int, int]:
    return round(x * size[0]), round(y * size[1])
