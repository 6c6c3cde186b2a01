"""Series of cameras and lines: there at zero from the start, gone with what they are of."""

from __future__ import annotations

import os

import pytest
from prometheus_client import CollectorRegistry

from proto.turnstile_pb2 import (
    CAMERA_STATE_LIVE,
    DIRECTION_IN,
    DIRECTION_OUT,
    Analysis,
    Camera,
    Crossing,
    Detector,
    Directory,
    LineTotal,
    ZoneOccupancy,
)
from services.inference.collector import DirectoryCollector
from services.inference.metrics import Metrics


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(CollectorRegistry())


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def crossings(metrics: Metrics, line: str, direction: str, kind: str = "") -> float | None:
    name = f"turnstile_crossings{kind}_total"
    return value(metrics, name, camera="shop", line=line, direction=direction)


def test_a_line_counts_from_zero_on(metrics: Metrics) -> None:
    metrics.expect("shop", ["door"])
    assert [crossings(metrics, "door", "in"), crossings(metrics, "door", "out")] == [0, 0]
    assert value(metrics, "turnstile_inference_frames_skipped_total", camera="shop", cause="detector") == 0


def test_a_crossing_counts_in_its_direction_and_taking_it_back_counts_apart(metrics: Metrics) -> None:
    metrics.expect("shop", ["door"])
    metrics.count(Crossing(id="1", camera="shop", line="door", direction=DIRECTION_IN))
    metrics.count(Crossing(id="2", camera="shop", line="door", direction=DIRECTION_OUT))
    metrics.count(Crossing(id="3", camera="shop", line="door", direction=DIRECTION_OUT, corrects="2"))
    assert [crossings(metrics, "door", "in"), crossings(metrics, "door", "out")] == [1, 1]
    assert crossings(metrics, "door", "in", "_corrected") == 0
    assert crossings(metrics, "door", "out", "_corrected") == 1


def test_a_line_that_was_removed_is_no_longer_shown_and_one_that_stays_counts_on(metrics: Metrics) -> None:
    metrics.expect("shop", ["door", "till"])
    metrics.count(Crossing(camera="shop", line="door", direction=DIRECTION_IN))
    metrics.expect("shop", ["door"])
    assert crossings(metrics, "door", "in") == 1
    assert crossings(metrics, "till", "in") is None


def test_a_camera_that_was_removed_takes_its_series_with_it(metrics: Metrics) -> None:
    metrics.expect("shop", ["door"])
    metrics.expect("yard", ["gate"])
    metrics.forget("shop")
    cameras = {s.labels.get("camera") for family in metrics.registry.collect() for s in family.samples}
    assert cameras == {None, "yard"}


def test_the_detectors_process_is_shown_while_there_is_one(metrics: Metrics) -> None:
    pid: list[int | None] = [os.getpid()]
    metrics.watch_detector(lambda: pid[0])
    assert value(metrics, "turnstile_detector_process_resident_memory_bytes")
    pid[0] = None
    assert value(metrics, "turnstile_detector_process_resident_memory_bytes") is None


def test_what_the_directory_says_is_shown_as_of_the_moment_of_asking(metrics: Metrics) -> None:
    said = [Directory()]
    metrics.registry.register(DirectoryCollector(lambda: said[0]))
    assert value(metrics, "turnstile_camera_state", camera="shop", state="live") is None
    line = LineTotal(name="door", count_in=5, count_out=2)
    zones = [
        ZoneOccupancy(name="queue", occupancy=3, entries=9, exits=6, dwell_median_s=20, dwell_p95_s=65),
        ZoneOccupancy(name="new", occupancy=1, entries=1),
    ]
    shop = Camera(id="shop", state=CAMERA_STATE_LIVE, analysis=Analysis(lines=[line], zones=zones))
    said[0] = Directory(cameras=[shop], detector=Detector(model="yolo26n", input_width=640, input_height=384))
    assert value(metrics, "turnstile_camera_state", camera="shop", state="live") == 1
    assert value(metrics, "turnstile_camera_state", camera="shop", state="offline") == 0
    assert value(metrics, "turnstile_line_crossings", camera="shop", line="door", direction="in") == 5
    assert value(metrics, "turnstile_line_crossings", camera="shop", line="door", direction="out") == 2
    queue = {"camera": "shop", "zone": "queue"}
    assert value(metrics, "turnstile_zone_occupancy", **queue) == 3
    assert value(metrics, "turnstile_zone_entries_total", **queue) == 9
    assert value(metrics, "turnstile_zone_exits_total", **queue) == 6
    assert value(metrics, "turnstile_zone_dwell_seconds", **queue, quantile="0.95") == 65
    assert value(metrics, "turnstile_zone_dwell_seconds", camera="shop", zone="new", quantile="0.5") is None
    assert value(metrics, "turnstile_detector_info", model="yolo26n", width="640", height="384") == 1
