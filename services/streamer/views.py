"""What the API says, as plain data ready for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from proto.turnstile_pb2 import Camera, Crossing, Detector, DetectorState, Direction, Frame
from services.streamer.status import CameraStatus

View = dict[str, Any]
STAGES: Final = ("transport", "detect", "annotate", "publish")


def camera_view(camera: Camera, status: CameraStatus, detector: Detector, viewers: int, age: float | None) -> View:
    """Return an entry of ``/api/cameras``. Rates are 0 and ages null where there is no live picture."""
    analysis = camera.analysis
    live = status.live
    lines = {line.name: line.title for line in camera.settings.lines}
    zones = {zone.name: zone.title for zone in camera.settings.zones}
    return {
        "id": camera.id,
        **_status(status),
        "source": camera.source,
        "width": camera.stats.width,
        "height": camera.stats.height,
        "capture_fps": round(camera.stats.fps, 2) if live else 0.0,
        "detect_fps": round(analysis.detect_fps, 2) if live else 0.0,
        "latency_ms": round(analysis.latency_ms, 1) if live else None,
        "age_ms": round(age * 1000, 1) if age is not None else None,
        "viewers": viewers,
        "lines": [
            {"name": line.name, "title": lines.get(line.name) or line.name, "in": line.count_in, "out": line.count_out}
            for line in analysis.lines
        ],
        "zones": [
            {"name": zone.name, "title": zones.get(zone.name) or zone.name, "occupancy": zone.occupancy}
            for zone in analysis.zones
        ],
        "detector": {
            "state": DetectorState.Name(detector.state).removeprefix("DETECTOR_STATE_").lower(),
            "cause": detector.cause,
            "model": detector.model,
            "notice": detector.notice,
        },
    }


def stats_view(camera: Camera, status: CameraStatus, viewers: list[View], newest: Frame | None) -> View:
    """Return an entry of ``/stats``: what the source really delivers, and who is shown it here."""
    stats = camera.stats
    return {
        "id": camera.id,
        **_status(status),
        "source": camera.source,
        "width": stats.width,
        "height": stats.height,
        "fps": round(stats.fps, 2) if status.live else 0.0,
        "nominal_fps": round(stats.nominal_fps, 3),
        "pixel_format": stats.pixel_format,
        "frames": stats.frames,
        "dropped": stats.dropped,
        "skipped": stats.skipped,
        "skipped_by_detector": camera.analysis.skipped,
        "reconnects": stats.reconnects,
        "bytes": stats.bytes,
        "stages_ms": _stages(newest) if newest is not None else None,
        "viewers": viewers,
    }


def _stages(frame: Frame) -> dict[str, float]:
    """Return how long the newest picture took from stage to stage, ms."""
    times = frame.annotation
    detected = times.detected_ns or times.received_ns  # 0: it did not wait for a detector
    stamps = (frame.capture_time_ns, times.received_ns, detected, times.annotated_ns, times.published_ns)
    return {
        stage: round(max(0, after - before) / 1e6, 1)
        for stage, before, after in zip(STAGES, stamps, stamps[1:], strict=False)
    }


def state_view(camera: str, status: CameraStatus | None) -> View:
    """Return the data of a ``state`` event; a camera without status is ``removed``."""
    if status is None:
        return {"camera": camera, "state": "removed", "cause": "", "since": None}
    return {"camera": camera, **_status(status)}


def crossing_view(crossing: Crossing) -> View:
    """Return the data of a ``crossing`` event."""
    return {
        "id": crossing.id,
        "time": iso_time(crossing.time_ns),
        "camera": crossing.camera,
        "line": crossing.line,
        "direction": Direction.Name(crossing.direction).removeprefix("DIRECTION_").lower(),
        "track": crossing.track,
        "label": crossing.label,
        "confidence": round(crossing.confidence, 4),
        "x": round(crossing.x, 4),
        "y": round(crossing.y, 4),
        "corrects": crossing.corrects or None,
        "late": crossing.late,
    }


def iso_time(wall_ns: int) -> str:
    """Return a wall clock time as ISO 8601 in UTC, to the millisecond."""
    seconds, nanoseconds = divmod(wall_ns, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds // 1_000_000:03d}Z"


def _status(status: CameraStatus) -> Mapping[str, str]:
    return {"state": status.state, "cause": status.cause, "since": iso_time(status.since_ns)}
