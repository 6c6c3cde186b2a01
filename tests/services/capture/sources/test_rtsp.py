"""RTSP, against a small real server."""

from __future__ import annotations

import threading
import time
from itertools import islice, pairwise

import pytest

from services.capture.sources import rtsp
from services.capture.sources.base import Picture, SourceError
from services.capture.sources.rtsp import RtspSource
from tests.services.capture.rtsp_server import RtspServer
from tests.services.capture.support import LEVEL_TOLERANCE, level_of, new_intake, opened

LEVELS = [20, 60, 100, 140, 180, 220]


def step(level: int) -> int:
    """Return which of LEVELS a decoded level is."""
    nearest = min(LEVELS, key=lambda expected: abs(expected - level))
    assert abs(nearest - level) <= LEVEL_TOLERANCE
    return LEVELS.index(nearest)


def test_each_frame_comes_decoded_and_in_order() -> None:
    intake, tally = new_intake()
    with RtspServer(LEVELS) as server, opened(RtspSource(server.url, intake)) as source:
        pictures = list(islice(source.pictures(), 12))
        steps = [step(level_of(picture)) for picture in pictures]

    assert {(p.width, p.height) for p in pictures} == {(64, 48)}
    assert [(b - a) % len(LEVELS) for a, b in pairwise(steps)].count(1) >= 8
    assert tally.received_bytes > 0


def test_another_size_is_scaled() -> None:
    with RtspServer(LEVELS) as server, opened(RtspSource(server.url, new_intake()[0], height=24)) as source:
        picture = next(source.pictures())

    assert (picture.width, picture.height) == (32, 24)


def test_credentials_in_the_address_are_used() -> None:
    with RtspServer(LEVELS, login="ann:s3cret") as server, opened(RtspSource(server.url, new_intake()[0])) as source:
        assert next(source.pictures()).width == 64


def test_wrong_credentials_are_told_and_not_shown() -> None:
    with RtspServer(LEVELS, login="ann:right") as server:
        source = RtspSource(server.url.replace("right", "wr0ng"), new_intake()[0])
        with pytest.raises(SourceError, match="asks for a user and password") as caught, opened(source):
            pass

    assert "wr0ng" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("rtsp://ann:s3cret@127.0.0.1:1/x", "refuses the connection"),
        ("rtsp://ann:s3cret@nobody.invalid/x", "its name is not known"),
        ("rtsp://ann:s3cret@127.0.0.1:99999/x", "no valid address"),
    ],
)
def test_addresses_that_lead_nowhere(url: str, why: str) -> None:
    with pytest.raises(SourceError, match=why) as caught, opened(RtspSource(url, new_intake()[0])):
        pass

    assert "s3cret" not in str(caught.value)


def test_a_camera_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtsp, "OPEN_TIMEOUT_SECONDS", 0.5)
    with (
        RtspServer(LEVELS, silent=True) as server,
        pytest.raises(SourceError, match="does not answer"),
        opened(RtspSource(server.url, new_intake()[0])),
    ):
        pass


def test_a_camera_that_stops_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtsp, "READ_TIMEOUT_SECONDS", 2.0)
    with RtspServer(LEVELS) as server, opened(RtspSource(server.url, new_intake()[0])) as source:
        pictures = source.pictures()
        next(pictures)
        server.pause.set()
        with pytest.raises(SourceError, match="does not answer"):
            list(pictures)


def test_a_camera_that_closes_the_connection() -> None:
    with RtspServer(LEVELS) as server:
        source = RtspSource(server.url, new_intake()[0])
        source.open()
        pictures = source.pictures()
        next(pictures)
    with pytest.raises(SourceError, match=r"ended the stream|cannot be read"):
        list(pictures)
    source.close()


def test_a_reader_that_was_held_up_catches_up() -> None:
    intake, tally = new_intake()
    with RtspServer(LEVELS) as server, opened(RtspSource(server.url, intake)) as source:
        pictures = source.pictures()
        for _ in range(5):
            next(pictures)
        time.sleep(1.0)
        for _ in range(5):
            next(pictures)

    assert tally.skipped["late"] > 0


def test_reading_can_be_interrupted() -> None:
    with RtspServer(LEVELS) as server, opened(RtspSource(server.url, new_intake()[0])) as source:
        seen: list[Picture] = []
        reader = threading.Thread(target=lambda: seen.extend(source.pictures()))
        reader.start()
        source.interrupt()
        reader.join(20)

        assert not reader.is_alive()
