from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.bench.scene import generated_pictures
from tests.bench.splice import StampedJpeg, encode_rows
from tests.bench.strip import STRIP_HEIGHT, Pixels, StripGeometry, paint_stamp

TIMES_US = (0, 1_790_000_123_456_789, 1_790_000_123_490_122)


def decoded(jpeg: bytes) -> Pixels:
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720), (1000, 562)])
@pytest.mark.parametrize("quality", [70, 80, 95])
def test_spliced_is_byte_for_byte_the_encoded_picture(width: int, height: int, quality: int) -> None:
    picture = next(generated_pictures(1, width, height))
    spliced = StampedJpeg(picture, quality)
    geometry = StripGeometry(width, height)
    for time_us in TIMES_US:
        paint_stamp(picture[geometry.top : geometry.top + STRIP_HEIGHT], geometry, time_us)
        assert spliced.at(time_us) == encode_rows(picture, quality)


def test_a_decoder_sees_the_same_picture_away_from_the_strip() -> None:
    picture = next(generated_pictures(1))
    without = decoded(encode_rows(picture, 80))
    spliced = decoded(StampedJpeg(picture, 80).at(TIMES_US[1]))
    geometry = StripGeometry(1920, 1080)
    # Colour is stored at half the resolution, so decoding mixes it over one row beyond the strip.
    assert np.array_equal(spliced[: geometry.top - 1], without[: geometry.top - 1])
    assert np.array_equal(spliced[geometry.top + STRIP_HEIGHT + 1 :], without[geometry.top + STRIP_HEIGHT + 1 :])
    assert not np.array_equal(spliced, without)
