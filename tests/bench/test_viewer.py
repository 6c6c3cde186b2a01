from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.bench.multipart import Part, read_parts
from tests.bench.scene import generated_pictures
from tests.bench.source import Camera
from tests.bench.splice import StampedJpeg
from tests.bench.viewer import record, summarise

START_US = 1_790_000_000_000_000


@pytest.fixture(scope="module")
def pictures() -> list[StampedJpeg]:
    return [StampedJpeg(picture, 80) for picture in generated_pictures(3)]


@pytest.fixture
def camera_port(pictures: list[StampedJpeg]) -> Iterator[int]:
    camera = Camera(pictures, fps=50)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=lambda: camera.serve(listener.accept()[0]), name="camera")
        serving.start()
        yield listener.getsockname()[1]
        serving.join(10)
        assert not serving.is_alive()


def test_the_cameras_own_stream_is_read_back(camera_port: int) -> None:
    parts = read_parts(list(record(f"http://127.0.0.1:{camera_port}/", 1.0)))
    viewing = summarise(parts, parts[0].complete_ns, parts[-1].complete_ns + 1)
    assert viewing.parts == viewing.distinct == len(parts) > 2
    assert viewing.unreadable == 0
    assert 0 < viewing.p50_ms <= viewing.p95_ms <= viewing.p99_ms
    assert viewing.part_bytes == [len(part.jpeg) for part in parts]


def test_repeated_and_unreadable_pictures_are_told_apart(pictures: list[StampedJpeg]) -> None:
    first, second = (pictures[0].at(START_US + n * 100_000) for n in range(2))
    blank = StampedJpeg(next(generated_pictures(1)), 80).at(START_US)[:-20_000] + b"\xff\xd9"  # the strip is cut off
    arrivals_ms = [(10, first), (40, first), (120, second), (150, blank), (5_000, second)]
    parts = [Part((START_US + ms * 1000) * 1000, jpeg) for ms, jpeg in arrivals_ms]
    viewing = summarise(parts, START_US * 1000, (START_US + 1_000_000) * 1000)
    assert (viewing.parts, viewing.distinct, viewing.unreadable) == (4, 2, 1)
    assert viewing.fps == 2.0
    assert (viewing.p50_ms, viewing.p99_ms) == pytest.approx((10.0, 20.0), abs=0.01)
    assert viewing.longest_gap_ms == pytest.approx(880.0, abs=0.01)
