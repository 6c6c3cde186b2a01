"""Each crossing once, though inference names its recent ones in every message."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from proto.turnstile_pb2 import Camera, Crossing

KEEP: Final = 5000


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
    """

    def __init__(self, keep: int = KEEP) -> None:
        self._keep = keep
        self._cameras: set[str] = set()
        self._seen: dict[str, Crossing] = {}  # by id, as they came

    def take(self, cameras: Collection[Camera]) -> list[NewCrossing]:
        """Return the crossings that were not seen before."""
        named: set[str] = set()
        new: list[NewCrossing] = []
        for camera in cameras:
            for crossing in camera.analysis.crossings:
                named.add(crossing.id)
                if crossing.id not in self._seen:
                    # A copy: a part of a message keeps the whole message in memory for as long as it is kept.
                    self._seen[crossing.id] = kept = Crossing()
                    kept.CopyFrom(crossing)
                    new.append(NewCrossing(kept, camera.id in self._cameras))
            self._cameras.add(camera.id)
        self._forget(named)
        return new

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
