"""What a scene knows of its people: where each is, and how much of them is seen. From geometry, not from a detector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.capture.demo.blit import Layer, Rect, within
from services.capture.demo.crowd import Crowd, Walker
from services.capture.demo.figures import Figures
from services.capture.demo.scenery import Occluder
from services.capture.demo.view import Camera


@dataclass(frozen=True, slots=True)
class Truth:
    """One person in one frame; pixels.

    Attributes:
        id: Of one walk through the picture; whoever comes back later is another one.
        left: Of the whole body, hidden parts included, as far as it is inside the picture.
        top: Likewise.
        width: Likewise.
        height: Likewise.
        visible: The share of the whole body that is inside the picture and not hidden.
    """

    id: int
    left: float
    top: float
    width: float
    height: float
    visible: float = 1.0


class Witness:
    """Tells the truth of each frame."""

    def __init__(self, camera: Camera, crowd: Crowd, figures: Figures, occluders: tuple[Occluder, ...]) -> None:
        self._bounds = Rect(0, 0, camera.width, camera.height)
        self._crowd = crowd
        self._figures = figures
        self._occluders = occluders

    def boxes(self, frame: int) -> list[Truth]:
        """Return everybody whose body reaches into the picture, hidden or not; ``visible`` is 1 for all. Fast."""
        return [truth for walker in self._crowd.at(frame) if (truth := self._clipped(walker))]

    def truth(self, frame: int) -> list[Truth]:
        """Return everybody of whom at least one pixel is seen, farthest first."""
        walkers = [walker for walker in self._crowd.at(frame) if self._clipped(walker)]
        layers = [self._figures.body(walker, self._bounds) for walker in walkers]
        found = []
        for index, (walker, layer) in enumerate(zip(walkers, layers, strict=True)):
            if layer is None:
                continue
            seen = layer.pixels[..., 3] > 127
            self._take_away_things(walker, layer, seen)
            for nearer in layers[index + 1 :]:
                if nearer is not None:
                    _take_away(seen, layer.rect, nearer.rect, nearer.pixels[..., 3] > 127)
            visible = min(1.0, float(np.count_nonzero(seen)) / max(self._figures.area(walker), 1.0))
            if visible and (truth := self._clipped(walker, visible)):
                found.append(truth)
        return found

    def _take_away_things(self, walker: Walker, layer: Layer, seen: NDArray[np.bool_]) -> None:
        for occluder in self._occluders:
            if occluder.z < walker.z:
                _take_away(seen, layer.rect, occluder.rect, occluder.alpha > 127)

    def _clipped(self, walker: Walker, visible: float = 1.0) -> Truth | None:
        box = self._figures.box(walker)
        left, top = max(box.left, 0.0), max(box.top, 0.0)
        width, height = min(box.right, self._bounds.right) - left, min(box.bottom, self._bounds.bottom) - top
        return Truth(walker.id, left, top, width, height, visible) if width > 0 and height > 0 else None


def _take_away(seen: NDArray[np.bool_], at: Rect, rect: Rect, cover: NDArray[np.bool_]) -> None:
    shared = at.meet(rect)
    if shared:
        mine = within(seen, at, shared)
        mine &= ~within(cover, rect, shared)
