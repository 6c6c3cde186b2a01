"""What inference measures of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from proto.turnstile_pb2 import DIRECTION_IN, Crossing
from services.common.metrics import STAGE_BUCKETS, wire_errors

DIRECTIONS: Final = ("in", "out")
SKIP_CAUSES: Final = ("detector", "render", "corrupt")


@dataclass(slots=True)
class Metrics:
    """Series of one process. Those with a ``camera`` label go with the camera (see :meth:`forget`)."""

    registry: CollectorRegistry
    frames_in: Counter = field(init=False)
    frames_out: Counter = field(init=False)
    skipped: Counter = field(init=False)
    encoded_bytes: Counter = field(init=False)
    crossings: Counter = field(init=False)
    corrections: Counter = field(init=False)
    stage: Histogram = field(init=False)
    latency: Histogram = field(init=False)
    fps: Gauge = field(init=False)
    frame_age: Gauge = field(init=False)
    detector_state: Gauge = field(init=False)
    detector_restarts: Counter = field(init=False)
    wire_errors: Counter = field(init=False)
    _lines: dict[str, frozenset[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        r = self.registry
        self.frames_in = Counter("turnstile_inference_frames_in_total", "Frames received.", ["camera"], registry=r)
        self.frames_out = Counter(
            "turnstile_inference_frames_out_total", "Pictures encoded and published.", ["camera", "stream"], registry=r
        )
        self.skipped = Counter(
            "turnstile_inference_frames_skipped_total",
            "Frames not worked on: detector (it was busy), render (a newer one came), corrupt.",
            ["camera", "cause"],
            registry=r,
        )
        self.encoded_bytes = Counter(
            "turnstile_inference_bytes_total", "Bytes of pictures published.", ["camera"], registry=r
        )
        self.crossings = Counter(
            "turnstile_crossings_total",
            "Crossings counted since start, those included that were taken back later.",
            ["camera", "line", "direction"],
            registry=r,
        )
        self.corrections = Counter(
            "turnstile_crossings_corrected_total",
            "Crossings taken back since start, by the direction that they were counted in.",
            ["camera", "line", "direction"],
            registry=r,
        )
        self.stage = Histogram(
            "turnstile_inference_stage_seconds",
            "Time of each stage: transport, decode, detect, annotate, encode.",
            ["camera", "stage"],
            buckets=STAGE_BUCKETS,
            registry=r,
        )
        self.latency = Histogram(
            "turnstile_inference_latency_seconds",
            "From capture to the published picture, or to the finished count where nobody watches.",
            ["camera"],
            buckets=STAGE_BUCKETS,
            registry=r,
        )
        self.fps = Gauge("turnstile_inference_fps", "Per second: received, detected.", ["camera", "what"], registry=r)
        self.frame_age = Gauge(
            "turnstile_inference_frame_age_seconds", "Age of the newest frame received.", ["camera"], registry=r
        )
        self.detector_state = Gauge(
            "turnstile_detector_state", "1 for the state that the detector is in.", ["state"], registry=r
        )
        self.detector_restarts = Counter(
            "turnstile_detector_restarts_total", "Times that the detector had to be started again.", registry=r
        )
        self.wire_errors = wire_errors(r)

    def expect(self, camera: str, lines: Iterable[str]) -> None:
        """Show what a camera and its lines count from zero on, and no longer the lines that it has not.

        Of a series that begins at one, Prometheus would miss the one.
        """
        for cause in SKIP_CAUSES:
            self.skipped.labels(camera, cause)
        known, wanted = self._lines.get(camera, frozenset()), frozenset(lines)
        self._lines[camera] = wanted
        for counter in (self.crossings, self.corrections):
            for line in known - wanted:
                counter.remove_by_labels({"camera": camera, "line": line})
            for line, direction in product(wanted, DIRECTIONS):
                counter.labels(camera, line, direction)

    def count(self, crossing: Crossing) -> None:
        """Count a crossing, or the taking back of one."""
        counter = self.corrections if crossing.corrects else self.crossings
        direction = "in" if crossing.direction == DIRECTION_IN else "out"
        counter.labels(crossing.camera, crossing.line, direction).inc()

    def watch_detector(self, pid: Callable[[], int | None]) -> None:
        """Show CPU time and memory of the detector's process; without one there is nothing to show."""
        ProcessCollector("turnstile_detector", lambda: str(pid()), registry=self.registry)

    def forget(self, camera: str) -> None:
        """Drop the series of a camera that was removed."""
        self._lines.pop(camera, None)
        for metric in (
            self.frames_in, self.frames_out, self.skipped, self.encoded_bytes, self.crossings,
            self.corrections, self.stage, self.latency, self.fps, self.frame_age,
        ):  # fmt: skip
            metric.remove_by_labels({"camera": camera})
