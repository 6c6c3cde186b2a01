"""The totals that are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from services.common.store.records import CrossingRow
from services.common.store.totals import LineKey, Totals
from services.inference.recorder.reset_points import DailyReset, ResetPoints


class ShownTotals:
    """In and out of every line since its last reset. Its owner sees to it that one thread uses it at a time.

    Attributes:
        points: Since when.
        known: Whether they stand for everything that was ever recorded, and not only for what this process knows.
    """

    def __init__(self, daily: DailyReset | None, now_ns: int) -> None:
        self._daily = daily
        self._counts: dict[LineKey, list[int]] = {}
        self.known = False
        self.points = ResetPoints(daily.latest(now_ns) if daily else 0)

    def get(self, camera: str, line: str) -> tuple[int, int]:
        """Return in and out."""
        count_in, count_out = self._counts.get((camera, line), (0, 0))
        return max(0, count_in), max(0, count_out)

    def add(self, row: CrossingRow) -> None:
        """Count a row, if it happened since the line's last reset."""
        self.advance(row.time_ns)
        if row.time_ns >= self.points.since(row.camera, row.line):
            counts = self._counts.setdefault((row.camera, row.line), [0, 0])
            counts[row.direction == "out"] += row.weight

    def advance(self, now_ns: int) -> None:
        """Begin anew if a daily reset has come by ``now_ns``."""
        daily_ns = self._daily.latest(now_ns) if self._daily else 0
        if daily_ns > self.points.daily_ns:
            self.points = ResetPoints(daily_ns, self.points.by_hand)
            self._counts.clear()

    def replace(self, totals: Totals, points: ResetPoints, later: Iterable[CrossingRow]) -> None:
        """Take what the store knows, and add what it did not know yet."""
        self._counts = {key: list(counts) for key, counts in totals.items()}
        self.points = points
        self.known = True
        for row in later:
            self.add(row)

    def save(self) -> Any:
        """Return all of it as plain data, None if it is not :attr:`known`."""
        if not self.known:
            return None
        lines = [[camera, line, *counts] for (camera, line), counts in self._counts.items()]
        return {"daily_ns": self.points.daily_ns, "lines": lines}

    def load(self, saved: Any) -> None:
        """Take over what :meth:`save` returned; nothing, if a daily reset has come since."""
        if saved is None:
            return
        self.known = True
        if saved["daily_ns"] >= self.points.daily_ns:
            self._counts = {(camera, line): [i, o] for camera, line, i, o in saved["lines"]}


def totals_since(points: ResetPoints, query: Callable[[int], Totals]) -> Totals:
    """Return every line's totals since its own last reset.

    Args:
        points: Says since when.
        query: Returns every line's totals since a moment, ns.
    """
    by_moment: Mapping[int, Totals] = {moment: query(moment) for moment in points.moments}
    return {
        key: counts
        for moment, totals in by_moment.items()
        for key, counts in totals.items()
        if points.since(*key) == moment
    }
