"""What a source of pictures is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


class SourceError(Exception):
    """A source that cannot be opened or read; the message is the cause, a sentence for people, without credentials."""


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What a source says of itself once it is open.

    Attributes:
        pixel_format: As the source names it: ``MJPG``, ``h264``.
        fps: Frames per second; 0 where it does not say.
    """

    pixel_format: str
    fps: float = 0.0


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame as its source delivered it.

    Attributes:
        payload: A whole JPEG, or BGR24 pixels of the shape (height, width, 3); of use until the next one is asked for.
        width: Pixels.
        height: Pixels.
        capture_time_ns: Wall clock.
    """

    payload: bytes | Pixels
    width: int
    height: int
    capture_time_ns: int


class Source(Protocol):
    """One thread opens it, iterates and closes it; :meth:`interrupt` alone may come from another."""

    def open(self) -> SourceInfo:
        """Open it, for the first time or again.

        Raises:
            SourceError: It cannot be had.
        """

    def pictures(self) -> Iterator[Picture]:
        """Wait for the newest picture, again and again; ends where the source ends for good or was interrupted.

        Raises:
            SourceError: It stopped delivering.
        """

    def interrupt(self) -> None:
        """Make a read that blocks end soon. For good: an interrupted source is closed and thrown away."""

    def close(self) -> None:
        """Give everything back, at once; also after a failed open."""
