from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.bench.scene import generated_pictures
from tests.bench.strip import CELL, CELLS, STRIP_HEIGHT, TIME_SPAN_US, Pixels, StripGeometry, paint_stamp, read_stamp

NOW_US = 1_790_000_123_456_789
SIZES = [(1920, 1080), (1280, 720), (800, 480), (2560, 1440), (3840, 2160)]


def stamped(width: int, height: int, time_us: int = NOW_US) -> Pixels:
    picture = next(generated_pictures(1, width, height))
    geometry = StripGeometry(width, height)
    paint_stamp(picture[geometry.top : geometry.top + STRIP_HEIGHT], geometry, time_us)
    return picture


def gray_after(picture: Pixels, quality: int, decoding: int) -> Pixels:
    jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(jpeg, decoding), np.uint8)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("quality", [95, 85, 70, 40])
@pytest.mark.parametrize(
    "decoding", [cv2.IMREAD_GRAYSCALE, cv2.IMREAD_REDUCED_GRAYSCALE_4, cv2.IMREAD_REDUCED_GRAYSCALE_8]
)
def test_survives_jpeg_and_scaled_decoding(width: int, height: int, quality: int, decoding: int) -> None:
    gray = gray_after(stamped(width, height), quality, decoding)
    assert read_stamp(gray, StripGeometry(width, height), NOW_US + 40_000) == NOW_US


@pytest.mark.parametrize("twice_quality", [(80, 70), (70, 70)])
def test_survives_a_second_encoding(twice_quality: tuple[int, int]) -> None:
    first, second = twice_quality
    jpeg = cv2.imencode(".jpg", stamped(1920, 1080), [cv2.IMWRITE_JPEG_QUALITY, first])[1]
    again = np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)
    gray = gray_after(again, second, cv2.IMREAD_REDUCED_GRAYSCALE_8)
    assert read_stamp(gray, StripGeometry(1920, 1080), NOW_US) == NOW_US


@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(((960, 0), (960, 1079), 7), id="the default counting line"),
        pytest.param(((700, 900), (900, 1079), 3), id="a box that ends below the picture"),
        pytest.param(((700, 900), (900, 1050), 3), id="a box that ends in the strip"),
    ],
)
def test_survives_what_the_overlay_draws_over_it(drawn: tuple[tuple[int, int], tuple[int, int], int]) -> None:
    picture = stamped(1920, 1080)
    cv2.rectangle(picture, drawn[0], drawn[1], (60, 200, 250), drawn[2])
    for decoding in (cv2.IMREAD_GRAYSCALE, cv2.IMREAD_REDUCED_GRAYSCALE_8):
        assert read_stamp(gray_after(picture, 80, decoding), StripGeometry(1920, 1080), NOW_US) == NOW_US


def test_one_readable_row_is_enough() -> None:
    picture = stamped(1920, 1080)
    geometry = StripGeometry(1920, 1080)
    picture[geometry.top : geometry.top + CELL] = 128
    assert read_stamp(gray_after(picture, 80, cv2.IMREAD_GRAYSCALE), geometry, NOW_US) == NOW_US


@pytest.mark.parametrize("level", [0, 127, 128, 255])
def test_a_picture_without_a_stamp_has_none(level: int) -> None:
    gray = np.full((1080, 1920), level, np.uint8)
    assert read_stamp(gray, StripGeometry(1920, 1080), NOW_US) is None


def test_a_wrong_cell_is_noticed() -> None:
    geometry = StripGeometry(1920, 1080)
    picture = stamped(1920, 1080)
    cell = picture[geometry.top : geometry.top + STRIP_HEIGHT, geometry.left + CELL : geometry.left + 2 * CELL]
    cell[:] = 255 - cell
    assert read_stamp(gray_after(picture, 80, cv2.IMREAD_GRAYSCALE), geometry, NOW_US) is None


@pytest.mark.parametrize("offset", [-TIME_SPAN_US // 2 + 1, -1, 0, 1, TIME_SPAN_US // 2 - 1])
def test_the_readers_clock_supplies_the_high_bits(offset: int) -> None:
    gray = gray_after(stamped(1920, 1080), 80, cv2.IMREAD_GRAYSCALE)
    assert read_stamp(gray, StripGeometry(1920, 1080), NOW_US + offset) == NOW_US


def test_a_picture_that_is_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        StripGeometry(CELLS * CELL - 1, 480)
