"""How a source tells its camera what arrives, and learns which frames are worth the work."""

from __future__ import annotations

import time

from services.capture.fps_cap import FpsCap
from services.capture.tally import SkipCause, Tally


class Intake:
    """Takes the frames of one source in: counts each, thins them to the wanted rate.

    Sources ask :meth:`wants` before they copy or convert a frame, so that one nobody wants costs nothing.

    Args:
        tally: Where frames are counted.
        fps: The most frames per second that are wanted; None for all.

    Attributes:
        quiet_until: Monotonic seconds; until then no frame is due, so silence is no stall.
    """

    def __init__(self, tally: Tally, fps: float | None = None) -> None:
        self._tally = tally
        self._cap = FpsCap(fps)
        self.quiet_until = 0.0

    def wants(self, seconds: float, size: int = 0) -> bool:
        """Count a frame that came at ``seconds``, on the source's own steady clock; say whether it is to be used."""
        self._tally.arrived(size)
        if self._cap.admits(seconds):
            return True
        self._tally.skip("fps_cap")
        return False

    def skip(self, cause: SkipCause, size: int = 0) -> None:
        """Count a frame that arrived and is of no use."""
        self._tally.arrived(size)
        self._tally.skip(cause)

    def spoilt(self) -> None:
        """Count a frame that was wanted as corrupt after all."""
        self._tally.skip("corrupt")

    def received(self, size: int) -> None:
        """Count bytes that came without a frame of their own, such as a packet before its decoding."""
        self._tally.receive(size)

    def lost(self, frames: int) -> None:
        """Count frames that the driver or the network lost before they arrived."""
        self._tally.drop(frames)

    def expect_silence(self, seconds: float) -> None:
        """Say that the next frame is due in so many seconds only."""
        self.quiet_until = time.monotonic() + seconds
