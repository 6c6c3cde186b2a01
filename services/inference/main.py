"""The inference service: from capture's frames to counts and annotated pictures."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import time as clock_time
from typing import Final
from zoneinfo import ZoneInfo

import cv2
import zmq

from proto.codec import encode_directory
from proto.sockets import Bus, BusError, publisher
from proto.turnstile_pb2 import CAMERA_STATE_OFFLINE, OVERLAY_LIVE, Camera, Directory
from services.common.clock import BOOT_ID
from services.common.config import Config, WebhookConfig, load_config, single_camera
from services.common.demo_url import is_demo
from services.common.errors import UsageError
from services.common.http import HttpThread, make_app
from services.common.lifecycle import Stop, run_service
from services.common.metrics import new_registry
from services.common.settings import Settings, make_ipc_folder
from services.common.store.engine import store_url
from services.inference.analyst import Analyst
from services.inference.camera import CameraPipeline
from services.inference.collector import DirectoryCollector
from services.inference.detector.protocol import Job
from services.inference.detector.threads import cpu_quota
from services.inference.directory import DirectoryFollower
from services.inference.metrics import Metrics
from services.inference.recorder.recording import Place, Recording
from services.inference.recorder.reset_points import DailyReset
from services.inference.webhooks.webhooks import Webhooks

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
    service = InferenceService(settings, _job(config), metrics, _daily_reset(config), config.webhooks)
    app = make_app("inference", metrics.registry, service.waiting_for, service.trouble)
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
        drawn=bool(config.cameras) and all(is_demo(camera.source) for camera in config.cameras.values()),
        imgsz=config.imgsz,
        threads=cpu_quota(),
        classes=config.classes,
        confidence=config.confidence,
        nice=bool(live) and all(live),
    )


def _daily_reset(config: Config) -> DailyReset | None:
    if config.reset is None:
        return None
    return DailyReset(clock_time.fromisoformat(config.reset.at), ZoneInfo(config.reset.timezone))


def _place(settings: Settings) -> Place:
    folder = settings.counts_folder
    url = store_url(settings.database_url, folder)
    return Place(url, folder, settings.spool_mb << 20, settings.retention_days)


class InferenceService:
    """The cameras that capture announces, each with its pipeline, and the directory that tells of them."""

    def __init__(
        self,
        settings: Settings,
        job: Job,
        metrics: Metrics,
        daily: DailyReset | None,
        webhooks: Mapping[str, WebhookConfig],
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._changed = threading.Event()
        self._lock = threading.Lock()
        self._cameras: dict[str, CameraPipeline] = {}
        self._job = job
        place = _place(settings)
        self._recording = Recording(place, daily, metrics.registry, self.wake)
        self._webhooks = Webhooks(webhooks, place.url, metrics.registry)
        self._analyst = Analyst(job, metrics, self.wake)
        metrics.registry.register(DirectoryCollector(self._directory))
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

    def trouble(self) -> str:
        """Return what keeps counts from being stored, empty if nothing."""
        return self._recording.status().cause

    def run(self, stop: Stop) -> None:
        """Serve until ``stop`` is set.

        Raises:
            UsageError: The model or an address cannot be used.
        """
        socket = publisher(self._context)
        try:
            _bind(self._settings.inference, socket)
            self._recording.start()
            self._webhooks.start()
            self._analyst.start()
            self._follower.start()
            while not stop:
                self._changed.wait(HEARTBEAT_SECONDS)
                self._changed.clear()
                self._analyst.raise_if_refused()
                directory = self._directory()
                socket.send(encode_directory(directory), copy=False)
                self._webhooks.observe(directory)
        finally:
            self._follower.stop()
            for camera in self._cameras.values():
                camera.stop()
            self._analyst.stop()
            self._webhooks.stop()
            self._recording.stop()
            socket.close(linger=0)
            self._context.term()

    def _directory(self) -> Directory:
        # All crossings up to one moment: a reader that knows one of them shall know all before it.
        crossings = self._recording.announcement()
        with self._lock:
            cameras = [camera.description(crossings.get(name, ())) for name, camera in self._cameras.items()]
        return Directory(
            boot_id=BOOT_ID,
            published_ns=time.time_ns(),
            cameras=cameras,
            detector=self._analyst.status(),
            store=self._recording.status(),
        )

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
        if announced:
            drawn = all(is_demo(camera.source) for camera in announced.values())
            self._analyst.use(replace(self._job, drawn=drawn))
        if changed:
            self.wake()

    def _add(self, camera: Camera) -> None:
        pipeline = CameraPipeline(
            camera,
            self._settings.capture,
            self._settings.inference,
            self._context,
            self._analyst,
            self._recording,
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
