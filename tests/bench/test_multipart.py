from __future__ import annotations

import pytest

from tests.bench.multipart import MalformedStreamError, Received, read_parts

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n"
PICTURES = [b"\xff\xd8" + bytes([n]) * (50 + n) + b"\xff\xd9" for n in range(4)]


def with_length(jpeg: bytes) -> bytes:
    return b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg) + jpeg + b"\r\n"


def without_length(jpeg: bytes) -> bytes:
    return b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + jpeg + b"\r\n"


def received(stream: bytes, size: int) -> list[Received]:
    """Return ``stream`` as if it came in pieces of ``size`` bytes, each at the time of its first byte's offset."""
    return [(at, stream[at : at + size]) for at in range(0, len(stream), size)]


def chunked(*pieces: bytes) -> bytes:
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


BODY = b"".join(map(with_length, PICTURES))
STREAMS = {
    "lengths": HEAD + b"\r\n" + BODY,
    "no lengths": HEAD + b"\r\n" + b"".join(map(without_length, PICTURES)),
    "a chunk per part": chunked(*map(with_length, PICTURES)),
    "chunks without lengths": chunked(*map(without_length, PICTURES)),
    "chunks that cut parts": chunked(*(BODY[at : at + 37] for at in range(0, len(BODY), 37))),
}


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
@pytest.mark.parametrize("size", [1, 2, 7, 64, 100_000])
def test_every_part_is_found(stream: bytes, size: int) -> None:
    assert [part.jpeg for part in read_parts(received(stream, size))] == PICTURES


@pytest.mark.parametrize("name", ["lengths", "no lengths", "a chunk per part", "chunks without lengths"])
@pytest.mark.parametrize("size", [1, 2, 7, 64, 100_000])
def test_a_part_is_complete_when_its_last_byte_arrives(name: str, size: int) -> None:
    stream = STREAMS[name]
    last_bytes = [stream.find(jpeg) + len(jpeg) - 1 for jpeg in PICTURES]
    times = [part.complete_ns for part in read_parts(received(stream, size))]
    assert times == [at // size * size for at in last_bytes]


def test_a_part_cut_by_a_chunk_is_complete_with_its_last_chunk() -> None:
    body = with_length(PICTURES[0])
    stream = chunked(body[:60], body[60:])
    second_chunk = stream.rfind(body[60:])
    recording = [(1, stream[:second_chunk]), (2, stream[second_chunk:])]
    assert [part.complete_ns for part in read_parts(recording)] == [2]


@pytest.mark.parametrize("missing", [1, 3, 40])
def test_a_part_that_did_not_arrive_whole_is_left_out(missing: int) -> None:
    stream = STREAMS["lengths"]
    assert len(read_parts([(0, stream[: -2 - missing])])) == len(PICTURES) - 1


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>",
        HEAD + b"\r\n" + with_length(b"<html>"),
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_stream_of_jpegs_is_refused(stream: bytes) -> None:
    with pytest.raises(MalformedStreamError):
        read_parts([(0, stream)])
