"""The parts of a ``multipart/x-mixed-replace`` body, as its bytes come in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from services.capture.jpeg import EOI, SOI, JpegError, read_header

MAX_PART_BYTES: Final = 16 << 20
MAX_HEADER_BYTES: Final = 16 << 10
LINE_END: Final = b"\r\n"
_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?$")
_HEADER_END = re.compile(rb"\r?\n\r?\n")


class MultipartError(ValueError):
    """A body that is no multipart stream of pictures; the message says why."""


class MultipartParser:
    """Takes bytes as they come and gives whole parts. It holds one part at most, and that of bounded size.

    Servers differ: with Content-Length or without, the boundary with or without its leading dashes, before a part or
    right behind the one before. So a length is believed where it is given, and otherwise a part ends where the next
    boundary begins.

    Args:
        boundary: From the Content-Type header, without quotes.
    """

    def __init__(self, boundary: str) -> None:
        name = boundary.encode("latin-1").removeprefix(b"--")
        self._delimiter = b"--" + name
        self._buffer = bytearray()
        self._searched = 0
        self._in_part = False
        self._length: int | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take ``data`` in and yield the bodies of the parts that are whole now.

        Raises:
            MultipartError: A part or its header does not end.
        """
        self._buffer += data
        while (part := self._next_part()) is not None:
            if part:
                yield part

    def take_finished_jpeg(self) -> bytes | None:
        """Return the part in progress if it is a whole JPEG, although no boundary says so yet.

        For servers that tell a part's end only with the next part: waiting for that would show each picture one late.
        """
        if not self._in_part or self._length is not None or EOI not in self._buffer[-len(EOI + LINE_END) :]:
            return None
        body = bytes(self._buffer).rstrip(LINE_END)
        if not (body.startswith(SOI) and body.endswith(EOI)):
            return None
        try:
            header = read_header(body)
        except JpegError:
            return None
        if header.scan_offset >= len(body):
            return None
        self._start_over(len(self._buffer))
        return body

    def _next_part(self) -> bytes | None:
        if not self._in_part and not self._read_header():
            return None
        if self._length is not None:
            return self._part_of_known_length(self._length)
        return self._part_up_to_boundary()

    def _read_header(self) -> bool:
        start = self._buffer.find(self._delimiter)
        end = _HEADER_END.search(self._buffer, start) if start >= 0 else None
        if end is None:
            if start < 0:  # a preamble, or what is left behind a part: only a boundary's beginning is worth keeping
                del self._buffer[: max(0, len(self._buffer) - len(self._delimiter))]
            elif len(self._buffer) - start > MAX_HEADER_BYTES:
                raise MultipartError(f"sends a part header without end (over {MAX_HEADER_BYTES >> 10} KB)")
            return False
        length = _LENGTH.search(self._buffer, start, end.end())
        self._length = int(length[1]) if length else None
        if self._length is not None and self._length > MAX_PART_BYTES:
            raise MultipartError(f"announces a picture of {self._length >> 20} MB, at most {MAX_PART_BYTES >> 20} MB")
        del self._buffer[: end.end()]
        self._in_part, self._searched = True, 0
        return True

    def _part_of_known_length(self, length: int) -> bytes | None:
        if len(self._buffer) < length:
            return None
        with memoryview(self._buffer) as view:
            part = bytes(view[:length])
        self._start_over(length)
        return part

    def _part_up_to_boundary(self) -> bytes | None:
        end = self._buffer.find(self._delimiter, self._searched)
        if end < 0:
            if len(self._buffer) > MAX_PART_BYTES:
                raise MultipartError(f"sends a picture without end (over {MAX_PART_BYTES >> 20} MB)")
            self._searched = max(0, len(self._buffer) - len(self._delimiter))
            return None
        # No JPEG ends with any of these; dashes are of a delimiter with more of them than was announced.
        part = bytes(self._buffer[:end]).rstrip(b"\r\n-")
        self._start_over(end)
        return part

    def _start_over(self, consumed: int) -> None:
        del self._buffer[:consumed]
        self._in_part, self._length, self._searched = False, None, 0
