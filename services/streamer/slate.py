"""Draws the picture that stands in for a camera that delivers none."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont

RGB = tuple[int, int, int]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

MAX_SIZE: Final = (1920, 1080)
MIN_SIZE: Final = (320, 180)  # for less, the words do not fit
JPEG_QUALITY: Final = 82
MAX_CAUSE: Final = 400  # characters
TITLE: Final = "NO SIGNAL"

TOP: Final[RGB] = (27, 33, 41)
BOTTOM: Final[RGB] = (13, 16, 21)
BRIGHT: Final[RGB] = (236, 240, 244)
SOFT: Final[RGB] = (168, 178, 190)
DIM: Final[RGB] = (122, 133, 146)
RULE: Final[RGB] = (48, 56, 66)


@dataclass(frozen=True, slots=True)
class SlateText:
    """The words that stay for as long as the state does.

    Attributes:
        headline: What is the matter, a few words.
        accent: Colour of the mark beside it.
    """

    camera: str
    headline: str
    cause: str
    accent: RGB


@dataclass(frozen=True, slots=True)
class SlateClock:
    """The words that change each second."""

    now: str
    since: str
    last_picture: str


def fit(width: int, height: int) -> tuple[int, int]:
    """Return the size to draw at for a camera of this size: its own, but neither tiny nor costly."""
    shrink = min(1.0, MAX_SIZE[0] / width, MAX_SIZE[1] / height)
    return max(MIN_SIZE[0], round(width * shrink)), max(MIN_SIZE[1], round(height * shrink))


def draw_slate(text: SlateText, clock: SlateClock, size: tuple[int, int]) -> bytes:
    """Return the slate as JPEG of ``size``, (width, height) in pixels."""
    image = _still(text, size).copy()
    layout = _Layout.of(size)
    draw = ImageDraw.Draw(image)
    small = _font(layout.small)
    draw.text((size[0] - layout.margin, layout.margin), clock.now, DIM, small, anchor="rt")
    bottom = size[1] - layout.margin
    wide = draw.textlength(clock.since + clock.last_picture, small) + layout.margin < size[0] - 2 * layout.margin
    if clock.last_picture:
        draw.text((size[0] - layout.margin, bottom), clock.last_picture, DIM, small, anchor="rb")
    raised = 0 if wide else round(layout.small * 1.5)
    draw.text((layout.margin, bottom - raised), clock.since, SOFT, small, anchor="lb")
    return _jpeg(image)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Sizes in pixels."""

    margin: int
    title: int
    headline: int
    body: int
    small: int

    @classmethod
    def of(cls, size: tuple[int, int]) -> _Layout:
        unit = min(size[0] / 16, size[1] / 9)
        return cls(
            margin=round(unit * 0.55),
            title=max(14, round(unit * 1.35)),
            headline=max(10, round(unit * 0.46)),
            body=max(11, round(unit * 0.34)),
            small=max(10, round(unit * 0.29)),
        )


@lru_cache(maxsize=64)
def _font(size: int) -> Font:
    return ImageFont.load_default(size)


@lru_cache(maxsize=8)  # 6 MB each at 1080p
def _still(text: SlateText, size: tuple[int, int]) -> Image.Image:
    """Return all that does not change from second to second."""
    image = _background(size)
    draw = ImageDraw.Draw(image)
    layout = _Layout.of(size)
    width, height = size
    draw.text((layout.margin, layout.margin), text.camera, SOFT, _font(layout.small), anchor="lt")
    body = _font(layout.body)
    lines = list(_wrap(text.cause, draw, body, width - 4 * layout.margin))
    block = layout.title * 1.25 + layout.headline * 1.7 + len(lines) * layout.body * 1.45
    y = (height - block) / 2 + layout.title / 2
    _spaced(draw, (width / 2, y), TITLE, _font(layout.title), layout.title * 0.09, BRIGHT)
    y += layout.title * 0.75 + layout.headline * 0.75
    _headline(draw, (width / 2, y), text, layout)
    y += layout.headline * 1.45
    for line in lines:
        draw.text((width / 2, y), line, SOFT, body, anchor="mm")
        y += layout.body * 1.45
    return image


def _background(size: tuple[int, int]) -> Image.Image:
    ramp = Image.linear_gradient("L").resize(size)
    image = Image.composite(Image.new("RGB", size, BOTTOM), Image.new("RGB", size, TOP), ramp)
    ImageDraw.Draw(image).rectangle((0, 0, size[0] - 1, size[1] - 1), outline=RULE, width=max(1, size[1] // 360))
    return image


def _headline(draw: ImageDraw.ImageDraw, centre: tuple[float, float], text: SlateText, layout: _Layout) -> None:
    font = _font(layout.headline)
    radius = layout.headline * 0.24
    gap = layout.headline * 0.5
    left = centre[0] - (draw.textlength(text.headline, font) + 2 * radius + gap) / 2
    draw.ellipse((left, centre[1] - radius, left + 2 * radius, centre[1] + radius), fill=text.accent)
    draw.text((left + 2 * radius + gap, centre[1]), text.headline, BRIGHT, font, anchor="lm")


def _spaced(
    draw: ImageDraw.ImageDraw,
    centre: tuple[float, float],
    text: str,
    font: Font,
    gap: float,
    fill: RGB,
) -> None:
    """Write ``text`` with ``gap`` pixels between its letters."""
    widths = [draw.textlength(letter, font) for letter in text]
    x = centre[0] - (sum(widths) + gap * (len(text) - 1)) / 2
    for letter, width in zip(text, widths, strict=True):
        draw.text((x, centre[1]), letter, fill, font, anchor="lm")
        x += width + gap


def _wrap(text: str, draw: ImageDraw.ImageDraw, font: Font, width: float, most: int = 4) -> Iterator[str]:
    """Break ``text`` into at most ``most`` lines; words that are wider than a line, such as paths, are broken too."""
    line = ""
    count = 0
    for word in text[:MAX_CAUSE].split():
        for piece in _pieces(word, draw, font, width):
            candidate = f"{line} {piece}".strip()
            if line and draw.textlength(candidate, font) > width:
                count += 1
                if count == most:
                    yield line + " …"
                    return
                yield line
                line = piece
            else:
                line = candidate
    if line:
        yield line


def _pieces(word: str, draw: ImageDraw.ImageDraw, font: Font, width: float) -> Iterator[str]:
    while word:
        fits = bisect_right(range(1, len(word) + 1), width, key=lambda length: draw.textlength(word[:length], font))
        yield word[: max(1, fits)]
        word = word[max(1, fits) :]


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()
