"""From bytes to pixels to the detector's input, and what is drawn on the way."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
import pytest
import simplejpeg

from proto.codec import FrameMessage
from proto.turnstile_pb2 import (
    ENCODING_BGR24,
    ENCODING_JPEG,
    Encoding,
    Frame,
    Line,
    LineTotal,
    Point,
    Settings,
    Zone,
    ZoneOccupancy,
)
from services.inference.counting.tally import Person
from services.inference.detector.letterbox import PADDING, letterbox
from services.inference.frames import CorruptPictureError, Picture, encode_jpeg
from services.inference.motion import HORIZON_SECONDS, Sighting
from services.inference.render.overlay import Scene, draw
from services.inference.render.text import draw_label, ink_on, label_size

Image = npt.NDArray[np.uint8]


def gradient(width: int, height: int) -> Image:
    x, y = np.linspace(0, 255, width), np.linspace(0, 255, height)
    return np.stack(np.broadcast_arrays(x[None, :], y[:, None], 128.0), axis=2).astype(np.uint8)


def picture(payload: bytes, encoding: Encoding, width: int, height: int) -> Picture:
    return Picture.of(FrameMessage(Frame(encoding=encoding, width=width, height=height), memoryview(payload)))


@pytest.mark.parametrize(
    ("width", "height", "imgsz", "square", "expected"),
    [
        (1920, 1080, 640, False, (640, 384)),
        (1920, 1080, 640, True, (640, 640)),
        (1280, 720, 416, False, (416, 256)),
        (480, 360, 640, False, (640, 480)),
        (1080, 1920, 640, False, (384, 640)),
        (640, 640, 640, False, (640, 640)),
        (4000, 16, 640, False, (640, 32)),
    ],
)
def test_the_input_follows_the_picture(
    width: int, height: int, imgsz: int, square: bool, expected: tuple[int, int]
) -> None:
    box = letterbox(width, height, imgsz, square=square)
    assert (box.width, box.height) == expected
    assert 0 <= box.left <= box.width - box.inner_width
    assert 0 <= box.top <= box.height - box.inner_height


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920), (480, 360), (33, 17)])
def test_boxes_come_back_to_where_they_were_in_the_picture(width: int, height: int) -> None:
    box = letterbox(width, height, 640, square=True)
    corners = np.array([[0, 0, width, height]], np.float32)
    in_input = corners * box.scale
    in_input[:, 0::2] += box.left
    in_input[:, 1::2] += box.top
    assert box.to_picture(in_input) == pytest.approx(corners, abs=0.01)


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920), (640, 640), (640, 360)])
def test_the_letterbox_is_grey_around_the_whole_picture(width: int, height: int) -> None:
    box = letterbox(width, height, 640, square=True)
    out = np.zeros((box.height, box.width, 3), np.uint8)
    box.fit(np.full((height, width, 3), 255, np.uint8), out)
    white = (out == 255).all(axis=2)
    assert white.sum() == box.inner_width * box.inner_height
    assert (out[~white] == PADDING).all()


def test_a_jpeg_is_decoded_to_its_pixels() -> None:
    image = gradient(320, 180)
    decoded = picture(encode_jpeg(image), ENCODING_JPEG, 320, 180).image()
    assert np.abs(decoded.astype(int) - image).mean() < 2


def test_raw_pixels_are_copied_because_they_will_be_drawn_into() -> None:
    payload = gradient(64, 48).tobytes()
    frame = picture(payload, ENCODING_BGR24, 64, 48)
    frame.image()[:] = 0
    assert payload == gradient(64, 48).tobytes()


def test_the_detector_sees_the_same_whether_anybody_watches_or_not() -> None:
    data = encode_jpeg(gradient(1920, 1080))
    box = letterbox(1920, 1080, 640, square=False)
    inputs = []
    for watched in (True, False):
        out = np.empty((box.height, box.width, 3), np.uint8)
        picture(data, ENCODING_JPEG, 1920, 1080).write_input(box, out, full=watched)
        inputs.append(out.astype(int))
    difference = np.abs(inputs[0] - inputs[1])
    assert difference.max() <= 8
    assert difference.mean() < 1


def test_what_was_prepared_before_drawing_is_what_the_detector_gets() -> None:
    frame = picture(encode_jpeg(gradient(640, 360)), ENCODING_JPEG, 640, 360)
    box = letterbox(640, 360, 320, square=False)
    frame.prepare_input(box)
    frame.image()[:] = 0
    out = np.zeros((box.height, box.width, 3), np.uint8)
    frame.write_input(box, out, full=True)
    assert out.max() > 200


@pytest.mark.parametrize(
    ("payload", "width"),
    [(b"\xff\xd8 no more than a beginning", 64), (encode_jpeg(gradient(32, 48)), 64)],
    ids=["not a JPEG", "another size than announced"],
)
def test_a_corrupt_jpeg_is_named(payload: bytes, width: int) -> None:
    with pytest.raises(CorruptPictureError):
        picture(payload, ENCODING_JPEG, width, 48).image()


def person(x: float, y: float) -> Person:
    return Person(7, "person", 0.87, x, y, 60, 140)


def test_boxes_are_carried_forward_but_not_for_ever() -> None:
    sighting = Sighting((person(100, 50),), ((30.0, -10.0),), 1_000_000_000, 1_000_000_000)
    (moved,) = sighting.at(1_000_000_000 + 100_000_000)
    assert (moved.left, moved.top) == pytest.approx((103, 49))
    assert sighting.at(1_000_000_000 + round(HORIZON_SECONDS * 1.1e9)) == []
    assert sighting.at(999_000_000) == [person(100, 50)]


def scene(notice: str = "") -> Scene:
    corners = [Point(x=0.1, y=0.6), Point(x=0.4, y=0.6), Point(x=0.4, y=0.9)]
    settings = Settings(
        lines=[Line(name="door", start=Point(x=0.5, y=0), end=Point(x=0.5, y=1))],
        zones=[Zone(name="queue", polygon=corners)],
    )
    people = [person(-30, -30), person(5000, 100), person(100, 20)]  # two of them stick out, or are outside
    totals, occupancy = [LineTotal(name="door", count_in=12)], [ZoneOccupancy(name="queue", occupancy=2)]
    return Scene("main", settings, people, totals, occupancy, notice, time.time_ns())


@pytest.mark.parametrize("size", [(1920, 1080), (640, 360), (160, 90), (90, 160), (16, 16)])
@pytest.mark.parametrize("ground", [0, 128, 255])
def test_the_overlay_is_drawn_on_pictures_of_any_size_and_brightness(size: tuple[int, int], ground: int) -> None:
    image = np.full((size[1], size[0], 3), ground, np.uint8)
    draw(image, scene("the detector is loading"))
    assert (image != ground).any()


def test_a_picture_is_changed_only_where_something_is_drawn() -> None:
    image = np.full((1080, 1920, 3), 128, np.uint8)
    draw(image, scene())
    assert 0.005 < (image != 128).any(axis=2).mean() < 0.15


@pytest.mark.parametrize("ground", [(0, 0, 0), (255, 255, 255), (80, 220, 255), (235, 190, 70), (178, 114, 0)])
def test_letters_stand_out_from_their_ground(ground: tuple[int, int, int]) -> None:
    weights = np.array([0.114, 0.587, 0.299])
    contrast = abs(float(weights @ ink_on(ground)) - float(weights @ ground))
    assert contrast > 90


def test_a_label_stays_inside_the_picture() -> None:
    image = np.zeros((40, 200, 3), np.uint8)
    draw_label(image, "IN 12", 190, 35, 14, (255, 255, 255))
    width, height = label_size("IN 12", 14)
    assert (image[-height:, -width:] != 0).any(axis=2).mean() > 0.5
    assert not image[: -height - 1].any()


def test_encoding_gives_a_picture_that_others_can_read() -> None:
    height, width, colorspace, subsampling = simplejpeg.decode_jpeg_header(encode_jpeg(gradient(100, 50)))
    assert (width, height, colorspace, subsampling) == (100, 50, "YCbCr", "420")
