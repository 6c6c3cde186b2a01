"""What a directory says that somebody should be told: a camera was lost or came back, a zone became crowded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from proto.turnstile_pb2 import CAMERA_STATE_LIVE, Camera, CameraState, Directory
from services.common.event_ids import EVENT_IDS

Event = dict[str, Any]
# A zone around its limit is crowded once; it may be so again when it was not for this long.
CALM_NS: Final = 30_000_000_000


class Watcher:
    """Compares each directory with those before it.

    Args:
        crowded: So many people in a zone are a crowd.
    """

    def __init__(self, crowded: int) -> None:
        self._crowded = crowded
        self._live: dict[str, bool] = {}
        self._crowded_at: dict[tuple[str, str], int] = {}

    def observe(self, directory: Directory) -> Iterator[Event]:
        """Yield the events that ``directory`` brings."""
        for camera in directory.cameras:
            yield from self._camera(camera, directory.published_ns)
            yield from self._zones(camera, directory.published_ns)

    def _camera(self, camera: Camera, now_ns: int) -> Iterator[Event]:
        live = camera.state == CAMERA_STATE_LIVE
        # One that never was live was not lost.
        if self._live.setdefault(camera.id, live) != live:
            self._live[camera.id] = live
            state = CameraState.Name(camera.state).removeprefix("CAMERA_STATE_").lower()
            yield event("camera", now_ns, {"camera": camera.id, "state": state, "cause": camera.cause})

    def _zones(self, camera: Camera, now_ns: int) -> Iterator[Event]:
        for zone in camera.analysis.zones:
            if zone.occupancy < self._crowded:
                continue
            key = (camera.id, zone.name)
            before, self._crowded_at[key] = self._crowded_at.get(key), now_ns
            if before is None or now_ns - before > CALM_NS:
                yield event("crowded", now_ns, {"camera": key[0], "zone": key[1], "occupancy": zone.occupancy})


def event(kind: str, time_ns: int, data: Event, event_id: str | None = None) -> Event:
    """Return what is sent."""
    time = datetime.fromtimestamp(time_ns / 1e9, UTC).isoformat(timespec="milliseconds")
    return {"id": event_id or EVENT_IDS.next(), "event": kind, "time": time, "data": data}
