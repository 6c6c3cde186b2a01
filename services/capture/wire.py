"""In which encoding pictures go out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from proto.codec import MAX_PAYLOAD_BYTES, encode_frame
from proto.turnstile_pb2 import CAMERA_STATE_LIVE, ENCODING_BGR24, ENCODING_JPEG, Encoding, Frame
from services.capture.jpeg import JpegError, decode_jpeg, encode_jpeg
from services.capture.sources.base import Picture
from services.common.clock import BOOT_ID

if TYPE_CHECKING:
    from typing_extensions import Buffer

WireChoice = Literal["auto", "jpeg", "raw"]


class WireEncoder:
    """Makes messages of pictures.

    A camera's own JPEG goes out as it came, unless ``raw`` is asked for. Other pictures go out raw where both ends
    share a host, else as JPEG.

    Args:
        camera: Its id.
        choice: ``wire`` of the configuration.
        local: Whether readers are on this host.
    """

    def __init__(self, camera: str, choice: WireChoice, *, local: bool) -> None:
        self._camera = camera
        self._keep_jpeg = choice != "raw"
        self._raw = choice == "raw" or (choice == "auto" and local)

    def encode(self, picture: Picture, sequence: int) -> bytearray:
        """Return the message of ``picture``; its bytes are copied once.

        Raises:
            JpegError: Its JPEG cannot be decoded, or is too large for a message.
        """
        encoding, payload = self._payload(picture)
        frame = Frame(
            camera=self._camera,
            sequence=sequence,
            capture_time_ns=picture.capture_time_ns,
            boot_id=BOOT_ID,
            encoding=encoding,
            width=picture.width,
            height=picture.height,
            state=CAMERA_STATE_LIVE,
        )
        return encode_frame(frame, payload)

    def _payload(self, picture: Picture) -> tuple[Encoding, Buffer]:
        pixels = picture.payload
        if isinstance(pixels, bytes):
            if self._keep_jpeg:
                return ENCODING_JPEG, _bounded(pixels)
            pixels = decode_jpeg(pixels)
        if self._raw and pixels.nbytes <= MAX_PAYLOAD_BYTES:
            return ENCODING_BGR24, np.ascontiguousarray(pixels).data
        return ENCODING_JPEG, _bounded(encode_jpeg(pixels))


def _bounded(jpeg: bytes) -> bytes:
    if len(jpeg) > MAX_PAYLOAD_BYTES:
        raise JpegError(f"has {len(jpeg) >> 20} MB, at most {MAX_PAYLOAD_BYTES >> 20} MB go into a message")
    return jpeg
