"""Crossings as lines of CSV, as fast as may be: a year of a busy door is five million of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

COLUMNS: Final = (
    "id", "time", "camera", "line", "direction", "track", "label", "confidence", "x", "y", "corrects", "late",
)  # fmt: skip
# Looked up, because formatting numbers to a width would take a fifth of a line's time.
_SECONDS: Final = tuple(f":{second:02d}" for second in range(60))
_MILLISECONDS: Final = tuple(f".{millisecond:03d}Z" for millisecond in range(1000))


class LineWriter:
    """Writes rows of the table ``crossings``. They come in order of time, so the last minute's text is used again."""

    def __init__(self) -> None:
        self._minute = -1
        self._text = ""

    def lines(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Return the lines of ``rows``, which are tuples of the table's columns."""
        # Not csv.writer, which takes twice as long: only texts that people chose can need quotes.
        return "".join(
            [
                f"{event_id},{self._time(time_ns)},{quoted(camera)},{quoted(line)},{direction},{track},{quoted(label)},"
                f"{confidence},{x},{y},{corrects or ''},{'true' if late else 'false'}\r\n"
                for event_id, time_ns, camera, line, direction, label, track, confidence, x, y, corrects, late in rows
            ]
        ).encode()

    def _time(self, time_ns: int) -> str:
        minute, rest = divmod(time_ns // 1_000_000, 60_000)
        if minute != self._minute:
            self._minute = minute
            self._text = datetime.fromtimestamp(minute * 60, UTC).isoformat()[:16]  # strftime takes twice as long
        return self._text + _SECONDS[rest // 1000] + _MILLISECONDS[rest % 1000]


@lru_cache(maxsize=1000)
def quoted(text: str) -> str:
    """Return ``text`` as a field: in quotes if it holds what would end one (RFC 4180)."""
    if any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
