"""What happened to pictures on their way to viewers. Plain numbers: they are counted per viewer and picture."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from services.common.metrics import STAGE_BUCKETS

BOUNDS: Final = STAGE_BUCKETS


class Tally:
    """Totals of one stream, over all the viewers that it ever had. Written by the event loop alone.

    Attributes:
        sent: Pictures that were handed to the kernel whole.
        skipped_slow: Pictures replaced by a newer one before a slow viewer could take them.
        skipped_cap: Pictures left out because of a viewer's ``?fps=``.
        latency_counts: Live pictures sent, by seconds since capture: one number per bound, and one beyond them.
        latency_sum: Seconds.
    """

    __slots__ = ("bytes", "latency_counts", "latency_sum", "sent", "skipped_cap", "skipped_slow")

    def __init__(self) -> None:
        self.sent = 0
        self.skipped_slow = 0
        self.skipped_cap = 0
        self.bytes = 0
        self.latency_counts = [0] * (len(BOUNDS) + 1)
        self.latency_sum = 0.0

    def observe_latency(self, seconds: float) -> None:
        """Record how old a live picture was when it was handed over."""
        self.latency_counts[bisect_left(BOUNDS, seconds)] += 1
        self.latency_sum += seconds
