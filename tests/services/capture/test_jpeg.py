"""Reading JPEG headers without decoding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.capture.jpeg import JpegError, decode_jpeg, read_header, whole
from tests.services.capture.support import grey_jpeg

GOOD = grey_jpeg(100, 64, 48)
SIZE = b"\xff\xc0\x00\x11\x08\x00\x30\x00\x40" + bytes(10)


@pytest.mark.parametrize(("width", "height"), [(16, 16), (64, 48), (640, 360), (333, 17)])
def test_size_is_read_from_the_frame_header(width: int, height: int) -> None:
    header = read_header(grey_jpeg(9, width, height))

    assert (header.width, header.height) == (width, height)


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        pytest.param(GOOD, GOOD, id="as it came"),
        pytest.param(GOOD + bytes(500), GOOD, id="padded with zeros, as USB cameras do"),
        pytest.param(GOOD + b"\r\n", GOOD, id="with the line end before a boundary"),
    ],
)
def test_whole_pictures_are_kept(data: bytes, kept: bytes) -> None:
    assert whole(data)[1] == kept


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "does not start"),
        (b"<html>", "does not start"),
        (GOOD[2:], "does not start"),
        (GOOD[:2], "cut off"),
        (GOOD[:40], "inside a segment"),
        (GOOD[:-2], "cut off"),
        (GOOD[: len(GOOD) - 40], "cut off"),
        (GOOD + b"more", "behind it"),
        (b"\xff\xd8\xff\xd9", "before its scan"),
        (b"\xff\xd8\x00", "no marker"),
        (b"\xff\xd8\xff\xe0\x00\x01", "inside a segment"),
        (b"\xff\xd8\xff\xda\x00\x02", "no size"),
        (b"\xff\xd8\xff\xc0\x00\x04\x08\x00", "too short"),
        (b"\xff\xd8" + SIZE.replace(b"\x00\x30", b"\x00\x00"), "64x0"),
    ],
)
def test_others_are_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(JpegError, match=why):
        whole(data)


def test_an_end_mark_inside_a_thumbnail_is_no_end() -> None:
    thumbnail = grey_jpeg(1, 16, 16)
    with_thumbnail = GOOD[:2] + b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail + GOOD[2:]

    header, data = whole(with_thumbnail)

    assert (header.width, header.height, data) == (64, 48, with_thumbnail)


def test_a_picture_that_claims_to_be_huge_is_not_decoded() -> None:
    at = GOOD.index(b"\xff\xc0") + 5
    huge = GOOD[:at] + b"\xff\xdc\xff\xdc" + GOOD[at + 4 :]

    with pytest.raises(JpegError, match="claims 65500x65500"):
        decode_jpeg(huge)


@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda b: b"\xff\xd8" + SIZE + b))
def test_any_bytes_are_a_picture_or_the_named_error(data: bytes) -> None:
    try:
        header, kept = whole(data)
    except JpegError:
        return
    assert header.width
    assert header.height
    assert data.startswith(kept)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_one_wrong_byte_is_a_picture_or_the_named_error(at: int, value: int) -> None:
    damaged = GOOD[:at] + bytes([value]) + GOOD[at + 1 :]
    try:
        decode_jpeg(whole(damaged)[1])
    except JpegError:
        return
