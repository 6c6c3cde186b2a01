"""Reads a recorded MJPEG response: which part was complete when.

A recording is what ``recv`` returned and when, in order; taking it apart afterwards costs the machine nothing while it
is measured.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

HEAD_END: Final = b"\r\n\r\n"
START_OF_IMAGE: Final = b"\xff\xd8"
END_OF_IMAGE: Final = b"\xff\xd9"
LENGTH: Final = re.compile(rb"^content-length:[ \t]*(\d+)", re.IGNORECASE | re.MULTILINE)
CHUNKED: Final = re.compile(rb"^transfer-encoding:[ \t]*chunked", re.IGNORECASE | re.MULTILINE)
STATUS: Final = re.compile(rb"HTTP/1\.\d (\d{3})")
BOUNDARY: Final = re.compile(rb"boundary=\"?([^\s\";]+)", re.IGNORECASE)

Received = tuple[int, bytes]  # wall clock in ns, bytes


class MalformedStreamError(ValueError):
    """The response is no multipart stream of JPEGs."""


@dataclass(frozen=True, slots=True)
class Part:
    """A picture and when its last byte arrived, wall clock in ns."""

    complete_ns: int
    jpeg: bytes


def read_parts(recording: Sequence[Received]) -> list[Part]:
    """Return the parts that arrived whole.

    Raises:
        MalformedStreamError: The answer is not 200, or no multipart stream.
    """
    raw = b"".join(data for _, data in recording)
    ends = list(accumulate(len(data) for _, data in recording))
    head_end = raw.find(HEAD_END)
    head = raw[: max(head_end, 0)]
    status, boundary = STATUS.match(head), BOUNDARY.search(head)
    if not status or status[1] != b"200" or not boundary:
        raise MalformedStreamError(f"no multipart stream: {raw[:200]!r}")
    start = head_end + len(HEAD_END)
    pieces = list(_chunks(raw, start)) if CHUNKED.search(head) else [(start, len(raw))]
    body = b"".join(raw[first:last] for first, last in pieces)
    places = _Places(pieces)
    return [
        Part(recording[bisect_left(ends, places.raw_offset(last))][0], body[first:last])
        for first, last in _pictures(body, boundary[1])
    ]


class _Places:
    """Finds where a byte of the body stood in the response, chunk heads included."""

    def __init__(self, pieces: Sequence[tuple[int, int]]) -> None:
        self._pieces = pieces
        self._ends = list(accumulate(last - first for first, last in pieces))

    def raw_offset(self, body_end: int) -> int:
        """Return the offset in the response behind the byte before ``body_end``."""
        index = bisect_left(self._ends, body_end)
        return self._pieces[index][1] - (self._ends[index] - body_end)


def _chunks(raw: bytes, position: int) -> Iterator[tuple[int, int]]:
    while (line_end := raw.find(b"\r\n", position)) >= 0:
        try:
            size = int(raw[position:line_end].split(b";")[0], 16)
        except ValueError as error:
            raise MalformedStreamError(f"no chunk size: {raw[position:line_end][:40]!r}") from error
        first = line_end + 2
        if size == 0:
            return
        yield first, min(first + size, len(raw))
        position = first + size + 2


def _pictures(body: bytes, boundary: bytes) -> Iterator[tuple[int, int]]:
    position = 0
    while (head_end := body.find(HEAD_END, position)) >= 0:
        first = head_end + len(HEAD_END)
        length = LENGTH.search(body, position, head_end)
        if length:
            last = first + int(length[1])
        else:  # only the next boundary tells, and the picture was complete just before it
            following = body.find(b"--" + boundary, first)
            last = body.rfind(END_OF_IMAGE, first, following if following >= 0 else len(body)) + len(END_OF_IMAGE)
            if last < first + len(START_OF_IMAGE):
                return
        if last > len(body):
            return
        if not body.startswith(START_OF_IMAGE, first):
            raise MalformedStreamError(f"a part is no JPEG: {body[first : first + 40]!r}")
        yield first, last
        position = last
