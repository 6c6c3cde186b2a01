"""One-part wire messages: prefix, protobuf header, payload.

A ZeroMQ socket with ``ZMQ_CONFLATE`` keeps a single one-part message, so everything travels in one part::

    0      4         6        8               12               12 + header_size
    | TSTL | version | flags  | header_size   | Header (proto) | payload ... |

All integers are little-endian. ``flags`` is reserved and 0. A reader checks every size against the bytes that really
arrived before it touches them, so a message can neither make it allocate what it claims nor raise anything but
:class:`WireError`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from google.protobuf.message import DecodeError

from proto.turnstile_pb2 import ENCODING_BGR24, ENCODING_JPEG, Directory, Frame, Header

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAGIC: Final = b"TSTL"
VERSION: Final = 1
PREFIX: Final = struct.Struct("<4sHHI")
MAX_HEADER_BYTES: Final = 1 << 20
MAX_PAYLOAD_BYTES: Final = 32 << 20  # a raw 4K frame has 25 MB
MAX_MESSAGE_BYTES: Final = PREFIX.size + MAX_HEADER_BYTES + MAX_PAYLOAD_BYTES

WireFault = Literal["truncated", "magic", "version", "oversized", "header", "payload"]


class WireError(ValueError):
    """A message that cannot be read.

    Attributes:
        fault: What is wrong with it, from a closed set, fit for a metric label.
    """

    def __init__(self, fault: WireFault, detail: str) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault: WireFault = fault


@dataclass(frozen=True, slots=True)
class FrameMessage:
    """A picture and what is known of it; ``payload`` is a view into the received message."""

    header: Frame
    payload: memoryview


def encode_frame(frame: Frame, payload: Buffer) -> bytearray:
    """Return one message of ``frame`` and its picture; the payload is copied once."""
    return _join(Header(frame=frame), payload)


def encode_directory(directory: Directory) -> bytearray:
    """Return one message of ``directory``."""
    return _join(Header(directory=directory), b"")


def decode_frame(message: Buffer) -> FrameMessage:
    """Read a frame message without copying its payload.

    Raises:
        WireError: The bytes are no frame message of this version, or its payload is not the picture it claims.
    """
    header, payload = _split(message)
    if header.WhichOneof("body") != "frame":
        raise WireError("header", "no frame in it")
    _check_picture(header.frame, payload)
    return FrameMessage(header.frame, payload)


def decode_directory(message: Buffer) -> Directory:
    """Read a directory message.

    Raises:
        WireError: The bytes are no directory message of this version.
    """
    header, payload = _split(message)
    if header.WhichOneof("body") != "directory":
        raise WireError("header", "no directory in it")
    if payload:
        raise WireError("payload", f"{len(payload)} bytes behind a directory")
    return header.directory


def _join(header: Header, payload: Buffer) -> bytearray:
    head = header.SerializeToString()
    message = bytearray(PREFIX.pack(MAGIC, VERSION, 0, len(head)))
    message += head
    message += payload
    return message


def _split(message: Buffer) -> tuple[Header, memoryview]:
    view = memoryview(message).cast("B")
    if len(view) > MAX_MESSAGE_BYTES:
        raise WireError("oversized", f"{len(view)} bytes, at most {MAX_MESSAGE_BYTES}")
    if len(view) < PREFIX.size:
        raise WireError("truncated", f"{len(view)} bytes, a prefix has {PREFIX.size}")
    magic, version, _flags, header_size = PREFIX.unpack_from(view)
    if magic != MAGIC:
        raise WireError("magic", f"starts with {magic!r}")
    if version != VERSION:
        raise WireError("version", f"{version}, this reader knows {VERSION}")
    if header_size > MAX_HEADER_BYTES:
        raise WireError("oversized", f"a header of {header_size} bytes, at most {MAX_HEADER_BYTES}")
    end = PREFIX.size + header_size
    if end > len(view):
        raise WireError("truncated", f"a header of {header_size} bytes in a message of {len(view)}")
    try:
        header = Header.FromString(bytes(view[PREFIX.size : end]))
    except DecodeError as error:
        raise WireError("header", str(error)) from error
    return header, view[end:]


def _check_picture(frame: Frame, payload: memoryview) -> None:
    if not (frame.width and frame.height):
        raise WireError("header", f"a picture of {frame.width}x{frame.height}")
    if frame.encoding == ENCODING_BGR24:
        expected = frame.width * frame.height * 3
        if len(payload) != expected:
            raise WireError("payload", f"{len(payload)} bytes, {frame.width}x{frame.height} BGR24 has {expected}")
    elif frame.encoding == ENCODING_JPEG:
        if len(payload) < 4 or bytes(payload[:2]) != b"\xff\xd8":
            raise WireError("payload", "no JPEG")
    else:
        raise WireError("header", f"unknown encoding {frame.encoding}")
