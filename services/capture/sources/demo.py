"""The built-in scene as a source: frame n of a scene, n/fps seconds after it was opened."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from typing import Final

from services.capture.demo.scene import Scene
from services.capture.sources.base import Picture, SourceError, SourceInfo
from services.capture.sources.intake import Intake
from services.capture.sources.pacing import Pacer
from services.capture.sources.playback import Playback
from services.common.demo_url import DemoSettings

PREPARED_SECONDS: Final = 3.0


class DemoSource:
    """Draws a scene at its own speed; frames that are late are skipped, and time goes on.

    Args:
        settings: Which scene.
        intake: Where frames are reported.
    """

    def __init__(self, settings: DemoSettings, intake: Intake) -> None:
        self._settings = settings
        self._intake = intake
        self._pacer = Pacer(intake)
        self._scene: Scene | None = None

    def open(self) -> SourceInfo:
        """Draw what does not move, and the first figures."""
        self._scene = Scene(self._settings)
        self._scene.prepare(PREPARED_SECONDS)
        return SourceInfo("demo", self._settings.fps)

    def pictures(self) -> Iterator[Picture]:
        """Yield each frame when it is due."""
        if self._scene is None:
            raise SourceError("the demo scene is not open")
        interval = 1 / self._settings.fps
        playback = Playback(interval)
        for number in count():
            due = playback.due(number * interval)
            if self._pacer.too_late(due, interval):
                self._intake.skip("late")
            elif self._intake.wants(due):
                pixels = self._scene.picture(number)
                if not self._pacer.wait_until(due):
                    return
                yield Picture(pixels, self._settings.width, self._settings.height, time.time_ns())
            elif not self._pacer.wait_until(due):
                return
            if self._pacer.interrupted:
                return

    def interrupt(self) -> None:
        """End a wait for the next frame."""
        self._pacer.interrupt()

    def close(self) -> None:
        """Forget the scene."""
        self._scene = None
