"""The NO SIGNAL picture."""

from __future__ import annotations

import asyncio
import io

import pytest
from PIL import Image, ImageChops

from services.streamer.slate import SlateClock, SlateText, draw_slate, fit
from services.streamer.slates import HEADLINES, Slates, duration
from services.streamer.status import CameraStatus, State

CLOCK = SlateClock(now="12:00:00", since="Since 11:59:00, for 1 min 0 s", last_picture="Last picture 11:58:59")


def drawn(cause: str = "", size: tuple[int, int] = (640, 360), clock: SlateClock = CLOCK) -> Image.Image:
    return Image.open(io.BytesIO(draw_slate(SlateText("entrance", "Offline", cause, (255, 0, 0)), clock, size)))


@pytest.mark.parametrize("size", [(320, 180), (640, 480), (1920, 1080), (720, 1280)])
def test_is_drawn_at_the_size_asked_for(size: tuple[int, int]) -> None:
    image = drawn("the cable was pulled", size)
    assert image.size == size
    dark = image.convert("L").histogram()
    assert sum(dark[:64]) > 0.8 * size[0] * size[1], "calm: most of it is dark"
    assert sum(dark[200:]) > 0, "and some of it is bright"


@pytest.mark.parametrize(
    ("camera", "slate"),
    [
        ((1280, 720), (1280, 720)),
        ((3840, 2160), (1920, 1080)),
        ((2160, 3840), (608, 1080)),
        ((16, 16), (320, 180)),
    ],
)
def test_cost_is_capped(camera: tuple[int, int], slate: tuple[int, int]) -> None:
    assert fit(*camera) == slate


def test_cause_is_in_the_picture_and_wraps() -> None:
    plain = drawn()
    for cause in (
        "no such file",
        "/very/long" * 40,
        "word " * 200,
        "x" * 1000,
        "Kamera nicht gefunden: größer, 摄像头",
    ):
        image = drawn(cause)
        assert ImageChops.difference(plain.convert("L"), image.convert("L")).getbbox() is not None


def test_clock_changes_the_picture() -> None:
    later = SlateClock(now="12:00:01", since="Since 11:59:00, for 1 min 1 s", last_picture=CLOCK.last_picture)
    assert ImageChops.difference(drawn().convert("L"), drawn(clock=later).convert("L")).getbbox() is not None


def test_every_state_has_words_of_its_own() -> None:
    states: list[State] = ["waiting", "connecting", "live", "stalled", "offline", "ended"]
    assert len({HEADLINES[state][0] for state in states}) == len(states)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 s"), (59.9, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (3600, "1 h 0 min"), (90061, "1 d 1 h")],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_feeds_of_one_camera_share_one_drawing() -> None:
    async def twice() -> tuple[bytes, bytes]:
        slates = Slates()
        status = CameraStatus("offline", "pulled out", 0)
        try:
            first, second = await asyncio.gather(slates.draw("a", status, None), slates.draw("a", status, None))
            return first, second
        finally:
            slates.close()

    first, second = asyncio.run(twice())
    assert Image.open(io.BytesIO(first)).size == (1280, 720)
    assert first == second
