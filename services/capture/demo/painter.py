"""Paints the frames of a scene: the ground under changing light, people and what hides them, noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.capture.demo.blit import Rect, blend, darken, reveal, within
from services.capture.demo.crowd import Crowd, Walker
from services.capture.demo.figures import Figures
from services.capture.demo.scenery import Occluder, Scenery
from services.capture.demo.view import Camera
from services.capture.demo.weather import Daylight, Grade, Noise

Bytes = NDArray[np.uint8]


class Painter:
    """Keeps one picture and changes what moves in it; the result for a frame does not depend on the frame before.

    Args:
        camera: Where it is seen from.
        scenery: What does not move.
        crowd: Who does.
        figures: How they look.
        grade: How it is lit.
        fps: Frames per second.
        seed: Of noise and light.
    """

    def __init__(
        self, camera: Camera, scenery: Scenery, crowd: Crowd, figures: Figures, grade: Grade, *, fps: float, seed: int
    ) -> None:
        self._bounds = Rect(0, 0, camera.width, camera.height)
        self._scenery = scenery
        self._crowd = crowd
        self._figures = figures
        self._daylight = Daylight(scenery.picture, grade, fps, seed)
        self._noise = Noise(grade, camera.width, camera.height, seed)
        self._canvas = scenery.picture.copy()
        self._touched: list[Rect] = []

    def paint(self, frame: int, out: Bytes) -> None:
        """Write the pixels of ``frame`` to ``out``, (height, width, 3), blue first."""
        self._clear(frame)
        walkers = self._crowd.at(frame)
        shadows = [self._shadow(walker) for walker in walkers]
        occluders = list(self._scenery.occluders[::-1])  # a stack: the farthest on top
        behind: list[Rect] = []
        for walker, shadow in zip(walkers, shadows, strict=True):
            while occluders and occluders[-1].z >= walker.z:
                self._hide(occluders.pop(), behind)
            behind += [rect for rect in (shadow, self._body(walker)) if rect]
        while occluders:
            self._hide(occluders.pop(), behind)
        self._touched = behind
        self._noise.add(self._canvas, frame, out)

    def _clear(self, frame: int) -> None:
        for rows in self._daylight.advance(frame):
            self._canvas[rows] = self._daylight.lit[rows]
        for rect in self._touched:
            self._canvas[rect.slices] = self._daylight.lit[rect.slices]

    def _shadow(self, walker: Walker) -> Rect | None:
        layer = self._figures.shadow(walker, self._bounds)
        if layer is None:
            return None
        darken(self._canvas, layer)
        return layer.rect

    def _body(self, walker: Walker) -> Rect | None:
        layer = self._figures.body(walker, self._bounds)
        if layer is None:
            return None
        blend(self._canvas, layer)
        return layer.rect

    def _hide(self, occluder: Occluder, behind: list[Rect]) -> None:
        """Let something that stands show again where the people ``behind`` it, or their shadows, were drawn over it."""
        parts = [part for rect in behind if (part := rect.meet(occluder.rect))]
        if not parts:
            return
        lefts, tops, rights, bottoms = zip(*parts, strict=True)
        shared = Rect(min(lefts), min(tops), max(rights), max(bottoms))
        alpha = within(occluder.alpha, occluder.rect, shared)
        reveal(self._canvas, self._daylight.lit, shared, alpha)
