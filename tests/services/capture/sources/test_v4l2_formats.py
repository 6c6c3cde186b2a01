"""What to ask of a V4L2 device, and its raw formats as pictures."""

from __future__ import annotations

import numpy as np
import pytest
from av.video.frame import VideoFrame

from services.capture.sources.base import SourceError
from services.capture.sources.v4l2_formats import RAW_FORMATS, Mode, RawConverter, choose_format, choose_size

WIDTH, HEIGHT = 64, 48
BLUE_GREEN_RED = (40, 120, 200)


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["YUYV", "MJPG"], "MJPG"),
        (["YUYV", "JPEG"], "JPEG"),
        (["BGR3", "YUYV", "GREY"], "YUYV"),
        (["H264", "GREY"], "GREY"),
    ],
)
def test_the_cameras_own_jpeg_is_asked_for_first(offered: list[str], chosen: str) -> None:
    assert choose_format(offered, "/dev/video0") == chosen


@pytest.mark.parametrize("offered", [[], ["H264", "BA81"]])
def test_a_device_with_nothing_readable_is_refused(offered: list[str]) -> None:
    with pytest.raises(SourceError, match="/dev/video0 offers only the pixel formats"):
        choose_format(offered, "/dev/video0")


@pytest.mark.parametrize(
    ("modes", "fps", "size"),
    [
        pytest.param([Mode(640, 480, 30), Mode(1920, 1080, 30)], None, (1920, 1080), id="the largest"),
        pytest.param([Mode(1920, 1080, 30), Mode(3840, 2160, 30)], None, (1920, 1080), id="up to 1080p"),
        pytest.param([Mode(640, 480, 30), Mode(1280, 720, 10)], None, (640, 480), id="that comes at the usual rate"),
        pytest.param([Mode(640, 480, 30), Mode(1280, 720, 10)], 10, (1280, 720), id="or at the wanted rate"),
        pytest.param([Mode(640, 480, 0), Mode(1280, 720, 0)], None, (1280, 720), id="rates untold"),
        pytest.param([], None, (1920, 1080), id="sizes untold"),
    ],
)
def test_default_size(modes: list[Mode], fps: float | None, size: tuple[int, int]) -> None:
    assert choose_size(modes, fps) == size


@pytest.mark.parametrize("padding", [0, 32])
@pytest.mark.parametrize("name", [name for name in RAW_FORMATS if name != "GREY"])
def test_raw_formats_become_bgr(name: str, padding: int) -> None:
    av_format, planes = RAW_FORMATS[name]
    picture = VideoFrame.from_ndarray(np.full((HEIGHT, WIDTH, 3), BLUE_GREEN_RED, np.uint8), format="bgr24")
    frame = picture.reformat(format=av_format)
    stride = used_bytes(av_format) + padding
    data = b"".join(
        lines(bytes(plane), plane.line_size, used_bytes(av_format) // shorter, stride // shorter, HEIGHT // fewer)
        for plane, (shorter, fewer) in zip(frame.planes, planes, strict=True)
    )
    pixels = RawConverter(name, WIDTH, HEIGHT, stride).convert(data)

    assert pixels is not None
    assert pixels.shape == (HEIGHT, WIDTH, 3)
    assert np.abs(pixels.astype(int) - BLUE_GREEN_RED).max() <= 6


def used_bytes(av_format: str) -> int:
    return WIDTH * {"yuyv422": 2, "uyvy422": 2, "yvyu422": 2, "bgr24": 3, "rgb24": 3}.get(av_format, 1)


def lines(plane: bytes, line_size: int, used: int, stride: int, number: int) -> bytes:
    return b"".join(plane[n * line_size : n * line_size + used].ljust(stride, b"\xee") for n in range(number))


def test_a_buffer_that_is_too_short_is_no_picture() -> None:
    assert RawConverter("YUYV", WIDTH, HEIGHT, 0).convert(bytes(100)) is None
