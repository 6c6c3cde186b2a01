"""One file of the spool."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from services.common.store.records import Row
from services.inference.recorder.entries import TornEntryError, decode, decode_row, encode

SUFFIX: Final = ".spool"


@dataclass(frozen=True, slots=True)
class Segment:
    """A file of lines: first a header, then rows. Segments are numbered as they were begun."""

    number: int
    path: Path

    @classmethod
    def in_folder(cls, folder: Path) -> list[Self]:
        """Return the segments in ``folder``, oldest first."""
        found = (cls(int(path.stem), path) for path in folder.glob(f"*{SUFFIX}") if path.stem.isdecimal())
        return sorted(found, key=lambda segment: segment.number)

    @classmethod
    def named(cls, folder: Path, number: int) -> Self:
        """Return the segment with a number, whether it is there or not."""
        return cls(number, folder / f"{number:012d}{SUFFIX}")

    def header(self) -> dict[str, Any] | None:
        """Return the header, None if it was never written whole."""
        with self.path.open("rb") as file:
            try:
                header: dict[str, Any] = decode(file.readline())
            except TornEntryError:
                return None
        return header

    def count(self, offset: int = 0) -> int:
        """Return how many rows begin at ``offset`` or later."""
        with self.path.open("rb") as file:
            file.seek(offset)
            lines = sum(line.endswith(b"\n") for line in file)
        return max(0, lines - (offset == 0))

    def rows(self, offset: int = 0) -> Iterator[tuple[Row | None, int]]:
        """Yield each row from ``offset`` on, None for a line that cannot be read, with the offset behind it.

        A last line without an end is none: it is being written, or its writer was killed and never announced it.
        """
        with self.path.open("rb") as file:
            file.seek(offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                begin, offset = offset, offset + len(line)
                if begin:  # the header stands at 0
                    yield _row(line), offset


class SegmentWriter:
    """Appends to a new segment.

    Raises:
        OSError: The file cannot be made or written.
    """

    def __init__(self, segment: Segment, header: dict[str, Any]) -> None:
        self.segment = segment
        self._fd = os.open(segment.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self.size = 0
        try:
            self.append(encode(header))
        except OSError:
            os.close(self._fd)
            segment.path.unlink()
            raise

    def append(self, lines: bytes) -> None:
        """Write ``lines``, all or nothing: once this returns, they outlive a kill of the process.

        Raises:
            OSError: There is no room; nothing was written.
        """
        written = os.write(self._fd, lines)
        if written < len(lines):
            os.ftruncate(self._fd, self.size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.size += written

    def duplicate(self) -> int:
        """Return another descriptor of the file, for somebody who waits for the disk while this one is written on."""
        return os.dup(self._fd)

    def close(self) -> None:
        """Append no more."""
        os.close(self._fd)


def _row(line: bytes) -> Row | None:
    try:
        return decode_row(line)
    except TornEntryError:
        return None
