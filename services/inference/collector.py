"""What inference tells Prometheus of its cameras and its model: what its directory says, at the moment of asking."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from proto.turnstile_pb2 import Camera, CameraState, Detector, Directory, ZoneOccupancy

CAMERA_STATES: Final = {
    value: name.removeprefix("CAMERA_STATE_").lower() for name, value in CameraState.items() if value
}


class DirectoryCollector(Collector):
    """Shows each camera, line and zone that there is now, so that their series end with them.

    Args:
        directory: Returns what is published to readers.
    """

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def describe(self) -> Iterable[Metric]:
        """Return the names alone, which is what a registry asks for."""
        return self._collect(Directory())

    def collect(self) -> Iterable[Metric]:
        """Return all metrics as of now."""
        return self._collect(self._directory())

    def _collect(self, directory: Directory) -> Iterable[Metric]:
        yield _camera_state(directory.cameras)
        yield _line_crossings(directory.cameras)
        yield from _zones(directory.cameras)
        yield _detector_info(directory.detector)


def _camera_state(cameras: Sequence[Camera]) -> Metric:
    state = GaugeMetricFamily(
        "turnstile_camera_state", "1 for the state that the camera is in.", labels=["camera", "state"]
    )
    for camera in cameras:
        for value, name in CAMERA_STATES.items():
            state.add_metric([camera.id, name], float(value == camera.state))
    return state


def _line_crossings(cameras: Sequence[Camera]) -> Metric:
    # A gauge: what was counted by mistake is taken off, and a total can be reset.
    totals = GaugeMetricFamily(
        "turnstile_line_crossings",
        "Totals of a line as the picture shows them.",
        labels=["camera", "line", "direction"],
    )
    for camera in cameras:
        for line in camera.analysis.lines:
            totals.add_metric([camera.id, line.name, "in"], line.count_in)
            totals.add_metric([camera.id, line.name, "out"], line.count_out)
    return totals


def _zones(cameras: Sequence[Camera]) -> Iterable[Metric]:
    labels = ["camera", "zone"]
    inside = GaugeMetricFamily("turnstile_zone_occupancy", "People inside a zone now.", labels=labels)
    entries = CounterMetricFamily("turnstile_zone_entries", "Visits to a zone that began.", labels=labels)
    exits = CounterMetricFamily("turnstile_zone_exits", "Visits to a zone that ended.", labels=labels)
    dwell = GaugeMetricFamily(
        "turnstile_zone_dwell_seconds", "How long recent visits to a zone lasted.", labels=[*labels, "quantile"]
    )
    for camera in cameras:
        for zone in camera.analysis.zones:
            where = [camera.id, zone.name]
            inside.add_metric(where, zone.occupancy)
            entries.add_metric(where, zone.entries)
            exits.add_metric(where, zone.exits)
            _add_dwell(dwell, where, zone)
    return inside, entries, exits, dwell


def _add_dwell(dwell: GaugeMetricFamily, where: list[str], zone: ZoneOccupancy) -> None:
    if zone.dwell_p95_s:  # 0: no visit has ended yet
        dwell.add_metric([*where, "0.5"], zone.dwell_median_s)
        dwell.add_metric([*where, "0.95"], zone.dwell_p95_s)


def _detector_info(detector: Detector) -> Metric:
    info = GaugeMetricFamily(
        "turnstile_detector_info", "The model in use and the size of its input.", labels=["model", "width", "height"]
    )
    if detector.model:
        info.add_metric([detector.model, str(detector.input_width), str(detector.input_height)], 1.0)
    return info
