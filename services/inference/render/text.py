"""Fast text on a plain ground.

Labels stand on a filled box to be legible on any picture. On a known ground a glyph is a fixed little picture, so each
is rendered once (Pillow's built-in TrueType face) and then copied: a label costs a few microseconds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, cast

import cv2
import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from services.inference.detector.types import Image

Colour = tuple[int, int, int]
"""Blue, green, red."""

PADDING: Final = 0.35  # around the text, as a share of its size


def ink_on(ground: Colour) -> Colour:
    """Return black or white, whichever reads better on ``ground`` (luma of ITU-R BT.601)."""
    blue, green, red = ground
    return (20, 20, 20) if 0.114 * blue + 0.587 * green + 0.299 * red > 140 else (255, 255, 255)


def label_size(text: str, size: int) -> tuple[int, int]:
    """Return width and height, pixels, of the box that :func:`draw_label` fills."""
    pad = round(size * PADDING)
    width = sum(_glyph(character, size, (0, 0, 0)).shape[1] for character in text)
    return width + 2 * pad, _line_height(size) + pad


def draw_label(image: Image, text: str, left: int, top: int, size: int, ground: Colour) -> None:
    """Draw ``text`` on a box of colour ``ground``, moved inside the picture where it would stick out.

    Args:
        image: Drawn into, (height, width, 3).
        text: One line.
        left: Of the box, pixels.
        top: Of the box, pixels.
        size: Of the letters, pixels.
        ground: Colour of the box.
    """
    width, height = label_size(text, size)
    rows, columns = image.shape[:2]
    left = max(0, min(left, columns - width))
    top = max(0, min(top, rows - height))
    cv2.rectangle(image, (left, top), (left + width - 1, top + height - 1), ground, cv2.FILLED)
    pad = round(size * PADDING)
    x, y = left + pad, top + pad // 2
    for character in text:
        glyph = _glyph(character, size, ground)
        end = min(x + glyph.shape[1], columns)
        area = image[y : min(y + glyph.shape[0], rows), x:end]
        area[:] = glyph[: area.shape[0], : area.shape[1]]
        x += glyph.shape[1]
        if x >= columns:
            return


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return cast(ImageFont.FreeTypeFont, ImageFont.load_default(size))


def _line_height(size: int) -> int:
    ascent, descent = _font(size).getmetrics()
    return ascent + descent


@lru_cache(maxsize=8192)
def _glyph(character: str, size: int, ground: Colour) -> Image:
    font = _font(size)
    width = max(1, round(font.getlength(character)))
    picture = PillowImage.new("RGB", (width, _line_height(size)), ground)
    ImageDraw.Draw(picture).text((0, 0), character, font=font, fill=ink_on(ground))
    return np.asarray(picture)
