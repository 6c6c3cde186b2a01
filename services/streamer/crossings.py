"""Each crossing once, though inference names its recent ones in every message."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from proto.turnstile_pb2 import Camera, Crossing

KEEP: Final = 5000
# Inference names its 256 newest crossings of each camera: from so many that are all new, some may be missing before.
RECENT: Final = 256


@dataclass(frozen=True, slots=True)
class NewCrossing:
    """A crossing not seen before.

    Attributes:
        happened_now: False if it was among the first ones heard of its camera, so that it may be old.
    """

    crossing: Crossing
    happened_now: bool


class Crossings:
    """Tells new crossings from those already seen, and remembers them for clients that missed some.

    Args:
        keep: How many to remember beyond those that inference still names.

    Attributes:
        gaps: How often so many crossings came at once that others before them may have been missed.
        newest: The greatest id seen, None before the first.
    """

    def __init__(self, keep: int = KEEP) -> None:
        self.gaps = 0
        self.newest: str | None = None
        self._keep = keep
        self._cameras: set[str] = set()
        self._seen: dict[str, Crossing] = {}  # by id, as they came
        self._forgotten = ""  # the greatest id that is no longer remembered

    def take(self, cameras: Collection[Camera]) -> list[NewCrossing]:
        """Return the crossings that were not seen before, in the order in which they were recorded."""
        named: set[str] = set()
        new: list[NewCrossing] = []
        for camera in cameras:
            self._note_gap(camera)
            for crossing in camera.analysis.crossings:
                named.add(crossing.id)
                if crossing.id not in self._seen:
                    # A copy: a part of a message keeps the whole message in memory for as long as it is kept.
                    self._seen[crossing.id] = kept = Crossing()
                    kept.CopyFrom(crossing)
                    new.append(NewCrossing(kept, camera.id in self._cameras))
            self._cameras.add(camera.id)
        self._forget(named)
        new.sort(key=lambda each: each.crossing.id)
        if new:
            self.newest = max(self.newest or "", new[-1].crossing.id)
        return new

    def complete_after(self, last_id: str) -> bool:
        """Return whether :meth:`after` knows all that came after the crossing ``last_id``."""
        return last_id in self._seen and last_id >= self._forgotten and not self.gaps

    def after(self, last_id: str) -> list[Crossing]:
        """Return what came after the crossing ``last_id``; if that is not remembered, what is later than it."""
        seen = list(self._seen.values())
        if last_id in self._seen:
            return seen[list(self._seen).index(last_id) + 1 :]
        return sorted((c for c in seen if c.id > last_id), key=lambda c: c.id)

    def _forget(self, named: set[str]) -> None:
        surplus = len(self._seen) - self._keep - len(named)
        if surplus > 0:
            for crossing_id in [known for known in self._seen if known not in named][:surplus]:
                del self._seen[crossing_id]
                self._forgotten = max(self._forgotten, crossing_id)

    def _note_gap(self, camera: Camera) -> None:
        recent = camera.analysis.crossings
        seen = any(crossing.id in self._seen for crossing in recent)
        if len(recent) >= RECENT and not seen and camera.id in self._cameras:
            self.gaps += 1
