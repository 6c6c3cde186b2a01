"""Where the people of the last detection are by now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from services.inference.counting.tally import Person

# A box is carried forward no further than this: people turn and stop, and a wrong box is worse than none.
HORIZON_SECONDS: Final = 0.4


@dataclass(frozen=True, slots=True)
class Sighting:
    """The people of one picture and how they moved.

    Attributes:
        people: Their boxes, pixels.
        velocity: Of each box's centre, pixels per second.
        captured_ns: When the picture was captured.
        detected_ns: When they were found.
    """

    people: tuple[Person, ...]
    velocity: tuple[tuple[float, float], ...]
    captured_ns: int
    detected_ns: int

    def at(self, time_ns: int) -> list[Person]:
        """Return the people with their boxes carried forward to ``time_ns``; none once that is too far ahead."""
        seconds = max(0.0, (time_ns - self.captured_ns) / 1e9)
        if seconds > HORIZON_SECONDS:
            return []
        return [
            replace(person, left=person.left + dx * seconds, top=person.top + dy * seconds)
            for person, (dx, dy) in zip(self.people, self.velocity, strict=True)
        ]


NOBODY: Final = Sighting((), (), 0, 0)
