"""What inference says of its cameras, and what that is worth once it falls silent."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Set
from typing import Final

import zmq
from prometheus_client import Counter

from proto.codec import WireError, decode_directory
from proto.sockets import Bus
from proto.turnstile_pb2 import Camera, Detector, Store
from proto.turnstile_pb2 import Directory as DirectoryMessage
from services.streamer.status import CameraStatus
from services.streamer.subscription import Subscription

log = logging.getLogger(__name__)

SILENCE_SECONDS: Final = 1.5
# A camera that inference stops naming is shown as offline for a while: inference may just have been restarted.
FORGET_SECONDS: Final = 10.0
Listener = Callable[[Set[str]], None]


class Directory:
    """The newest directory message of inference, and its age. Needs a running event loop.

    Attributes:
        cameras: By id, in the order that inference names them.
        detector: Of the newest message.
        store: Of the newest message.
        heard: Whether inference was ever heard.
        listeners: Called with the ids of cameras whose status or endpoints changed: after every message, and when
            inference falls silent.
    """

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], bus: Bus, wire_errors: Counter) -> None:
        self.cameras: dict[str, Camera] = {}
        self.detector = Detector()
        self.store = Store()
        self.heard = False
        self.listeners: list[Listener] = []
        self._wire_errors = wire_errors
        self._answering = False
        self._missing: dict[str, tuple[float, int]] = {}  # since when: monotonic seconds, and wall clock ns
        self._silent: dict[str, dict[str, int]] = {}  # by camera and stream: since when, wall clock ns
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._loop.time()
        self._heard_ns = time.time_ns()
        self._subscription = Subscription(context, bus.directory, self.receive)
        self._timer = self._loop.call_later(SILENCE_SECONDS, self._check_silence)

    def close(self) -> None:
        """Listen no more."""
        self._subscription.close()
        self._timer.cancel()

    @property
    def waiting_for(self) -> str | None:
        """What must come before anything can be served, or None."""
        if self._answering:
            return None
        return "inference does not answer" if self.heard else "waiting for inference"

    def status(self, camera: str) -> CameraStatus:
        """Return what is to be said of ``camera``, known or not."""
        status = self.announced(camera)
        silent = self._silent.get(camera)
        if status.live and silent:
            return CameraStatus("stalled", "Inference sends no pictures of this camera.", min(silent.values()))
        return status

    def announced(self, camera: str) -> CameraStatus:
        """Return what inference says of ``camera``, whether its pictures come or not."""
        if not self.heard:
            return CameraStatus("waiting", "Waiting for inference.", self._heard_ns)
        if not self._answering:
            return CameraStatus("offline", "Inference does not answer.", self._heard_ns)
        if camera not in self.cameras:
            return CameraStatus("offline", "There is no such camera.", self._heard_ns)
        if camera in self._missing:
            return CameraStatus("offline", "The camera was removed.", self._missing[camera][1])
        return CameraStatus.of(self.cameras[camera])

    def report_silence(self, camera: str, stream: str, since_ns: int | None) -> None:
        """Note that no picture of a stream comes though one should, since when, or that they come again (None)."""
        silent = self._silent.get(camera, {})
        if silent.get(stream) == since_ns:
            return
        before = self.status(camera)
        if since_ns is None:
            del silent[stream]
        else:
            self._silent.setdefault(camera, silent)[stream] = since_ns
        if self.status(camera) != before:
            self._tell({camera})

    def receive(self, message: memoryview) -> None:
        """Take a message in; one that cannot be read is counted and dropped."""
        try:
            directory = decode_directory(message)
        except WireError as error:
            self._wire_errors.labels(error.fault).inc()
            return
        before = self._snapshot()
        if not self._answering:
            log.info("inference answers, cameras: %s", ", ".join(c.id for c in directory.cameras) or "none")
        self.heard = self._answering = True
        self._heard_at = self._loop.time()
        self._heard_ns = time.time_ns()
        self._take(directory)
        self._tell(_changes(before, self._snapshot()))

    def _take(self, directory: DirectoryMessage) -> None:
        named = {camera.id: camera for camera in directory.cameras if camera.id}
        for camera_id, camera in self.cameras.items():
            if camera_id in named:
                self._missing.pop(camera_id, None)
                continue
            missing_at, _ = self._missing.setdefault(camera_id, (self._heard_at, self._heard_ns))
            if self._heard_at - missing_at < FORGET_SECONDS:
                named[camera_id] = camera
            else:
                del self._missing[camera_id]
                self._silent.pop(camera_id, None)
        self.cameras = named
        self.detector = directory.detector
        self.store = directory.store

    def _check_silence(self) -> None:
        left = self._heard_at + SILENCE_SECONDS - self._loop.time()
        self._timer = self._loop.call_later(left if left > 0 else SILENCE_SECONDS, self._check_silence)
        if left > 0:
            return
        self._subscription.renew()
        if self._answering:
            log.warning("inference does not answer any more")
            self._answering = False
            self._tell(set(self.cameras))

    def _snapshot(self) -> dict[str, tuple[CameraStatus, str, str]]:
        return {
            camera_id: (self.status(camera_id), camera.endpoint, camera.analysis.raw_endpoint)
            for camera_id, camera in self.cameras.items()
        }

    def _tell(self, changed: Set[str]) -> None:
        for listener in self.listeners:
            listener(changed)


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    return {camera for camera in before.keys() | after.keys() if before.get(camera) != after.get(camera)}
