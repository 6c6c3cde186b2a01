"""A camera from its source to the wire: states, reconnects, what is published."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from proto.turnstile_pb2 import ENCODING_BGR24, ENCODING_JPEG
from services.capture import watchdog
from services.capture.manager import CameraManager
from services.common.clock import BOOT_ID
from services.common.config import parse_camera
from tests.services.capture.mjpeg_server import MjpegServer
from tests.services.capture.readers import DirectoryReader, StreamReader
from tests.services.capture.support import grey_jpeg, level_of, nearly, write_video


@contextmanager
def sending(server: MjpegServer, *jpegs: bytes, fps: float = 40) -> Iterator[threading.Event]:
    """Send ``jpegs`` in a loop; the event given pauses that while it is set."""
    stop, pause = threading.Event(), threading.Event()

    def send() -> None:
        number = 0
        while not stop.wait(1 / fps):
            if not pause.is_set():
                server.send(jpegs[number % len(jpegs)])
                number += 1

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield pause
    finally:
        stop.set()
        thread.join()


def test_a_cameras_own_jpeg_goes_out_as_it_came(manager: CameraManager, stream: StreamReader) -> None:
    jpeg = grey_jpeg(123, 160, 90)
    with MjpegServer() as server, sending(server, jpeg):
        manager.add("cam", parse_camera({"source": server.url}))
        frame = stream.read()

    header = frame.header
    assert bytes(frame.payload) == jpeg
    assert (header.encoding, header.width, header.height) == (ENCODING_JPEG, 160, 90)
    assert (header.camera, header.boot_id) == ("cam", BOOT_ID)


def test_other_pictures_go_out_raw_to_readers_on_this_host(
    manager: CameraManager, stream: StreamReader, tmp_path: Path
) -> None:
    video = write_video(tmp_path / "v.mp4", [90] * 10, size=(70, 50))  # lines of 210 bytes: padded by the decoder
    manager.add("cam", parse_camera({"source": str(video)}))
    frame = stream.read()

    assert (frame.header.encoding, frame.header.width, frame.header.height) == (ENCODING_BGR24, 70, 50)
    pixels = np.frombuffer(frame.payload, np.uint8).reshape(50, 70, 3)
    assert nearly([level_of(pixels)], [90])


@pytest.mark.parametrize(("wire", "encoding"), [("jpeg", ENCODING_JPEG), ("raw", ENCODING_BGR24)])
def test_wire_forces_the_encoding(
    manager: CameraManager, stream: StreamReader, tmp_path: Path, wire: str, encoding: int
) -> None:
    source = str(write_video(tmp_path / "v.mp4", [90] * 10))
    with MjpegServer() as server, sending(server, grey_jpeg(90)):
        manager.add("cam", parse_camera({"source": server.url if wire == "raw" else source, "wire": wire}))
        frame = stream.read()

    assert frame.header.encoding == encoding
    payload = bytes(frame.payload)
    pixels = payload if encoding == ENCODING_JPEG else np.frombuffer(payload, np.uint8).reshape(48, 64, 3)
    assert nearly([level_of(pixels)], [90])


def test_sequences_count_what_the_source_delivered_and_go_on_over_reopening(
    manager: CameraManager, stream: StreamReader, directory: DirectoryReader, tmp_path: Path
) -> None:
    video = str(write_video(tmp_path / "v.mp4", [90] * 5))
    manager.add("cam", parse_camera({"source": video, "fps": 10}))
    sequences = [stream.read().header.sequence for _ in range(5)]
    manager.remove("cam")
    manager.add("cam", parse_camera({"source": video, "wire": "jpeg"}))
    directory.await_state("live")
    stream.connect()
    after = stream.read().header.sequence

    assert sequences == sorted(set(sequences))
    assert sequences[-1] - sequences[0] >= 8, "skipped frames count too: two between each of five and the next"
    assert after > sequences[-1]


def test_a_camera_that_stops_sending_stalls_and_comes_back(
    manager: CameraManager, stream: StreamReader, directory: DirectoryReader
) -> None:
    with MjpegServer() as server, sending(server, grey_jpeg(50)) as pause:
        manager.add("cam", parse_camera({"source": server.url}))
        directory.await_state("live")
        pause.set()
        stalled = directory.await_state("stalled")
        server.await_viewers()
        directory_says = stalled.cause
        while len(server.requests) < 2:  # the watchdog opens the source again
            directory.read()
        pause.clear()
        live = directory.await_state("live")

        assert directory_says == "the source is open but no picture arrives"
        assert live.cause == ""
        assert live.since_ns > stalled.since_ns
        assert live.stats.reconnects >= 1
        stream.read()


def test_a_camera_that_vanishes_is_offline_with_the_cause_and_comes_back(
    manager: CameraManager, stream: StreamReader, directory: DirectoryReader, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with MjpegServer(login="ann:s3cret") as server, sending(server, grey_jpeg(50)):
        manager.add("cam", parse_camera({"source": server.url}))
        directory.await_state("live")
        last = stream.read().header.sequence
        port = server.port
    offline = directory.await_state("offline")
    with MjpegServer(port=port, login="ann:s3cret") as server, sending(server, grey_jpeg(50)):
        back = directory.await_state("live")
        again = stream.read().header.sequence

    assert f"http://***@127.0.0.1:{port}/stream" in offline.cause
    assert back.source == f"http://***@127.0.0.1:{port}/stream"
    assert again > last
    assert "s3cret" not in caplog.text + str(offline) + str(back)


def test_a_file_that_appears_is_played_at_once(
    manager: CameraManager, directory: DirectoryReader, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    video = tmp_path / "later.mp4"
    manager.add("cam", parse_camera({"source": str(video)}))
    offline = directory.await_state("offline")
    write_video(tmp_path / "v.mp4", [90] * 10).rename(video)
    directory.await_state("live")

    assert offline.cause == f"{video} does not exist"
    assert sum("does not exist" in record.message for record in caplog.records) == 1, "told once, not per attempt"


def test_a_broken_camera_leaves_the_others_alone(
    manager: CameraManager, directory: DirectoryReader, tmp_path: Path
) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("shopping list\n" * 100)
    sources = {"folder": str(tmp_path), "text": str(text), "odd": "ftp://host/x"}
    for name, source in sources.items():
        manager.add(name, parse_camera({"source": source}))
    manager.add("cam", parse_camera({"source": str(write_video(tmp_path / "v.mp4", [90] * 10))}))
    directory.await_state("live")
    causes = {name: directory.await_state("offline", name).cause for name in sources}

    assert causes == {
        "folder": f"{tmp_path} is a folder, not a video file",
        "text": f"{text} is not a video that can be read: it is text",
        "odd": "ftp://host/x: ftp:// is none of rtsp://, http://, https://, file://",
    }


def test_a_file_that_is_not_looped_ends(manager: CameraManager, directory: DirectoryReader, tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", [90] * 5)
    manager.add("cam", parse_camera({"source": str(video), "loop": False}))
    ended = directory.await_state("ended")

    assert (ended.cause, ended.stats.frames) == ("the video has ended", 5)


def test_a_change_of_the_analysis_does_not_touch_the_source(
    manager: CameraManager, directory: DirectoryReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "SHORTEST_PATIENCE_SECONDS", 60.0)  # the state changes if the machine stalls
    with MjpegServer() as server, sending(server, grey_jpeg(50)):
        before = parse_camera({"source": server.url})
        manager.apply({"cam": before})
        live = directory.await_state("live")
        manager.apply(
            {
                "cam": parse_camera(
                    {"source": server.url, "overlay": "live", "zones": {"q": {"polygon": [[0, 0], [1, 0], [1, 1]]}}}
                )
            }
        )
        while not (camera := directory.camera()) or not camera.settings.zones:
            pass

        assert [zone.name for zone in camera.settings.zones] == ["q"]
        assert (camera.since_ns, camera.endpoint) == (live.since_ns, live.endpoint)
        assert len(server.requests) == 1


def test_a_change_of_the_source_opens_the_new_one(
    manager: CameraManager, directory: DirectoryReader, stream: StreamReader, tmp_path: Path
) -> None:
    small, large = (write_video(tmp_path / f"{n}.mp4", [90] * 10, size=(n, n)) for n in (64, 128))
    manager.apply({"cam": parse_camera({"source": str(small)})})
    assert stream.read().header.width == 64
    manager.apply({"cam": parse_camera({"source": str(large)})})
    while directory.await_state("live").source != str(large):
        pass
    stream.connect()

    assert stream.read().header.width == 128


def test_a_slow_reader_gets_the_newest_frame_and_holds_nobody_up(
    manager: CameraManager, directory: DirectoryReader, tmp_path: Path
) -> None:
    video = write_video(tmp_path / "v.mp4", [90] * 30, size=(640, 480))
    manager.add("cam", parse_camera({"source": str(video)}))
    with StreamReader(directory, "cam") as slow, StreamReader(directory, "cam") as quick:
        first = slow.read().header.sequence
        seen = 0
        while seen < first + 60:  # two seconds of not reading
            seen = quick.read().header.sequence
        slow.read()  # may be one that was under way
        late = slow.read().header.sequence

    assert late >= seen - 3
