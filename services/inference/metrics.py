"""What inference measures of itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.common.metrics import STAGE_BUCKETS, wire_errors


@dataclass(slots=True)
class Metrics:
    """Series of one process. Those with a ``camera`` label go with the camera (see :meth:`forget`)."""

    registry: CollectorRegistry
    frames_in: Counter = field(init=False)
    frames_out: Counter = field(init=False)
    skipped: Counter = field(init=False)
    encoded_bytes: Counter = field(init=False)
    crossings: Counter = field(init=False)
    stage: Histogram = field(init=False)
    latency: Histogram = field(init=False)
    fps: Gauge = field(init=False)
    frame_age: Gauge = field(init=False)
    state: Gauge = field(init=False)
    detector_state: Gauge = field(init=False)
    detector_restarts: Counter = field(init=False)
    wire_errors: Counter = field(init=False)

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
            "turnstile_crossings_total", "Crossings counted since start.", ["camera", "line", "direction"], registry=r
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
        self.state = Gauge(
            "turnstile_camera_state", "1 for the state that the camera is in.", ["camera", "state"], registry=r
        )
        self.detector_state = Gauge(
            "turnstile_detector_state", "1 for the state that the detector is in.", ["state"], registry=r
        )
        self.detector_restarts = Counter(
            "turnstile_detector_restarts_total", "Times that the detector had to be started again.", registry=r
        )
        self.wire_errors = wire_errors(r)

    def forget(self, camera: str) -> None:
        """Drop the series of a camera that was removed."""
        for metric in (
            self.frames_in, self.frames_out, self.skipped, self.encoded_bytes, self.crossings, self.stage,
            self.latency, self.fps, self.frame_age, self.state,
        ):  # fmt: skip
            metric.remove_by_labels({"camera": camera})
