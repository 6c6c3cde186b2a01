"""A picture as every viewer gets it: the bytes of one multipart part, built once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from proto.codec import FrameMessage

Buffers = Sequence[bytes | memoryview]

BOUNDARY: Final = b"frame"
# A browser paints a part when it sees the next boundary, so that follows each picture at once and never leads it.
PREAMBLE: Final = b"--" + BOUNDARY + b"\r\n"
_END: Final = b"\r\n" + PREAMBLE


class Picture:
    """One JPEG and its part of a multipart stream.

    Attributes:
        jpeg: The picture; a view into the message that it came in.
        captured_ns: Wall clock, ns: when the camera took it, or when a slate was drawn.
        sequence: Of the camera's newest frame; a slate repeats it.
        state: ``live``, or what the slate says of the camera.
        parts: The buffers to send, in order.
        size: Bytes in all of them.
    """

    __slots__ = ("captured_ns", "jpeg", "parts", "sequence", "size", "state")

    def __init__(self, jpeg: bytes | memoryview, *, captured_ns: int, sequence: int, state: str) -> None:
        self.jpeg = jpeg
        self.captured_ns = captured_ns
        self.sequence = sequence
        self.state = state
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers().items())
        self.parts: Buffers = (head.encode("latin-1") + b"\r\n", jpeg, _END)
        self.size = sum(map(len, self.parts))

    @classmethod
    def of(cls, message: FrameMessage) -> Picture:
        """Wrap a frame of inference; its payload is not copied."""
        frame = message.header
        return cls(message.payload, captured_ns=frame.capture_time_ns, sequence=frame.sequence, state="live")

    @property
    def live(self) -> bool:
        """Whether a camera took this picture, as opposed to a slate that stands in for it."""
        return self.state == "live"

    def headers(self) -> dict[str, str]:
        """Return what a part or a snapshot says of the picture."""
        return {
            "Content-Type": "image/jpeg",
            "Content-Length": str(len(self.jpeg)),
            "X-Timestamp": f"{self.captured_ns // 1_000_000_000}.{self.captured_ns // 1000 % 1_000_000:06d}",
            "X-Sequence": str(self.sequence),
            "X-Turnstile-State": self.state,
        }


def remainder(parts: Buffers, sent: int) -> Buffers:
    """Return what is left of ``parts`` once their first ``sent`` bytes are gone, without a copy."""
    left: list[bytes | memoryview] = []
    for part in parts:
        if sent < len(part):
            left.append(memoryview(part)[sent:])
        sent = max(0, sent - len(part))
    return left
