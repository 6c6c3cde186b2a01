"""Holds a source that could run ahead to its own speed."""

from __future__ import annotations

import threading
import time
from typing import Final

from services.capture.sources.intake import Intake

# When decoding or drawing cannot keep up, one frame is shown this often all the same.
LATE_FRAME_EVERY_SECONDS: Final = 0.2


class Pacer:
    """Waits until frames are due, and tells which ones come too late to be worth the work.

    Args:
        intake: Told of waits, so that they are no stall.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._interrupted = threading.Event()
        self._shown_at = 0.0

    @property
    def interrupted(self) -> bool:
        """Whether the source is to end."""
        return self._interrupted.is_set()

    def interrupt(self) -> None:
        """End a wait, from another thread, and every later one."""
        self._interrupted.set()

    def too_late(self, due: float, interval: float) -> bool:
        """Return whether the frame that was ``due`` (monotonic seconds) is to be skipped for the next one."""
        now = time.monotonic()
        late = now - due > interval and now - self._shown_at < LATE_FRAME_EVERY_SECONDS
        if not late:
            self._shown_at = max(now, due)
        return late

    def wait_until(self, due: float) -> bool:
        """Wait until ``due`` (monotonic seconds); return whether the source is to go on."""
        wait = due - time.monotonic()
        if wait > 0:
            self._intake.expect_silence(wait)
            self._interrupted.wait(wait)
        return not self.interrupted
