"""The built-in scene as a camera."""

from __future__ import annotations

import threading
from itertools import islice

import numpy as np
import pytest

from proto.turnstile_pb2 import ENCODING_BGR24
from services.capture.demo.scene import Scene
from services.capture.manager import CameraManager
from services.capture.sources.base import SourceError
from services.capture.sources.demo import DemoSource
from services.common.config import parse_camera
from services.common.demo_url import parse_demo
from tests.services.capture.readers import DirectoryReader, StreamReader
from tests.services.capture.support import new_intake, opened

SETTINGS = parse_demo("demo://plaza?people=3&size=160x90&fps=25")


def test_it_shows_the_frames_of_the_scene_from_the_first_on() -> None:
    intake, tally = new_intake()
    source = DemoSource(SETTINGS, intake)
    scene = Scene(SETTINGS)
    with opened(source):
        for picture in islice(source.pictures(), 4):
            number = tally.frames - 1
            assert np.array_equal(picture.payload, scene.picture(number))
            assert (picture.width, picture.height) == (160, 90)


@pytest.mark.usefixtures("unhurried")
def test_frames_beyond_the_cap_are_counted_and_not_drawn() -> None:
    intake, tally = new_intake(fps=5)
    source = DemoSource(SETTINGS, intake)
    with opened(source):
        list(islice(source.pictures(), 3))

    assert tally.frames >= 11
    assert tally.skipped["fps_cap"] >= 8


def test_a_wait_for_the_next_frame_can_be_broken_off() -> None:
    intake, _ = new_intake()
    source = DemoSource(parse_demo("demo://plaza?people=0&size=160x90&fps=0.01"), intake)
    with opened(source):
        pictures = source.pictures()
        next(pictures)
        threading.Timer(0.05, source.interrupt).start()
        assert list(pictures) == []


def test_it_must_be_open() -> None:
    with pytest.raises(SourceError, match="not open"):
        next(iter(DemoSource(SETTINGS, new_intake()[0]).pictures()))


def test_a_demo_camera_goes_live(manager: CameraManager, directory: DirectoryReader, stream: StreamReader) -> None:
    manager.add("cam", parse_camera({"source": "demo://street?people=4", "width": 320, "fps": 15}))
    live = directory.await_state("live")
    header = stream.read().header

    assert (header.width, header.height, header.encoding) == (320, 180, ENCODING_BGR24)
    assert (live.stats.pixel_format, live.stats.nominal_fps) == ("demo", 30)
