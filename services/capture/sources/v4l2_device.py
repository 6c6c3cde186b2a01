"""A V4L2 capture device: opened, set up, streaming, closed. Errors are sentences that tell the causes apart."""

from __future__ import annotations

import errno
import mmap
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from linuxpy.video import device as v4l2

from services.capture.sources.base import SourceError
from services.capture.sources.v4l2_formats import DEFAULT_FPS, Mode, choose_format, choose_size
from services.common.clock import wall_ns_of_monotonic

# As few as keep the driver going while one is being copied: what waits in them is old.
BUFFERS: Final = 4
VIDEO: Final = v4l2.BufferType.VIDEO_CAPTURE
MMAP: Final = v4l2.Memory.MMAP
TIMESTAMP_MASK: Final = 0xE000

CAUSES: Final = {
    errno.ENOENT: "does not exist: is the camera plugged in?",
    errno.ENODEV: "was unplugged",
    errno.ENXIO: "does not exist: is the camera plugged in?",
    errno.EACCES: "may not be opened by this user: it has to be in the group video, or own the device",
    errno.EPERM: "may not be opened here: a container has to be given the device",
    errno.EBUSY: "is in use by another program",
    errno.ENOTTY: "is not a camera",
    errno.EIO: "does not answer: it was unplugged, or its USB port gives too little power or bandwidth",
    errno.ENOSPC: "needs more USB bandwidth than is left: ask for a smaller size or rate, or use another port",
}


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What the device agreed to."""

    pixel_format: str
    width: int
    height: int
    bytes_per_line: int
    fps: float


@dataclass(frozen=True, slots=True)
class Buffer:
    """A filled buffer, to be given back.

    Attributes:
        index: Which one.
        size: Bytes used.
        sequence: The driver's count of frames, those included that it lost.
        captured_ns: Wall clock, from the driver's own stamp.
        broken: Whether the driver says that its content is.
    """

    index: int
    size: int
    sequence: int
    captured_ns: int
    broken: bool


class V4l2Device:
    """A video capture node.

    Args:
        path: ``/dev/videoN`` or a link to one, looked up anew here.

    Raises:
        SourceError: It is not there, not a camera's picture node, or not ours to open.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._maps: list[mmap.mmap] = []
        with self._causes():
            if not stat.S_ISCHR(path.stat().st_mode):
                raise SourceError(f"{path} is not a device")
            self._fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            self._check_kind()
        except BaseException:
            os.close(self._fd)
            raise

    def fileno(self) -> int:
        """Return the descriptor, to wait on."""
        return self._fd

    def negotiate(self, *, width: int | None, height: int | None, fps: float | None) -> Negotiated:
        """Ask for a format, size and rate; the driver gives the nearest that it has.

        Raises:
            SourceError: It offers nothing readable, or another program holds it.
        """
        with self._causes():
            offered = [f.pixel_format.human_str() for f in v4l2.iter_read_formats(self._fd, VIDEO)]
            wanted = choose_format(offered, str(self._path))
            if not (width and height):
                default = choose_size(self._modes(wanted, width, height), fps)
                width, height = width or default[0], height or default[1]
            v4l2.set_format(self._fd, VIDEO, width, height, wanted)
            given = v4l2.get_format(self._fd, VIDEO)
            rate = self._negotiate_rate(fps or DEFAULT_FPS)
        name = given.pixel_format.human_str()
        return Negotiated(name, given.width, given.height, given.bytes_per_line, rate)

    def start(self) -> None:
        """Begin to stream.

        Raises:
            SourceError: Another program streams, or the bus has no room.
        """
        with self._causes():
            granted = v4l2.request_buffers(self._fd, VIDEO, MMAP, BUFFERS).count
            for index in range(granted):
                buffer = v4l2.query_buffer(self._fd, VIDEO, MMAP, index)
                self._maps.append(v4l2.mmap_from_buffer(self._fd, buffer))
                self._give_back(index)
            v4l2.stream_on(self._fd, VIDEO)

    def take(self) -> Buffer | None:
        """Return the oldest filled buffer, None while there is none.

        Raises:
            SourceError: The device is gone.
        """
        try:
            with self._causes():
                raw = v4l2.dequeue_buffer(self._fd, VIDEO, MMAP)
        except BlockingIOError:
            return None
        broken = bool(raw.flags & v4l2.BufferFlag.ERROR) or not raw.bytesused
        return Buffer(raw.index, raw.bytesused, raw.sequence, _captured_ns(raw), broken)

    def content(self, buffer: Buffer) -> bytes:
        """Return a copy of what is in ``buffer``."""
        return self._maps[buffer.index][: buffer.size]

    def give_back(self, buffer: Buffer) -> None:
        """Let the driver fill ``buffer`` again.

        Raises:
            SourceError: The device is gone.
        """
        with self._causes():
            self._give_back(buffer.index)

    def close(self) -> None:
        """Give everything back. The kernel keeps the number of an unplugged camera until this is done."""
        for mapped in self._maps:
            mapped.close()
        self._maps.clear()
        os.close(self._fd)

    def _give_back(self, index: int) -> None:
        v4l2.enqueue_buffer(self._fd, VIDEO, MMAP, 0, index)

    def _check_kind(self) -> None:
        with self._causes():
            capabilities = v4l2.read_capabilities(self._fd)
        kinds = v4l2.Capability(capabilities.device_caps or capabilities.capabilities)
        if v4l2.Capability.VIDEO_CAPTURE in kinds:
            if v4l2.Capability.STREAMING not in kinds:
                raise SourceError(f"{self._path} cannot stream, which every camera can")
            return
        if v4l2.Capability.META_CAPTURE in kinds:
            raise SourceError(
                f"{self._path} carries a camera's metadata, not its pictures: use the node that ends in index0"
            )
        raise SourceError(f"{self._path} is a video device but not a camera")

    def _modes(self, pixel_format: str, width: int | None, height: int | None) -> list[Mode]:
        """Return what the device offers in this format, with the side that was asked for if one was."""
        code = v4l2.raw.v4l2_fourcc(*pixel_format)
        modes = [
            Mode(m.width, m.height, float(m.max_fps))
            for m in v4l2.iter_read_pixel_formats_frame_intervals(self._fd, [code])
        ]
        best: dict[tuple[int, int], Mode] = {}
        for mode in modes:
            if mode.fps >= best.get((mode.width, mode.height), mode).fps:
                best[mode.width, mode.height] = mode
        asked = [m for m in best.values() if width in (None, m.width) and height in (None, m.height)]
        return asked or list(best.values())

    def _negotiate_rate(self, fps: float) -> float:
        try:
            v4l2.set_fps(self._fd, VIDEO, fps)
            return float(v4l2.get_fps(self._fd, VIDEO))
        except OSError as error:
            if error.errno in (errno.ENOTTY, errno.EINVAL):  # a device whose rate cannot be set
                return 0.0
            raise
        except ZeroDivisionError:  # a driver that names no rate
            return 0.0

    @contextmanager
    def _causes(self) -> Iterator[None]:
        try:
            yield
        except BlockingIOError:
            raise
        except OSError as error:
            cause = CAUSES.get(error.errno or 0, f"cannot be used: {(error.strerror or str(error)).lower()}")
            raise SourceError(f"{self._path} {cause}") from error


def _captured_ns(raw: Any) -> int:
    monotonic = raw.flags & TIMESTAMP_MASK == v4l2.BufferFlag.TIMESTAMP_MONOTONIC
    stamp: int = (raw.timestamp.secs * 1_000_000 + raw.timestamp.usecs) * 1000
    return wall_ns_of_monotonic(stamp) if monotonic and stamp else time.time_ns()
