"""The cameras of this service: added, changed and removed while it runs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

from services.capture.camera import Camera, CameraView
from services.capture.tally import Tally
from services.capture.worker import Wiring
from services.common.config import CameraConfig

log = logging.getLogger(__name__)

STOP_SECONDS: Final = 1.0


class CameraExistsError(ValueError):
    """There is a camera of that name already."""


class CameraManager:
    """Holds every camera. Safe in any thread.

    Args:
        wiring: What all cameras share.
        changed: Called after every change, from any thread; must not block.
    """

    def __init__(self, wiring: Wiring, changed: Callable[[], None]) -> None:
        self._wiring = wiring
        self._changed = changed
        self._changing = threading.RLock()
        # Replaced as a whole at each change, so that the heartbeat reads it while a camera is being stopped.
        self._cameras: dict[str, Camera] = {}
        self._configured: dict[str, CameraConfig] = {}
        # Sequence numbers go on under one boot id, also for a camera that is removed and comes back.
        self._tallies: dict[str, Tally] = {}

    def apply(self, configured: Mapping[str, CameraConfig]) -> None:
        """Take over the cameras of the configuration file.

        Only what differs from the file before is touched, so that cameras added over HTTP stay.
        """
        with self._changing:
            before, self._configured = self._configured, dict(configured)
            for name in before.keys() - configured.keys():
                if name in self._cameras:
                    self.remove(name)
            for name, config in configured.items():
                if before.get(name) == config:
                    continue
                if name in self._cameras:
                    self._cameras[name].configure(config)
                else:
                    self.add(name, config)

    def add(self, name: str, config: CameraConfig) -> CameraView:
        """Add a camera and start it.

        Raises:
            CameraExistsError: There is one of that name.
        """
        with self._changing:
            if name in self._cameras:
                raise CameraExistsError(f"there is a camera {name} already")
            tally = self._tallies.setdefault(name, Tally())
            camera = Camera(name, config, self._wiring, self._changed, tally)
            self._cameras = self._cameras | {name: camera}
            camera.start()
        self._changed()
        return camera.view()

    def remove(self, name: str) -> None:
        """Remove a camera; its device is closed before this returns, or at most a second later.

        Raises:
            KeyError: There is none of that name.
        """
        with self._changing:
            camera = self._cameras[name]
            self._cameras = {key: other for key, other in self._cameras.items() if key != name}
            camera.stop()
            camera.join(STOP_SECONDS)
            self._wiring.publish_seconds.remove(name)
        log.info("%s: removed", name)
        self._changed()

    def reconnect(self, name: str) -> None:
        """Close a camera's source and open it again at once.

        Raises:
            KeyError: There is none of that name.
        """
        with self._changing:
            self._cameras[name].reconnect()

    def views(self) -> list[CameraView]:
        """Return what is known of each camera, in the order in which they were added."""
        return [camera.view() for camera in self._cameras.values()]

    def watch(self) -> None:
        """Let each camera look whether its pictures still arrive."""
        for camera in self._cameras.values():
            camera.watch()

    def stop(self) -> bool:
        """End all cameras; return whether all ended within the time."""
        cameras = list(self._cameras.values())
        for camera in cameras:
            camera.stop()
        deadline = time.monotonic() + STOP_SECONDS
        ended = [camera.join(max(0.0, deadline - time.monotonic())) for camera in cameras]
        return all(ended)
