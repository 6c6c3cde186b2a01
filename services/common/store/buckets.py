"""Spans of time that begin where the clocks of a time zone say so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

Unit = Literal["m", "h", "d", "w", "mo"]
ALLOWED: Final = (
    "1m", "2m", "3m", "5m", "10m", "15m", "20m", "30m", "1h", "2h", "3h", "4h", "6h", "8h", "12h", "1d", "1w", "1mo",
)  # fmt: skip
MAX_BUCKETS: Final = 10_000
SECOND_NS: Final = 1_000_000_000
HOUR_NS: Final = 3600 * SECOND_NS
_ROUGHLY: Final[dict[Unit, int]] = {
    "m": 60 * SECOND_NS,
    "h": HOUR_NS,
    "d": 23 * HOUR_NS,
    "w": 167 * HOUR_NS,
    "mo": 671 * HOUR_NS,
}


class BucketError(ValueError):
    """Such buckets there are not; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A length of time: ``count`` units."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Bucket:
        """Read ``5m``, ``1h``, ``1d``, ``1w``, ``1mo``.

        Raises:
            BucketError: It is none of :data:`ALLOWED`.
        """
        match = re.fullmatch(r"(\d{1,2})(mo|[mhdw])", text)
        if match is None or text not in ALLOWED:
            raise BucketError(f"bucket {text!r} is not one of {', '.join(ALLOWED)}")
        unit: Unit = match[2]  # type: ignore[assignment]
        return cls(int(match[1]), unit)

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"


def edges(begin_ns: int, end_ns: int, bucket: Bucket | None, zone: ZoneInfo) -> list[int]:
    """Return where buckets begin between ``begin_ns`` and ``end_ns``, both included: n + 1 edges of n buckets.

    The first and the last may be cut short. Minutes and single hours are counted from the day's beginning; several
    hours begin where the clocks show a multiple of them, so one is shorter or longer on the day on which they change.

    Raises:
        BucketError: They are too many.
    """
    if bucket is None:
        return [begin_ns, end_ns]
    if (end_ns - begin_ns) // (bucket.count * _ROUGHLY[bucket.unit]) >= MAX_BUCKETS:
        raise BucketError(f"that is more than {MAX_BUCKETS} buckets of {bucket}; ask for longer ones or for less time")
    inner = (edge for edge in _aligned(begin_ns, bucket, zone) if edge > begin_ns)
    result = [begin_ns]
    for edge in inner:
        if edge >= end_ns:
            break
        if edge > result[-1]:
            result.append(edge)
    return [*result, end_ns]


def _aligned(begin_ns: int, bucket: Bucket, zone: ZoneInfo) -> Iterator[int]:
    """Yield edges without end, from one at or before ``begin_ns`` on."""
    day = datetime.fromtimestamp(begin_ns / SECOND_NS, zone).date()
    if bucket.unit in {"m", "h"}:
        return _within_days(day, bucket, zone)
    if bucket.unit == "mo":
        return _days(day.replace(day=1), _next_month, zone)
    if bucket.unit == "w":
        return _days(day - timedelta(days=day.weekday()), lambda d: d + timedelta(days=7), zone)
    return _days(day, _next_day, zone)


def _days(day: date, following: Callable[[date], date], zone: ZoneInfo) -> Iterator[int]:
    while True:
        yield _ns(day, time(), zone)
        day = following(day)


def _within_days(day: date, bucket: Bucket, zone: ZoneInfo) -> Iterator[int]:
    while True:
        tomorrow = _next_day(day)
        if bucket.unit == "h" and bucket.count > 1:
            yield from (_ns(day, time(hour), zone) for hour in range(0, 24, bucket.count))
        else:
            step = bucket.count * _ROUGHLY[bucket.unit]
            yield from range(_ns(day, time(), zone), _ns(tomorrow, time(), zone), step)
        day = tomorrow


def _next_day(day: date) -> date:
    return day + timedelta(days=1)


def _next_month(day: date) -> date:
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)


def _ns(day: date, clock: time, zone: ZoneInfo) -> int:
    # A time that the clocks skip becomes the moment at which they skip; of one that they show twice, the first.
    return round(datetime.combine(day, clock, zone).timestamp()) * SECOND_NS


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring buckets of one length.

    Attributes:
        first: Index of the first of them.
        begin_ns: Where it begins.
        step_ns: Their length.
        count: How many.
    """

    first: int
    begin_ns: int
    step_ns: int
    count: int

    @property
    def end_ns(self) -> int:
        """Where the last of them ends."""
        return self.begin_ns + self.step_ns * self.count


def runs(marks: Sequence[int], first: int = 0) -> Iterator[Run]:
    """Yield the buckets between ``marks``, those of one length together, the first with index ``first``."""
    index = 0
    while index + 1 < len(marks):
        step = marks[index + 1] - marks[index]
        count = 1
        while index + count + 1 < len(marks) and marks[index + count + 1] - marks[index + count] == step:
            count += 1
        if step:
            yield Run(first + index, marks[index], step, count)
        index += count
