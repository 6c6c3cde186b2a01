from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.codec import (
    MAX_HEADER_BYTES,
    MAX_MESSAGE_BYTES,
    PREFIX,
    VERSION,
    WireError,
    decode_directory,
    decode_frame,
    encode_directory,
    encode_frame,
)
from proto.turnstile_pb2 import ENCODING_BGR24, ENCODING_JPEG, Camera, Directory, Frame, Header

JPEG = b"\xff\xd8\xff\xe0 anything \xff\xd9"


def jpeg_frame(**changes: object) -> Frame:
    fields = {"camera": "door", "sequence": 7, "encoding": ENCODING_JPEG, "width": 64, "height": 48} | changes
    return Frame(**fields)  # type: ignore[arg-type]


def test_a_frame_comes_back_as_it_was_sent() -> None:
    frame = jpeg_frame(capture_time_ns=2**63, boot_id=2**64 - 1)
    message = decode_frame(encode_frame(frame, JPEG))
    assert message.header == frame
    assert bytes(message.payload) == JPEG


def test_the_payload_is_a_view_into_the_message() -> None:
    message = encode_frame(jpeg_frame(), JPEG)
    view = decode_frame(message).payload
    message[-1] = 0x42
    assert view[-1] == 0x42


def test_a_directory_comes_back_as_it_was_sent() -> None:
    directory = Directory(boot_id=1, cameras=[Camera(id="a", cause="gone"), Camera(id="b")])
    assert decode_directory(encode_directory(directory)) == directory


def raw(header: bytes, payload: bytes = b"", *, magic: bytes = b"TSTL", version: int = VERSION) -> bytes:
    return PREFIX.pack(magic, version, 0, len(header)) + header + payload


def frame_bytes(**changes: object) -> bytes:
    return Header(frame=jpeg_frame(**changes)).SerializeToString()


BROKEN = {
    "nothing": (b"", "truncated"),
    "half a prefix": (b"TSTL\x01", "truncated"),
    "another protocol": (raw(frame_bytes(), JPEG, magic=b"HTTP"), "magic"),
    "an older version": (raw(frame_bytes(), JPEG, version=VERSION - 1), "version"),
    "a newer version": (raw(frame_bytes(), JPEG, version=VERSION + 1), "version"),
    "a header that claims more than a header may have": (PREFIX.pack(b"TSTL", VERSION, 0, 2**32 - 1), "oversized"),
    "a header that claims more than is there": (PREFIX.pack(b"TSTL", VERSION, 0, MAX_HEADER_BYTES), "truncated"),
    "a header that is no protobuf": (raw(b"\xff" * 9, JPEG), "header"),
    "an empty header": (raw(b"", JPEG), "header"),
    "a directory where a frame should be": (bytes(encode_directory(Directory(boot_id=1))), "header"),
    "a picture without a size": (raw(frame_bytes(width=0), JPEG), "header"),
    "no encoding": (raw(frame_bytes(encoding=0), JPEG), "header"),
    "an encoding of the future": (raw(frame_bytes(encoding=99), JPEG), "header"),
    "a JPEG that is none": (raw(frame_bytes(), b"GIF89a"), "payload"),
    "an empty JPEG": (raw(frame_bytes()), "payload"),
    "raw pixels that are too few": (raw(frame_bytes(encoding=ENCODING_BGR24), b"\0" * (64 * 48 * 3 - 1)), "payload"),
    "raw pixels that are too many": (raw(frame_bytes(encoding=ENCODING_BGR24), b"\0" * (64 * 48 * 3 + 1)), "payload"),
    "a size that would be terabytes": (
        raw(frame_bytes(encoding=ENCODING_BGR24, width=2**32 - 1, height=2**32 - 1), b"\0"),
        "payload",
    ),
    "more than any message": (bytes(MAX_MESSAGE_BYTES + 1), "oversized"),
}


@pytest.mark.parametrize(("message", "fault"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_frame_is_one_named_fault(message: bytes, fault: str) -> None:
    with pytest.raises(WireError) as caught:
        decode_frame(message)
    assert caught.value.fault == fault


def test_a_directory_with_bytes_behind_it_is_refused() -> None:
    with pytest.raises(WireError, match="behind"):
        decode_directory(encode_directory(Directory(boot_id=1)) + b"x")


def decodes_or_names_its_fault(message: bytes) -> None:
    for decode in (decode_frame, decode_directory):
        try:
            decode(message)
        except WireError as error:
            assert error.fault in {"truncated", "magic", "version", "oversized", "header", "payload"}


@given(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_one_named_error(message: bytes) -> None:
    decodes_or_names_its_fault(message)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_behind_a_right_prefix_are_a_message_or_one_named_error(header: bytes, payload: bytes) -> None:
    decodes_or_names_its_fault(raw(header, payload))


@given(st.integers(0, 10_000), st.integers(0, 255), st.integers(0, 10_000))
def test_a_message_damaged_anywhere_is_a_message_or_one_named_error(at: int, value: int, cut: int) -> None:
    message = bytearray(encode_frame(jpeg_frame(), JPEG))
    message[at % len(message)] = value
    decodes_or_names_its_fault(bytes(message[: cut % (len(message) + 1)]))
