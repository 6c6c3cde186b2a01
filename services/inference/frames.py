"""A picture on its way through inference, decoded at most once."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import simplejpeg

from proto.codec import FrameMessage
from proto.turnstile_pb2 import ENCODING_JPEG, Frame
from services.inference.detector.letterbox import Letterbox
from services.inference.detector.types import Image

JPEG_QUALITY: Final = 80


class CorruptPictureError(ValueError):
    """A JPEG that cannot be decoded."""


@dataclass(slots=True)
class Picture:
    """One received frame. Several threads may ask for its pixels; the first decodes, the others wait."""

    header: Frame
    payload: memoryview
    received_ns: int
    received: float  # monotonic seconds
    _image: Image | None = None
    _input: tuple[Letterbox, Image] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, message: FrameMessage) -> Picture:
        """Wrap a message that has just arrived."""
        return cls(message.header, message.payload, time.time_ns(), time.monotonic())

    @property
    def is_jpeg(self) -> bool:
        """Whether the payload is the source's JPEG."""
        return self.header.encoding == ENCODING_JPEG

    def image(self) -> Image:
        """Return the pixels, ours to draw into.

        Raises:
            CorruptPictureError: The JPEG cannot be decoded, or is of another size than announced.
        """
        with self._lock:
            if self._image is None:
                self._image = self._decode() if self.is_jpeg else self._copy_raw()
            return self._image

    def prepare_input(self, box: Letterbox) -> None:
        """Keep a letterboxed copy for the detector, so that drawing may begin."""
        image = self.image()
        with self._lock:
            if self._input is None:
                out = np.empty((box.height, box.width, 3), np.uint8)
                box.fit(image, out)
                self._input = box, out

    def write_input(self, box: Letterbox, out: Image, *, full: bool) -> None:
        """Write the letterboxed picture into ``out``.

        Args:
            box: How the picture lies in the detector's input.
            out: (box.height, box.width, 3).
            full: Whether somebody will want the whole picture too. If nobody does, a JPEG is decoded straight to a
                size just above the detector's, at half the cost.

        Raises:
            CorruptPictureError: The JPEG cannot be decoded.
        """
        with self._lock:
            if self._input is not None and self._input[0] == box:
                out[:] = self._input[1]
                return
            reduced = self._decode(box) if self._image is None and self.is_jpeg and not full else None
        box.fit(self.image() if reduced is None else reduced, out)

    def _decode(self, box: Letterbox | None = None) -> Image:
        height, width = _reduced(self.header, box) if box else (0, 0)
        try:
            image: Image = simplejpeg.decode_jpeg(self.payload, "BGR", True, True, height, width)
        except ValueError as error:
            raise CorruptPictureError(str(error)) from error
        if box is None and image.shape[:2] != (self.header.height, self.header.width):
            raise CorruptPictureError(f"is {image.shape[1]}x{image.shape[0]}, not the announced size")
        return image

    def _copy_raw(self) -> Image:
        pixels = np.frombuffer(self.payload, np.uint8).reshape(self.header.height, self.header.width, 3)
        return pixels.copy()  # the message belongs to ZeroMQ, and we draw


def _reduced(header: Frame, box: Letterbox) -> tuple[int, int]:
    """Return rows and columns of the smallest decoded size that still fills ``box``.

    Halves only: libjpeg-turbo has fast code for them, while its 3/8 is slower than decoding everything.
    """
    height, width = header.height, header.width
    while height // 2 >= box.inner_height and width // 2 >= box.inner_width and height > 16:
        height, width = (height + 1) // 2, (width + 1) // 2
    return height, width


def encode_jpeg(image: Image) -> bytes:
    """Return ``image`` as a JPEG that every browser and decoder takes (4:2:0)."""
    data: bytes = simplejpeg.encode_jpeg(image, JPEG_QUALITY, "BGR", "420", True)
    return data
