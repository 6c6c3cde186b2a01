"""Since when the totals of a line are shown: the last daily reset, or a later one by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.common.store.resets import Reset


@dataclass(frozen=True, slots=True)
class DailyReset:
    """Totals begin again at 0 every day when the clocks of ``timezone`` show ``at``.

    On the day on which the clocks skip that time, it is when they do so; on the day on which they show it twice, the
    first.
    """

    at: time
    timezone: ZoneInfo

    def latest(self, now_ns: int) -> int:
        """Return the last such moment that is not after ``now_ns``, ns since the epoch."""
        today = datetime.fromtimestamp(now_ns / 1e9, self.timezone).date()
        moments = (datetime.combine(today + timedelta(days=n), self.at, self.timezone) for n in (1, 0, -1))
        return next(ns for moment in moments if (ns := round(moment.timestamp()) * 1_000_000_000) <= now_ns)


@dataclass(frozen=True, slots=True)
class ResetPoints:
    """Everything that says since when totals are shown.

    Attributes:
        daily_ns: The last daily reset; 0 where there is none.
        by_hand: Those of the store that are in force.
    """

    daily_ns: int = 0
    by_hand: Sequence[Reset] = ()

    def since(self, camera: str, line: str) -> int:
        """Return since when the totals of a line are shown, ns since the epoch; 0: since ever."""
        concerned = (r.at_ns for r in self.by_hand if r.camera in (None, camera) and r.line in (None, line))
        return max(self.daily_ns, *concerned, 0)

    @property
    def moments(self) -> set[int]:
        """Every moment that :meth:`since` may return."""
        return {0, self.daily_ns, *(reset.at_ns for reset in self.by_hand)}
