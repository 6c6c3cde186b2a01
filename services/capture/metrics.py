"""What capture tells Prometheus, read from the cameras at the moment of asking."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from services.capture.camera import CameraView
from services.capture.status import STATES
from services.common.metrics import STAGE_BUCKETS


def publish_histogram(registry: CollectorRegistry) -> Histogram:
    """Return the histogram of the time from a picture to its message being handed to ZeroMQ."""
    return Histogram(
        "turnstile_capture_publish_seconds",
        "From a picture to its message being handed over: encoding included where there is any.",
        ["camera"],
        buckets=STAGE_BUCKETS,
        registry=registry,
    )


class CameraCollector(Collector):
    """Shows each camera that there is now, so that the series of a removed camera end with it.

    Args:
        views: Tells of all cameras.
        clock: Monotonic seconds.
    """

    def __init__(self, views: Callable[[], Sequence[CameraView]], clock: Callable[[], float] = time.monotonic) -> None:
        self._views = views
        self._clock = clock

    def describe(self) -> Iterable[Metric]:
        """Return the names alone, which is what a registry asks for."""
        return self._collect([])

    def collect(self) -> Iterable[Metric]:
        """Return all metrics as of now."""
        return self._collect(self._views())

    def _collect(self, views: Sequence[CameraView]) -> Iterable[Metric]:
        yield from self._frame_counters(views)
        yield from self._other_counters(views)
        yield from self._gauges(views)

    def _frame_counters(self, views: Sequence[CameraView]) -> Iterable[Metric]:
        skipped = CounterMetricFamily(
            "turnstile_capture_frames_skipped", "Delivered frames that were not published.", labels=["camera", "cause"]
        )
        for view in views:
            for cause, number in view.tally.skipped.items():
                skipped.add_metric([view.id, cause], number)
        yield _counter("frames_in", "Frames that the source delivered.", views, lambda v: v.tally.frames)
        yield _counter("frames_out", "Frames that were published.", views, lambda v: v.tally.published)
        yield skipped

    def _other_counters(self, views: Sequence[CameraView]) -> Iterable[Metric]:
        yield _counter("frames_dropped", "Frames that the driver lost.", views, lambda v: v.tally.dropped)
        yield _counter("reconnects", "Times the source was opened again.", views, lambda v: v.tally.reconnects)
        yield _counter("bytes", "Bytes that the source delivered.", views, lambda v: v.tally.received_bytes)

    def _gauges(self, views: Sequence[CameraView]) -> Iterable[Metric]:
        fps = GaugeMetricFamily("turnstile_capture_fps", "Frames per second that arrive now.", labels=["camera"])
        age = GaugeMetricFamily(
            "turnstile_capture_frame_age_seconds", "Age of the newest published frame.", labels=["camera"]
        )
        state = GaugeMetricFamily(
            "turnstile_capture_camera_state", "1 for the state that the camera is in.", labels=["camera", "state"]
        )
        now = self._clock()
        for view in views:
            fps.add_metric([view.id], view.tally.rate.rate())
            if view.published_at is not None:
                age.add_metric([view.id], max(0.0, now - view.published_at))
            for name in STATES:
                state.add_metric([view.id, name], float(view.condition.state == name))
        return fps, age, state


def _counter(
    name: str, text: str, views: Sequence[CameraView], value: Callable[[CameraView], float]
) -> CounterMetricFamily:
    family = CounterMetricFamily(f"turnstile_capture_{name}", text, labels=["camera"])
    for view in views:
        family.add_metric([view.id], value(view))
    return family
