"""Rows on their way to the store: on disk, in order, bounded, and only ever appended to.

A row is written by one ``write(2)`` before anybody hears of it, so it outlives a kill at any moment; a line that was
cut off was never announced. What was taken over is known to the store itself, which notes the position in the
transaction that takes the rows over. Segments that were taken over whole are deleted, but for the last two: they say
what was announced last.
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import threading
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from services.common.errors import UsageError
from services.common.store.records import Row, SampleRow, SpoolPosition
from services.inference.recorder.entries import encode_row
from services.inference.recorder.segment import Segment, SegmentWriter

log = logging.getLogger(__name__)

SEGMENT_BYTES: Final = 1 << 20
KEEP_SEGMENTS: Final = 2
# When it is nearly full, what is left is for rows that are counts.
SAMPLES_SHARE: Final = 0.9


class SpoolFullError(Exception):
    """There is no room for a row; the message says why."""


class Spool:
    """A folder of segments. :meth:`append` may be called by any thread; reading and releasing is one thread's.

    Args:
        folder: Is made if it is not there.
        limit: Bytes that the segments may take together.
        header: Returns what a new segment is to begin with.

    Attributes:
        id: Of this folder.
        found: The segments that an earlier process left, oldest first.

    Raises:
        UsageError: The folder cannot be written, or another process has it.
    """

    def __init__(self, folder: Path, limit: int, header: Callable[[], dict[str, Any]]) -> None:
        self._folder = folder
        self._limit = limit
        self._header = header
        self._lock = threading.Lock()
        self._writer: SegmentWriter | None = None
        self._unsynced: list[int] = []  # descriptors of segments that were ended since the last sync
        self._written = False
        self._lock_fd = _occupy(folder)
        self.id = _identify(folder)
        self.found = Segment.in_folder(folder)
        self._next = self.found[-1].number + 1 if self.found else 1
        self._bytes = sum(segment.path.stat().st_size for segment in self.found)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self._bytes

    def append(self, rows: Sequence[Row]) -> None:
        """Write rows, all of them or none.

        Raises:
            SpoolFullError: There is no room for them.
        """
        lines = b"".join(map(encode_row, rows))
        samples = all(isinstance(row, SampleRow) for row in rows)
        with self._lock:
            room = self._limit * (SAMPLES_SHARE if samples else 1.0) - self._bytes
            if len(lines) > room:
                raise SpoolFullError(f"the spool has reached its limit of {self._limit >> 20} MB")
            try:
                self._writer_with_room().append(lines)
            except OSError as error:
                raise SpoolFullError(f"the spool cannot be written: {error.strerror or error}") from error
            self._bytes += len(lines)
            self._written = True

    def read(self, after: SpoolPosition, limit: int) -> tuple[list[Row], int, SpoolPosition]:
        """Return the next rows behind ``after``, how many lines among them cannot be read, and where they end.

        Args:
            after: Where the rows before them ended.
            limit: So many lines at most.
        """
        rows: list[Row] = []
        torn = 0
        for segment in Segment.in_folder(self._folder):
            if segment.number < after.segment:
                continue
            offset = after.offset if segment.number == after.segment else 0
            for row, end in islice(segment.rows(offset), limit - len(rows) - torn):
                after = SpoolPosition(self.id, segment.number, end)
                if row is None:
                    torn += 1
                else:
                    rows.append(row)
            if len(rows) + torn >= limit:
                break
        return rows, torn, after

    def count_found(self, after: SpoolPosition) -> int:
        """Return how many lines behind ``after`` an earlier process left."""
        segments = (segment for segment in self.found if segment.number >= after.segment and segment.path.exists())
        return sum(segment.count(after.offset if segment.number == after.segment else 0) for segment in segments)

    def release(self, position: SpoolPosition) -> None:
        """Delete what lies before ``position``, but for the last segments."""
        for segment in Segment.in_folder(self._folder)[:-KEEP_SEGMENTS]:
            if segment.number < position.segment:
                size = segment.path.stat().st_size
                segment.path.unlink()
                with self._lock:
                    self._bytes -= size

    def sync(self) -> None:
        """Wait until all rows would outlive a power cut."""
        with self._lock:
            files, self._unsynced = self._unsynced, []
            if self._writer is not None and self._written:
                files.append(self._writer.duplicate())
            self._written = False
        for file in [*files, os.open(self._folder, os.O_RDONLY)] if files else ():  # the folder: for new files' names
            os.fsync(file)
            os.close(file)

    def close(self) -> None:
        """Append no more, and leave the folder to others."""
        self.sync()
        with self._lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
        os.close(self._lock_fd)

    def _writer_with_room(self) -> SegmentWriter:
        if self._writer is not None and self._writer.size < SEGMENT_BYTES:
            return self._writer
        writer = SegmentWriter(Segment.named(self._folder, self._next), self._header())
        if self._writer is not None:
            self._unsynced.append(self._writer.duplicate())
            self._writer.close()
        self._writer = writer
        self._bytes += writer.size
        self._next += 1
        return writer


def _occupy(folder: Path) -> int:
    """Take the folder for this process, for as long as it lives; return what holds it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise UsageError(f"the data folder {folder} cannot be written: {error.strerror or error}") from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        raise UsageError(
            f"another Turnstile counts into {folder}; give this one a folder of its own: TURNSTILE_DATA_DIR=…"
        ) from error
    return fd


def _identify(folder: Path) -> str:
    path = folder / "id"
    try:
        known = path.read_text()
    except FileNotFoundError:
        known = ""
    if not known:
        known = secrets.token_hex(16)
        path.write_text(known)
    return known
