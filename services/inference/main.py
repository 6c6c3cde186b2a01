"""The inference service: from capture's frames to counts and annotated pictures."""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import Final

import cv2
import zmq

from proto.codec import encode_directory
from proto.sockets import Bus, BusError, publisher
from proto.turnstile_pb2 import CAMERA_STATE_OFFLINE, OVERLAY_LIVE, Camera, CameraState, Directory
from services.common.clock import BOOT_ID
from services.common.config import Config, load_config, single_camera
from services.common.errors import UsageError
from services.common.http import HttpThread, make_app
from services.common.lifecycle import Stop, run_service
from services.common.metrics import new_registry
from services.common.settings import Settings, make_ipc_folder
from services.inference.analyst import Analyst
from services.inference.camera import CameraPipeline
from services.inference.detector.protocol import Job
from services.inference.detector.threads import cpu_quota
from services.inference.directory import DirectoryFollower
from services.inference.metrics import Metrics

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS: Final = 0.25
CAPTURE_GONE: Final = "capture does not answer"


def main() -> int:
    """Run the service; return its exit status."""
    return run_service("inference", serve)


def serve(settings: Settings, stop: Stop) -> None:
    """Run until ``stop`` is set.

    Raises:
        UsageError: The configuration, the model or an address cannot be used.
    """
    cv2.setNumThreads(1)  # its pool would fight the detector's for the same processors
    config = _configuration(settings)
    make_ipc_folder(settings.inference)
    metrics = Metrics(new_registry("inference"))
    service = InferenceService(settings, _job(config), metrics)
    app = make_app("inference", metrics.registry, service.waiting_for)
    http = HttpThread(app, settings.host, settings.inference_port)
    stop.on_set(service.wake)
    http.start()
    try:
        service.run(stop)
    finally:
        http.stop()


def _configuration(settings: Settings) -> Config:
    if settings.config is not None:
        return load_config(settings.config, model=settings.model, env=os.environ)
    return single_camera(settings.source, model=settings.model, env=os.environ)  # cameras are capture's affair


def _job(config: Config) -> Job:
    # Cameras may come later; what is configured now says whether pictures or boxes come first on this machine.
    live = [camera.overlay == "live" for camera in config.cameras.values()]
    return Job(
        model=config.model,
        imgsz=config.imgsz,
        threads=cpu_quota(),
        classes=config.classes,
        confidence=config.confidence,
        nice=bool(live) and all(live),
    )


class InferenceService:
    """The cameras that capture announces, each with its pipeline, and the directory that tells of them."""

    def __init__(self, settings: Settings, job: Job, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._changed = threading.Event()
        self._lock = threading.Lock()
        self._cameras: dict[str, CameraPipeline] = {}
        self._analyst = Analyst(job, metrics, self.wake)
        self._follower = DirectoryFollower(
            self._context, settings.capture, metrics, self._reconcile, self._lose_capture
        )

    def wake(self) -> None:
        """Have the directory published now."""
        self._changed.set()

    def waiting_for(self) -> str | None:
        """Return what counting still waits for, or None."""
        if not self._follower.alive:
            return "capture does not answer"
        return self._analyst.notice or None

    def run(self, stop: Stop) -> None:
        """Serve until ``stop`` is set.

        Raises:
            UsageError: The model or an address cannot be used.
        """
        socket = publisher(self._context)
        try:
            _bind(self._settings.inference, socket)
            self._analyst.start()
            self._follower.start()
            while not stop:
                self._changed.wait(HEARTBEAT_SECONDS)
                self._changed.clear()
                self._analyst.raise_if_refused()
                socket.send(encode_directory(self._directory()), copy=False)
        finally:
            self._follower.stop()
            for camera in self._cameras.values():
                camera.stop()
            self._analyst.stop()
            socket.close(linger=0)
            self._context.term()

    def _directory(self) -> Directory:
        with self._lock:
            cameras = [camera.description() for camera in self._cameras.values()]
        for camera in cameras:
            for name, value in CameraState.items():
                label = name.removeprefix("CAMERA_STATE_").lower()
                if value:
                    self._metrics.state.labels(camera.id, label).set(value == camera.state)
        return Directory(boot_id=BOOT_ID, published_ns=time.time_ns(), cameras=cameras, detector=self._analyst.status())

    def _reconcile(self, directory: Directory) -> None:
        announced = {camera.id: camera for camera in directory.cameras if camera.endpoint}
        changed = False
        for name, camera in announced.items():
            known = self._cameras.get(name)
            if known is None:
                self._add(camera)
                changed = True
            else:
                changed |= known.announce(camera)
        for name in self._cameras.keys() - announced.keys():
            with self._lock:
                gone = self._cameras.pop(name)
            gone.stop()
            log.info("camera %s: removed", name)
            changed = True
        if changed:
            self.wake()

    def _add(self, camera: Camera) -> None:
        pipeline = CameraPipeline(
            camera,
            self._settings.capture,
            self._settings.inference,
            self._context,
            self._analyst,
            self._metrics,
            self.wake,
        )
        with self._lock:
            self._cameras[camera.id] = pipeline
        pipeline.start()
        overlay = "live" if camera.settings.overlay == OVERLAY_LIVE else "exact"
        lines = ", ".join(line.name for line in camera.settings.lines) or "no line"
        log.info("camera %s: counting at %s, overlay %s", camera.id, lines, overlay)

    def _lose_capture(self) -> None:
        with self._lock:
            cameras = list(self._cameras.values())
        for camera in cameras:
            camera.lose(CAMERA_STATE_OFFLINE, CAPTURE_GONE)
        self.wake()


def _bind(bus: Bus, socket: zmq.Socket[bytes]) -> None:
    try:
        bus.bind_directory(socket)
    except BusError as error:
        raise UsageError(str(error)) from error
