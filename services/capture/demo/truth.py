"""What a scene knows of its people: where each is, and how much of them is seen. From geometry, not from a detector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from services.capture.demo.blit import HALF, Mask, Rect, within
from services.capture.demo.crowd import Crowd, Walker
from services.capture.demo.figures import Figures
from services.capture.demo.scenery import Occluder
from services.capture.demo.view import Camera

# Of whom less is seen, nobody could find: in the truth in code, but neither in its file nor counted at the edge.
MIN_VISIBLE: Final = 0.1


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
        hidden: The share of what is inside the picture that somebody or something hides.
    """

    id: int
    left: float
    top: float
    width: float
    height: float
    visible: float = 1.0
    hidden: float = 0.0


class Witness:
    """Tells the truth of each frame."""

    def __init__(self, camera: Camera, crowd: Crowd, figures: Figures, occluders: tuple[Occluder, ...]) -> None:
        self._bounds = Rect(0, 0, camera.width, camera.height)
        self._crowd = crowd
        self._figures = figures
        self._things = [(occluder.z, Mask(occluder.rect, occluder.alpha >= HALF)) for occluder in occluders]

    def boxes(self, frame: int) -> list[Truth]:
        """Return everybody who reaches into the picture, as if nothing hid anybody; ``visible`` is of the box. Fast."""
        return [truth for walker in self._crowd.at(frame) if (truth := self._clipped(walker))]

    def truth(self, frame: int) -> list[Truth]:
        """Return everybody of whom at least one pixel is seen, farthest first."""
        people = [(walker, truth) for walker in self._crowd.at(frame) if (truth := self._clipped(walker))]
        bodies = [self._figures.mask(walker, self._bounds) for walker, _ in people]
        found = []
        for index, ((walker, truth), body) in enumerate(zip(people, bodies, strict=True)):
            if body is None:
                continue
            things = [thing for z, thing in self._things if z < walker.z]
            nearer = [other for other in bodies[index + 1 :] if other is not None]
            seen = _uncovered(body, [*things, *nearer])
            if seen:
                visible = min(1.0, seen / max(self._figures.area(walker), 1.0))
                found.append(replace(truth, visible=visible, hidden=1.0 - seen / body.pixels))
        return found

    def _clipped(self, walker: Walker) -> Truth | None:
        box = self._figures.box(walker)
        left, top = max(box.left, 0.0), max(box.top, 0.0)
        width, height = min(box.right, self._bounds.right) - left, min(box.bottom, self._bounds.bottom) - top
        if width <= 0 or height <= 0:
            return None
        whole = (box.right - box.left) * (box.bottom - box.top)
        return Truth(walker.id, left, top, width, height, visible=width * height / whole)


def _uncovered(body: Mask, covers: Sequence[Mask]) -> int:
    """Return how many pixels of ``body`` none of ``covers`` has."""
    seen = body.covered.copy()
    for cover in covers:
        if body.rect.meets(cover.rect):
            shared = body.rect.meet(cover.rect)
            mine = within(seen, body.rect, shared)
            mine &= ~within(cover.covered, cover.rect, shared)
    return int(np.count_nonzero(seen))
