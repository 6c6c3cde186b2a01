"""A whole scene: its pictures and the truth about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from services.capture.demo.crossings import Line, TrueCrossing, crossings
from services.capture.demo.crowd import Crowd
from services.capture.demo.figures import Figures
from services.capture.demo.painter import Painter
from services.capture.demo.scenery import build
from services.capture.demo.truth import MIN_VISIBLE, Truth, Witness
from services.capture.demo.view import Camera, View
from services.capture.demo.weather import GRADES
from services.common.demo_url import DemoSettings

Bytes = NDArray[np.uint8]
MAX_PREPARED: Final = 500  # figures: half a second


class Scene:
    """Frame n, picture and truth, follows from the arguments and n alone; frames may be asked for in any order.

    Args:
        settings: What is seen.
        view: From where.
        jpeg_quality: Make each picture a JPEG of this quality and a picture again; None leaves it as it is.
    """

    def __init__(self, settings: DemoSettings, view: View | None = None, *, jpeg_quality: int | None = None) -> None:
        self.settings = settings
        self.camera = Camera.of(view or View(), settings.width, settings.height)
        self._jpeg_quality = jpeg_quality
        grade = GRADES[settings.weather]
        scenery = build(settings.scene, self.camera, grade, settings.seed)
        crowd = Crowd(settings, self.camera)
        figures = Figures(self.camera, crowd.looks, grade)
        self._crowd, self._figures = crowd, figures
        self._witness = Witness(self.camera, crowd, figures, scenery.occluders)
        self._painter = Painter(self.camera, scenery, crowd, figures, grade, fps=settings.fps, seed=settings.seed)
        self._buffer = np.empty((settings.height, settings.width, 3), np.uint8)

    def prepare(self, seconds: float) -> None:
        """Draw now what the first ``seconds`` need, up to a limit; pictures are the same without, only later."""
        for number in range(0, int(seconds * self.settings.fps), 2):
            if self._figures.drawn < MAX_PREPARED:
                self._figures.prepare(self._crowd.at(number))

    def frame(self, number: int) -> tuple[Bytes, list[Truth]]:
        """Return picture (height, width, 3; blue first) and truth of a frame; the picture is the caller's."""
        return self.picture(number).copy(), self.truth(number)

    def picture(self, number: int) -> Bytes:
        """Return the picture of a frame, of use until the next one is asked for."""
        self._painter.paint(number, self._buffer)
        if self._jpeg_quality is None:
            return self._buffer
        jpeg = simplejpeg.encode_jpeg(
            self._buffer, quality=self._jpeg_quality, colorspace="BGR", colorsubsampling="420"
        )
        decoded: Bytes = simplejpeg.decode_jpeg(jpeg, colorspace="BGR")
        return decoded

    def truth(self, number: int) -> list[Truth]:
        """Return everybody who is seen in a frame, with how much of them is."""
        return self._witness.truth(number)

    def boxes(self, number: int) -> list[Truth]:
        """Return everybody in a frame, also who is hidden: a tenth of the work of :meth:`truth`."""
        return self._witness.boxes(number)

    def crossings(self, lines: Sequence[Line], frames: range) -> list[TrueCrossing]:
        """Return every crossing of ``lines`` in ``frames`` by somebody of whose box a tenth is in the picture."""
        seen = ((number, [p for p in self.boxes(number) if p.visible >= MIN_VISIBLE]) for number in frames)
        return crossings(seen, lines, self.settings.height)
