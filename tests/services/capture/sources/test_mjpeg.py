"""MJPEG over real HTTP."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from services.capture.sources.base import Picture, SourceError
from services.capture.sources.mjpeg import MjpegSource
from tests.services.capture.mjpeg_server import MjpegServer, Style
from tests.services.capture.support import grey_jpeg, has_frames, level_of, nearly, new_intake, opened
from tests.waiting import eventually

STYLES = {
    "lengths": Style(),
    "no lengths": Style(length=False),
    "quoted boundary": Style(boundary='"my frame"', delimiter="--my frame"),
    "dashes announced too": Style(boundary="--frame"),
    "delimiter behind each picture": Style(length=False, trailing=True),
    "chunked": Style(chunked=True),
    "chunked without lengths": Style(chunked=True, length=False),
}


@pytest.fixture
def server() -> Iterator[MjpegServer]:
    with MjpegServer() as server:
        yield server


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_each_picture_comes_as_it_was_sent_and_without_waiting_for_the_next(style: Style) -> None:
    intake, tally = new_intake()
    with MjpegServer(style) as server, opened(MjpegSource(server.url, intake)) as source:
        server.await_viewers()
        pictures = source.pictures()
        for level in (10, 120, 250):
            jpeg = grey_jpeg(level, 160, 90)
            server.send(jpeg)
            picture = next(pictures)

            assert (picture.payload, picture.width, picture.height) == (jpeg, 160, 90)
        assert tally.frames == 3


def test_of_pictures_that_piled_up_only_the_newest_comes(server: MjpegServer) -> None:
    intake, tally = new_intake()
    with opened(MjpegSource(server.url, intake)) as source:
        server.await_viewers()
        server.send(*[grey_jpeg(level) for level in (10, 60, 110, 160, 210)])

        assert nearly([level_of(next(source.pictures()))], [210])
        assert (tally.frames, tally.skipped["superseded"]) == (5, 4)


def test_corrupt_pictures_are_skipped_and_counted(server: MjpegServer) -> None:
    intake, tally = new_intake()
    good = grey_jpeg(77)
    with opened(MjpegSource(server.url, intake)) as source:
        server.await_viewers()
        seen: list[Picture] = []
        reader = threading.Thread(target=lambda: seen.append(next(source.pictures())))
        reader.start()
        for number, bad in enumerate((b"no picture at all", good[:-20], good[2:]), 1):
            server.send(bad)
            eventually(partial(has_frames, tally, number))
        server.send(good)
        reader.join(20)

    assert [p.payload for p in seen] == [good]
    assert (tally.frames, tally.skipped["corrupt"]) == (4, 3)


def test_another_size_is_scaled(server: MjpegServer) -> None:
    intake, _ = new_intake()
    with opened(MjpegSource(server.url, intake, width=80)) as source:
        server.await_viewers()
        server.send(grey_jpeg(90, 160, 120))
        picture = next(source.pictures())

    assert (picture.width, picture.height) == (80, 60)
    assert not isinstance(picture.payload, bytes)
    assert picture.payload.shape == (60, 80, 3)
    assert nearly([level_of(picture)], [90])


@pytest.mark.parametrize("digest", [False, True], ids=["basic", "digest"])
def test_credentials_in_the_address_are_used(digest: bool) -> None:
    intake, _ = new_intake()
    with (
        MjpegServer(login="ann:s3cret", digest=digest) as server,
        opened(MjpegSource(server.url, intake)) as source,
    ):
        server.await_viewers()
        server.send(grey_jpeg(5))

        assert next(source.pictures()).width == 64


def test_an_address_that_gives_one_picture_is_asked_again_and_again(server: MjpegServer) -> None:
    url = f"http://127.0.0.1:{server.port}/snapshot"
    server.snapshot = grey_jpeg(10)
    with opened(MjpegSource(url, new_intake()[0], fps=50)) as source:
        pictures = source.pictures()
        first = next(pictures)
        server.snapshot = grey_jpeg(200)
        second = next(pictures)

    assert nearly([level_of(first), level_of(second)], [10, 200])
    assert server.requests == ["/snapshot"] * 2


def test_a_redirect_is_followed(server: MjpegServer) -> None:
    intake, _ = new_intake()
    with opened(MjpegSource(f"http://127.0.0.1:{server.port}/moved", intake)):
        server.await_viewers()

    assert server.requests == ["/moved", "/stream"]


@pytest.mark.parametrize(
    ("path", "why"),
    [("/nothing", "answers 404"), ("/page", "sends text/html, not MJPEG")],
)
def test_what_is_no_stream_is_refused_with_the_cause(server: MjpegServer, path: str, why: str) -> None:
    source = MjpegSource(f"http://ann:s3cret@127.0.0.1:{server.port}{path}", new_intake()[0])
    with pytest.raises(SourceError, match=why) as caught, opened(source):
        pass

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("digest", [False, True], ids=["basic", "digest"])
def test_wrong_credentials_are_told_and_not_shown(digest: bool) -> None:
    with MjpegServer(login="ann:right", digest=digest) as server:
        source = MjpegSource(f"http://ann:wr0ng@127.0.0.1:{server.port}/stream", new_intake()[0])
        with pytest.raises(SourceError, match="401: user or password are wrong") as caught, opened(source):
            pass

    assert "wr0ng" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:1/x", "refuses the connection"),
        ("http://nobody.invalid/x", "its name is not known"),
        ("http://127.0.0.1:99999/x", "no valid address"),
        ("http:///x", "leads to no"),
    ],
)
def test_addresses_that_lead_nowhere(url: str, why: str) -> None:
    with pytest.raises(SourceError, match=why), opened(MjpegSource(url, new_intake()[0])):
        pass


def test_something_that_does_not_speak_http() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")

        talker = threading.Thread(target=talk)
        talker.start()
        with (
            pytest.raises(SourceError, match="does not speak HTTP"),
            opened(MjpegSource(f"http://127.0.0.1:{listener.getsockname()[1]}/", new_intake()[0])),
        ):
            pass
        talker.join()


def test_the_end_of_the_stream_is_an_error() -> None:
    with MjpegServer() as server, opened(MjpegSource(server.url, new_intake()[0])) as source:
        server.await_viewers()
        server.close()

        with pytest.raises(SourceError, match=r"ended the stream|closed the connection"):
            next(source.pictures())


def test_a_part_without_end_is_an_error_before_it_fills_the_memory() -> None:
    with MjpegServer(Style(length=False)) as server, opened(MjpegSource(server.url, new_intake()[0])) as source:
        server.await_viewers()

        def flood() -> None:
            server.send_raw(b"--frame\r\n\r\n")
            for _ in range(40):
                server.send_raw(bytes(1 << 20))

        flooding = threading.Thread(target=flood, daemon=True)
        flooding.start()
        with pytest.raises(SourceError, match="picture without end"):
            next(source.pictures())
        source.close()
        flooding.join(20)


def test_a_read_that_blocks_can_be_interrupted(server: MjpegServer) -> None:
    with opened(MjpegSource(server.url, new_intake()[0])) as source:
        server.await_viewers()
        seen: list[Picture] = []
        reader = threading.Thread(target=lambda: seen.extend(source.pictures()))
        reader.start()
        source.interrupt()
        reader.join(20)

        assert not reader.is_alive()
        assert not seen
