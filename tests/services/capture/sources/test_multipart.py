"""The parts of MJPEG streams, as every kind of server writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.capture.sources.multipart import MAX_HEADER_BYTES, MAX_PART_BYTES, MultipartError, MultipartParser
from tests.services.capture.support import grey_jpeg

ONE, TWO = grey_jpeg(10), grey_jpeg(200)
LENGTHS = b"".join(
    b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(j), j) for j in (ONE, TWO)
)
NO_LENGTHS = b"".join(b"--frame\r\nContent-Type: image/jpeg\r\n\r\n%s\r\n" % j for j in (ONE, TWO)) + b"--frame\r\n"


def parts(boundary: str, stream: bytes, chunk: int) -> list[bytes]:
    parser = MultipartParser(boundary)
    return [part for at in range(0, len(stream), chunk) for part in parser.feed(stream[at : at + chunk])]


@pytest.mark.parametrize("chunk", [1, 7, 100, 1 << 20])
@pytest.mark.parametrize(
    ("boundary", "stream"),
    [
        pytest.param("frame", LENGTHS, id="lengths"),
        pytest.param("frame", NO_LENGTHS, id="no lengths"),
        pytest.param("--frame", NO_LENGTHS, id="dashes announced too"),
        pytest.param("frame", NO_LENGTHS.replace(b"--frame", b"----frame"), id="more dashes than announced"),
        pytest.param("frame", LENGTHS.replace(b"\r\n", b"\n"), id="bare line feeds"),
        pytest.param("frame", LENGTHS.replace(b"Content-Length", b"content-length"), id="lower case"),
        pytest.param("frame", b"a preamble that is long enough\r\n" + LENGTHS, id="preamble"),
        pytest.param("frame", LENGTHS.replace(b"\xff\xd9\r\n", b"\xff\xd9"), id="no line end behind a picture"),
    ],
)
def test_parts_come_out_whole_however_the_bytes_come(boundary: str, stream: bytes, chunk: int) -> None:
    assert parts(boundary, stream, chunk) == [ONE, TWO]


def test_a_whole_picture_need_not_wait_for_the_boundary() -> None:
    parser = MultipartParser("frame")
    header = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n"

    assert list(parser.feed(header + ONE[:-5])) == []
    assert parser.take_finished_jpeg() is None
    assert list(parser.feed(ONE[-5:] + b"\r\n")) == []
    assert parser.take_finished_jpeg() == ONE
    assert parser.take_finished_jpeg() is None
    assert list(parser.feed(header + TWO + b"\r\n--frame\r\n")) == [TWO]


def test_the_end_of_a_thumbnail_is_not_taken_for_the_end() -> None:
    thumbnail = grey_jpeg(1, 16, 16)
    picture = ONE[:2] + b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail + ONE[2:]
    upto_thumbnail = picture[: picture.index(thumbnail) + len(thumbnail)]
    parser = MultipartParser("frame")
    list(parser.feed(b"--frame\r\n\r\n" + upto_thumbnail))

    assert parser.take_finished_jpeg() is None


@pytest.mark.parametrize(
    ("stream", "why"),
    [
        (b"--frame\r\n\r\n" + bytes(MAX_PART_BYTES + 1), "picture without end"),
        (b"--frame\r\nContent-Length: 999999999999\r\n\r\n", "announces a picture of"),
        (b"--frame\r\n" + b"X: y\r\n" * MAX_HEADER_BYTES, "header without end"),
    ],
)
def test_what_does_not_end_is_refused(stream: bytes, why: str) -> None:
    with pytest.raises(MultipartError, match=why):
        parts("frame", stream, 1 << 18)


def test_a_stream_without_any_boundary_is_not_kept() -> None:
    parser = MultipartParser("frame")
    for _ in range(64):
        assert list(parser.feed(bytes(1 << 20))) == []

    assert len(parser._buffer) < 100


@given(st.lists(st.binary(max_size=60) | st.sampled_from([b"--frame\r\n", b"\r\n\r\n", b"Content-Length: 5\r\n", ONE])))
def test_any_bytes_give_parts_or_the_named_error(pieces: list[bytes]) -> None:
    parser = MultipartParser("frame")
    try:
        for piece in pieces:
            for part in parser.feed(piece):
                assert part
            parser.take_finished_jpeg()
    except MultipartError:
        return


@given(st.lists(st.integers(1, 300), min_size=1, max_size=60))
def test_any_split_gives_the_same_parts(sizes: list[int]) -> None:
    parser = MultipartParser("frame")
    out: list[bytes] = []
    at = 0
    for size in [*sizes, len(NO_LENGTHS)]:
        out += parser.feed(NO_LENGTHS[at : at + size])
        at += size

    assert out == [ONE, TWO]
