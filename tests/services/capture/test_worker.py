"""What no real source does on demand: it hangs, or fails in a way that nobody foresaw."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from services.capture import camera, watchdog, worker
from services.capture.manager import CameraManager
from services.capture.sources.base import Picture, SourceInfo
from services.common.config import parse_camera
from tests.services.capture.readers import DirectoryReader, StreamReader
from tests.services.capture.support import grey_jpeg

SOURCE = {"source": "http://127.0.0.1:1/x"}


class Scripted:
    """A source that does what the test says, and opens no sooner."""

    def __init__(self, pictures: Iterator[Picture], may_open: threading.Event) -> None:
        self._pictures = pictures
        self._may_open = may_open

    def open(self) -> SourceInfo:
        self._may_open.wait()
        return SourceInfo("MJPG", 30)

    def pictures(self) -> Iterator[Picture]:
        return self._pictures

    def interrupt(self) -> None:
        return

    def close(self) -> None:
        return


def picture() -> Picture:
    return Picture(grey_jpeg(5), 64, 48, time.time_ns())


def hanging(hang: threading.Event, release: threading.Event) -> Iterator[Picture]:
    while not hang.wait(0.02):
        yield picture()
    release.wait()
    yield picture()


def steady() -> Iterator[Picture]:
    while True:
        time.sleep(0.02)
        yield picture()


def failing() -> Iterator[Picture]:
    yield picture()
    raise ZeroDivisionError


def script(monkeypatch: pytest.MonkeyPatch, first: Iterator[Picture], second: Iterator[Picture]) -> threading.Event:
    """Have two sources, one after the other; return what lets the second open."""
    at_once, later = threading.Event(), threading.Event()
    at_once.set()
    sources = iter([Scripted(first, at_once), Scripted(second, later)])
    monkeypatch.setattr(worker, "make_source", lambda *_: next(sources))
    return later


def test_a_thread_that_does_not_come_back_is_replaced(
    manager: CameraManager, directory: DirectoryReader, stream: StreamReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang, release = threading.Event(), threading.Event()
    second = script(monkeypatch, hanging(hang, release), steady())
    manager.add("cam", parse_camera(SOURCE))
    first = directory.await_state("live").endpoint
    with monkeypatch.context() as patience:
        patience.setattr(watchdog, "REOPEN_AFTER_STALLED_SECONDS", 0.2)
        patience.setattr(watchdog, "REPLACE_AFTER_SECONDS", 0.2)
        hang.set()
        while directory.await_state("stalled").endpoint == first:
            pass
    second.set()
    live = directory.await_state("live")
    release.set()
    stream.read()

    assert live.endpoint != first
    assert directory.await_state("live").endpoint == live.endpoint, "the old thread is not listened to"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_fails_is_told_and_replaced(
    manager: CameraManager, directory: DirectoryReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera, "FAILED_DELAY_SECONDS", 0.5)
    second = script(monkeypatch, failing(), steady())
    manager.add("cam", parse_camera(SOURCE))

    assert "nobody foresaw" in directory.await_state("offline").cause
    second.set()
    directory.await_state("live")
