"""What it takes to follow and count the people of a picture, beside Ultralytics' ByteTrack, which only follows them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from proto.turnstile_pb2 import ANCHOR_FEET, Line, Point, Settings, Zone
from services.inference.counting.tally import Tally
from services.inference.detector.appearance import described
from services.inference.detector.tracker import CameraTracker
from services.inference.detector.types import Detections, ModelInfo
from services.inference.people import people
from tests.bench.figures import percentile
from tests.bench.report import Figure, Limit, Outcome
from tests.bench.watch import Span

PEOPLE: Final = 15
LINES: Final = 5
ZONES: Final = 3
FPS: Final = 30
WIDTH, HEIGHT = 640, 384  # the detector's
CONFIDENCE: Final = 0.25
MODEL: Final = ModelInfo("none", {0: "person"}, 640, square=False)


def tracking(span: Span, logs: Path) -> Outcome:
    """Fifteen walkers whose boxes jitter, some weak, some missing, with a false alarm now and then."""
    pictures = [_picture(number) for number in range(round(span.measure * FPS))]
    ours = _milliseconds(_turnstile(), pictures)
    theirs = _milliseconds(_byte_track(), pictures)
    figures = [
        Figure("median", "ms", percentile(theirs, 50), percentile(ours, 50), Limit("≤", 1.0), decimals=2),
        Figure("mean", "ms", sum(theirs) / len(theirs), sum(ours) / len(ours), Limit("≤", 1.0), decimals=2),
        Figure("p99", "ms", percentile(theirs, 99), percentile(ours, 99), decimals=2),
    ]
    title = f"following and counting {PEOPLE} people, {LINES} lines, {ZONES} zones, per picture; plain: ByteTrack alone"
    return Outcome("tracking", title, figures)


def _picture(number: int) -> Detections:
    noise = np.random.default_rng(number)
    person = np.arange(PEOPLE)
    heading, speed = person * 2.4, 20 + 3 * person  # pixels per second
    seconds = number / FPS
    x = (person * 43 + np.cos(heading) * speed * seconds) % WIDTH
    y = (person * 117 + np.sin(heading) * speed * seconds) % HEIGHT
    height = 30 + 2 * person + noise.normal(0, 0.7, PEOPLE)
    confidence = np.clip(0.7 + noise.normal(0, 0.2, PEOPLE), 0.1, 0.95)
    boxes = np.stack([x, y, x + 0.38 * height, y + height], axis=1) + noise.normal(0, 0.5, (PEOPLE, 4))
    seen = noise.random(PEOPLE) > 0.05
    alarm = np.tile(noise.uniform(0, 280, 2), 2)[None] + np.array([0, 0, 13, 33])
    boxes, confidence = np.vstack([boxes[seen], alarm]), np.append(confidence[seen], 0.2)
    return Detections(boxes.astype(np.float32), confidence.astype(np.float32), np.zeros(len(boxes), np.float32))


def _milliseconds(step: Callable[[Detections, int], None], pictures: Sequence[Detections]) -> list[float]:
    """Return what each picture but the first takes, without the collector's pauses."""
    took = []
    gc.collect()
    gc.disable()
    try:
        for number, found in enumerate(pictures):
            begun = time.perf_counter_ns()
            step(found, number)
            took.append((time.perf_counter_ns() - begun) / 1e6)
    finally:
        gc.enable()
    return took[1:]


def _turnstile() -> Callable[[Detections, int], None]:
    def point(x: float, y: float) -> Point:
        return Point(x=x, y=y)

    lines = [Line(name=f"line{n}", start=point(0.1 + 0.2 * n, 0), end=point(0.15 + 0.18 * n, 1)) for n in range(LINES)]
    zones = [
        Zone(
            name=f"zone{n}",
            polygon=[point(n / 3, 0.1), point(n / 3 + 0.3, 0.2), point(n / 3 + 0.3, 0.9), point(n / 3, 0.8)],
            anchor=ANCHOR_FEET,
        )
        for n in range(ZONES)
    ]
    tracker, tally = CameraTracker(CONFIDENCE), Tally("bench", Settings(lines=lines, zones=zones))
    image = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)

    def step(found: Detections, number: int) -> None:
        seen = people(tracker.update(described(found, image), number / FPS, (0, 0, WIDTH, HEIGHT)), MODEL)
        tally.update(seen, WIDTH, HEIGHT, number * 1_000_000_000 // FPS)

    return step


@dataclass(frozen=True, slots=True)
class _Boxes:
    """Detections in the form in which Ultralytics hands them to its trackers (``ultralytics.engine.results.Boxes``)."""

    xywh: npt.NDArray[np.float32]
    conf: npt.NDArray[np.float32]
    cls: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.conf)

    def __getitem__(self, index: npt.NDArray[np.bool_]) -> Self:
        return type(self)(self.xywh[index], self.conf[index], self.cls[index])


def _byte_track() -> Callable[[Detections, int], None]:
    from ultralytics.trackers.byte_tracker import BYTETracker

    tracker: Any = BYTETracker(  # type: ignore[no-untyped-call]
        SimpleNamespace(
            track_high_thresh=CONFIDENCE,
            track_low_thresh=0.1,
            new_track_thresh=CONFIDENCE,
            track_buffer=30,
            match_thresh=0.8,
            fuse_score=True,
        )
    )

    def step(found: Detections, number: int) -> None:
        size = found.xyxy[:, 2:] - found.xyxy[:, :2]
        tracker.update(_Boxes(np.hstack([found.xyxy[:, :2] + size / 2, size]), found.confidence, found.class_id))

    return step
