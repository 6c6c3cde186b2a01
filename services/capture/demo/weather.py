"""What weather does to a picture: its colours, how deep shadows are, noise, rain, and light that comes and goes."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sin
from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.common.demo_url import Weather

Bytes = NDArray[np.uint8]
# The noise is added modulo 256: pixels stay so far from both ends that it never wraps.
HEADROOM: Final = 8
NOISE_REACH: Final = 7
RAIN_HEADROOM: Final = 40


@dataclass(frozen=True, slots=True)
class Grade:
    """How a scene is lit.

    Attributes:
        tint: Factors for blue, green and red.
        shadow: Share of the light that a shadow takes away.
        noise: Standard deviation of the sensor's noise, grey levels.
        swing: How much the light changes, as a share.
        rain: Whether it rains.
    """

    tint: tuple[float, float, float]
    shadow: float
    noise: float
    swing: float
    rain: bool = False

    @property
    def ceiling(self) -> int:
        """The brightest that a pixel may be before noise and rain."""
        return 255 - (RAIN_HEADROOM if self.rain else HEADROOM)


GRADES: Final[dict[Weather, Grade]] = {
    "clear": Grade((0.97, 1.0, 1.03), shadow=0.40, noise=1.3, swing=0.045),
    "overcast": Grade((0.95, 0.93, 0.90), shadow=0.16, noise=1.7, swing=0.02),
    "dusk": Grade((0.66, 0.56, 0.58), shadow=0.14, noise=2.2, swing=0.015),
    "rain": Grade((0.80, 0.77, 0.73), shadow=0.12, noise=2.0, swing=0.02, rain=True),
}


class Noise:
    """Noise (and rain) that is different in each frame: cut from a larger sheet at changing places."""

    SPARE: Final = (47, 61)  # how much larger the sheet is, rows and columns

    def __init__(self, grade: Grade, width: int, height: int, seed: int) -> None:
        random = np.random.default_rng([seed, 5])
        size = height + self.SPARE[0], width + self.SPARE[1]
        grey = random.standard_normal(size, np.float32)
        grey = 0.8 * grey + 0.6 * np.roll(grey, 1, axis=1)  # neighbours share some: no sensor has a filter per pixel
        sheet = np.empty((*size, 3), np.uint8)
        # One sheet of grey, shifted against itself, makes the colours: one for each takes three times as long.
        for channel, shift in enumerate((11, 0, 23)):
            plane = grade.noise * (0.85 * grey + 0.5 * np.roll(grey, shift, axis=0))
            sheet[..., channel] = np.clip(np.rint(plane), -NOISE_REACH, NOISE_REACH).astype(np.int8).view(np.uint8)
        if grade.rain:
            self._add_rain(sheet, random)
        self._sheet = sheet
        self._size = height, width

    def add(self, canvas: Bytes, frame: int, out: Bytes) -> None:
        """Write ``canvas`` with the noise of ``frame`` to ``out``."""
        top, left = frame * 31 % self.SPARE[0], frame * 37 % self.SPARE[1]
        height, width = self._size
        np.add(canvas, self._sheet[top : top + height, left : left + width], out=out)

    def _add_rain(self, sheet: Bytes, random: np.random.Generator) -> None:
        height, width = sheet.shape[:2]
        length = max(height // 26, 4)
        number = height * width // 5200
        for row, column, glow in zip(
            random.integers(0, height - length, number), random.integers(0, width - 2, number),
            random.integers(8, RAIN_HEADROOM - NOISE_REACH, number), strict=True,
        ):  # fmt: skip
            tall = int(length * (0.5 + 0.5 * glow / RAIN_HEADROOM))
            sheet[row : row + tall, column] = glow
            sheet[row + tall // 2 : row + tall, column + 1] = glow // 2


class Daylight:
    """The ground under light that changes slowly: a strip of it is renewed in each frame."""

    STRIPS: Final = 24

    def __init__(self, base: Bytes, grade: Grade, fps: float, seed: int) -> None:
        self._base = base
        self._grade = grade
        self._fps = fps
        random = np.random.default_rng([seed, 6])
        self._starts = random.uniform(0, 2 * pi, 2).tolist()
        self._edges = np.linspace(0, base.shape[0], self.STRIPS + 1).astype(int).tolist()
        self._steps: list[int | None] = [None] * self.STRIPS
        self.lit = base.copy()

    def advance(self, frame: int) -> list[slice]:
        """Bring :attr:`lit` to ``frame``; return the rows that changed."""
        changed = []
        for strip in range(self.STRIPS):
            step = (frame - strip) // self.STRIPS
            if step != self._steps[strip]:
                self._steps[strip] = step
                rows = slice(self._edges[strip], self._edges[strip + 1])
                # mode="clip" writes straight to out: the default one makes a copy first.
                np.take(self._curve(step), self._base[rows], out=self.lit[rows], mode="clip")
                changed.append(rows)
        return changed

    def _curve(self, step: int) -> Bytes:
        seconds = step * self.STRIPS / self._fps
        gain = 1 + self._grade.swing * (
            0.65 * sin(2 * pi * seconds / 97 + self._starts[0]) + 0.35 * sin(2 * pi * seconds / 43 + self._starts[1])
        )
        curve: Bytes = np.clip(np.arange(256) * gain + 0.5, HEADROOM, self._grade.ceiling).astype(np.uint8)
        return curve
