"""What Prometheus is told. Most of it is read from the streamer's own state at the time of asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Final, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from services.streamer.directory import Directory
from services.streamer.events import Events
from services.streamer.feed import Kind
from services.streamer.feeds import FeedKey, Feeds
from services.streamer.status import STATES
from services.streamer.tally import BOUNDS, Tally

STREAM = ("camera", "kind")
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


def refused_viewers(registry: CollectorRegistry) -> Counter:
    """Return the counter of viewers that found no place."""
    return Counter("turnstile_viewers_refused_total", "Viewers beyond the limit, answered with 503.", registry=registry)


def viewer_limit(registry: CollectorRegistry, limit: int) -> None:
    """Show how many viewers there is room for."""
    Gauge("turnstile_viewers_limit", "Viewers that are served at a time.", registry=registry).set(limit)


class StreamerCollector(Collector):
    """Shows viewers, pictures and cameras. Called from any thread."""

    def __init__(self, directory: Directory, feeds: Feeds, events: Events) -> None:
        self._directory = directory
        self._feeds = feeds
        self._events = events

    def collect(self) -> Iterator[Metric]:
        """Yield every metric family."""
        yield from self._streams()
        yield from self._sent()
        yield from self._cameras()
        yield GaugeMetricFamily("turnstile_event_clients", "Open event streams.", self._events.clients)
        answering = self._directory.waiting_for is None
        yield GaugeMetricFamily("turnstile_inference_up", "Whether inference's directory is heard.", float(answering))

    def _streams(self) -> Iterator[Metric]:
        watching = list(self._feeds.viewers.values())
        viewers = GaugeMetricFamily("turnstile_viewers", "Viewers connected now.", labels=STREAM)
        rate = GaugeMetricFamily("turnstile_stream_fps", "Frames per second from inference, if watched.", labels=STREAM)
        for key, _ in self._tallies():
            viewers.add_metric(key, watching.count(key))
            feed = self._feeds.feeds.get(key)
            rate.add_metric(key, feed.rate.rate() if feed else 0.0)
        yield viewers
        yield rate

    def _tallies(self) -> list[tuple[FeedKey, Tally]]:
        """Return those of all streams, also of the ones that nobody has watched yet: at zero."""
        unwatched = {(camera, kind): Tally() for camera in list(self._directory.cameras) for kind in KINDS}
        return list({**unwatched, **dict(self._feeds.tallies())}.items())

    def _sent(self) -> Iterator[Metric]:
        tallies = self._tallies()
        yield _totals("turnstile_frames_sent", "Pictures sent to viewers.", tallies, lambda tally: tally.sent)
        yield _totals("turnstile_sent_bytes", "Bytes of pictures sent to viewers.", tallies, lambda tally: tally.bytes)
        skipped = CounterMetricFamily(
            "turnstile_frames_skipped", "Pictures that a viewer was not sent, by cause.", labels=(*STREAM, "cause")
        )
        latency = HistogramMetricFamily(
            "turnstile_capture_to_viewer_seconds", "Age of live pictures when handed to the network.", labels=STREAM
        )
        for key, tally in tallies:
            skipped.add_metric((*key, "slow_viewer"), tally.skipped_slow)
            skipped.add_metric((*key, "fps_cap"), tally.skipped_cap)
            latency.add_metric(key, _buckets(tally.latency_counts), tally.latency_sum)
        yield skipped
        yield latency

    def _cameras(self) -> Iterator[Metric]:
        state = GaugeMetricFamily(
            "turnstile_camera_state", "1 for the state that a camera is in.", labels=("camera", "state")
        )
        age = GaugeMetricFamily(
            "turnstile_frame_age_seconds", "Since capture of the newest frame, of cameras watched.", labels=("camera",)
        )
        for camera in list(self._directory.cameras):
            now = self._directory.status(camera).state
            for each in STATES:
                state.add_metric((camera, each), float(each == now))
            seconds = self._feeds.age(camera)
            if seconds is not None:
                age.add_metric((camera,), seconds)
        yield state
        yield age


def _totals(
    name: str, help_text: str, tallies: list[tuple[FeedKey, Tally]], value: Callable[[Tally], int]
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, help_text, labels=STREAM)
    for key, tally in tallies:
        family.add_metric(key, value(tally))
    return family


def _buckets(counts: list[int]) -> list[tuple[str, float]]:
    bounds = [str(bound) for bound in BOUNDS] + ["+Inf"]
    return list(zip(bounds, map(float, accumulate(counts)), strict=True))
