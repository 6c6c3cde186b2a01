"""One picture of a source that may become a camera."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from services.capture.jpeg import encode_jpeg
from services.capture.sources import make_source
from services.capture.sources.base import Picture, Source, SourceError
from services.capture.sources.intake import Intake
from services.capture.tally import Tally
from services.common.config import CameraConfig

log = logging.getLogger(__name__)

LIMIT_SECONDS: Final = 8.0
PATIENCE_SECONDS: Final = 0.5  # for a source that was interrupted to end by itself


@dataclass
class _Attempt:
    config: CameraConfig
    done: threading.Event = field(default_factory=threading.Event)
    source: Source | None = None
    jpeg: bytes | None = None
    cause: str = ""

    def run(self) -> None:
        try:
            self.source = make_source(self.config, Intake(Tally()))
            try:
                self.source.open()
                for picture in self.source.pictures():
                    self.jpeg = _jpeg(picture)
                    break
            finally:
                self.source.close()
        except SourceError as error:
            self.cause = str(error)
        finally:
            self.done.set()


class Prober:
    """Opens sources for a moment, one at a time."""

    def __init__(self, limit: float = LIMIT_SECONDS) -> None:
        self._limit = limit
        self._busy = threading.Lock()

    def picture(self, config: CameraConfig) -> bytes:
        """Return the first picture of a source, as JPEG.

        Raises:
            SourceError: There is none within the limit; the message says why.
        """
        if not self._busy.acquire(blocking=False):
            raise SourceError("another source is being tried just now; try again in a moment")
        try:
            return self._picture(config)
        finally:
            self._busy.release()

    def _picture(self, config: CameraConfig) -> bytes:
        attempt = _Attempt(config)
        # A library that hangs in open() must not take the request with it.
        thread = threading.Thread(target=attempt.run, name="camera-probe", daemon=True)
        thread.start()
        if not attempt.done.wait(self._limit) and attempt.source is not None:
            attempt.source.interrupt()
            attempt.done.wait(PATIENCE_SECONDS)
        if attempt.jpeg is not None:
            return attempt.jpeg
        raise SourceError(attempt.cause or f"no picture came within {self._limit:.0f} s")


def _jpeg(picture: Picture) -> bytes:
    payload = picture.payload
    return encode_jpeg(payload) if isinstance(payload, np.ndarray) else bytes(payload)
