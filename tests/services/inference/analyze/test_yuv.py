"""What an encoder is given has the colours of the picture, and an even size."""

from __future__ import annotations

import numpy as np
import pytest

from services.inference.analyze.yuv import YuvConverter, even
from services.inference.detector.types import Image

COLOUR = (30, 40, 200)


@pytest.mark.parametrize(("width", "height"), [(64, 48), (63, 48), (64, 47), (63, 47)])
def test_an_odd_picture_gains_a_row_and_a_column_of_its_own_colours(width: int, height: int) -> None:
    image: Image = np.full((height, width, 3), COLOUR, np.uint8)
    frame = YuvConverter(width, height).convert(image)
    assert (
        (frame.format.name, frame.width, frame.height) == ("yuv420p", even(width), even(height)) == ("yuv420p", 64, 48)
    )
    pixels = frame.to_ndarray(format="bgr24")
    assert pixels[-1, -1] == pytest.approx(COLOUR, abs=3)
    assert pixels.mean(axis=(0, 1)) == pytest.approx(COLOUR, abs=3)
