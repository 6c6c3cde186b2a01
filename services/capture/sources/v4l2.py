"""USB cameras and whatever else speaks V4L2: the camera's own JPEG where it has one."""

from __future__ import annotations

import select
from collections.abc import Iterator
from pathlib import Path

from services.capture.jpeg import JpegError, whole
from services.capture.sources.base import Picture, SourceError, SourceInfo
from services.capture.sources.intake import Intake
from services.capture.sources.v4l2_device import Buffer, V4l2Device
from services.capture.sources.v4l2_formats import RAW_FORMATS, RawConverter
from services.capture.sources.wakeup import WakeUp


class V4l2Source:
    """A camera at ``/dev/videoN`` or ``/dev/v4l/by-id/...``; of frames that piled up only the newest is used.

    Args:
        path: The node, or a link to it that is looked up anew whenever it is opened.
        intake: Where frames are reported.
        fps: Frames per second asked of the camera.
        width: Pixels asked of the camera; it gives the nearest that it has.
        height: Pixels asked of the camera; it gives the nearest that it has.
    """

    def __init__(
        self,
        path: Path,
        intake: Intake,
        *,
        fps: float | None = None,
        width: int | None = None,
        height: int | None = None,
    ) -> None:
        self._path = path
        self._intake = intake
        self._fps = fps
        self._size = width, height
        self._device: V4l2Device | None = None
        self._raw: RawConverter | None = None
        self._last_sequence: int | None = None
        self._wake = WakeUp()

    def open(self) -> SourceInfo:
        """Open the device and agree with it on format, size and rate."""
        device = self._device = V4l2Device(self._path)
        form = device.negotiate(width=self._size[0], height=self._size[1], fps=self._fps)
        if form.pixel_format in RAW_FORMATS:
            self._raw = RawConverter(form.pixel_format, form.width, form.height, form.bytes_per_line)
        device.start()
        return SourceInfo(form.pixel_format, form.fps)

    def pictures(self) -> Iterator[Picture]:
        """Yield the newest frame, whenever there is one."""
        device = self._device
        if device is None:
            raise SourceError(f"{self._path} is not open")
        waiting = select.poll()
        waiting.register(device, select.POLLIN)
        waiting.register(self._wake, select.POLLIN)
        while self._wake.fileno() not in (ready := dict(waiting.poll())):
            newest = self._take_newest(device)
            if newest is None and ready[device.fileno()] & (select.POLLERR | select.POLLHUP):
                raise SourceError(f"{self._path} was unplugged")
            if newest is not None and (picture := self._picture(device, newest)):
                yield picture

    def interrupt(self) -> None:
        """End a wait for the camera."""
        self._wake.set()

    def close(self) -> None:
        """Close the device at once, so that a camera that is plugged in again finds its number free."""
        if self._device is not None:
            self._device.close()
            self._device = None
        self._wake.close()

    def _take_newest(self, device: V4l2Device) -> Buffer | None:
        newest = None
        while (buffer := device.take()) is not None:
            self._count_lost(buffer)
            if newest is not None:
                device.give_back(newest)
                self._intake.skip("superseded", newest.size)
            newest = buffer
        return newest

    def _count_lost(self, buffer: Buffer) -> None:
        if self._last_sequence is not None:
            self._intake.lost(max(0, buffer.sequence - self._last_sequence - 1))
        self._last_sequence = buffer.sequence

    def _picture(self, device: V4l2Device, buffer: Buffer) -> Picture | None:
        try:
            if buffer.broken:
                self._intake.skip("corrupt", buffer.size)
                return None
            if not self._intake.wants(buffer.captured_ns / 1e9, buffer.size):
                return None
            data = device.content(buffer)
        finally:
            device.give_back(buffer)
        return self._raw_picture(data, buffer) if self._raw else self._jpeg_picture(data, buffer)

    def _jpeg_picture(self, data: bytes, buffer: Buffer) -> Picture | None:
        try:
            header, jpeg = whole(data)
        except JpegError:
            self._intake.spoilt()
            return None
        return Picture(jpeg, header.width, header.height, buffer.captured_ns)

    def _raw_picture(self, data: bytes, buffer: Buffer) -> Picture | None:
        pixels = self._raw.convert(data) if self._raw else None
        if pixels is None:
            self._intake.spoilt()
            return None
        height, width = pixels.shape[:2]
        return Picture(pixels, width, height, buffer.captured_ns)
