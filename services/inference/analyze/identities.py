"""Who turned out to be whom: a recording can be told with the ids that were right all along."""

from __future__ import annotations

from collections.abc import Iterable

from services.inference.counting.tally import Person


class Identities:
    """Collects what the tracker found out after the fact: that one track goes on where another was lost."""

    def __init__(self) -> None:
        self._became: dict[int, int] = {}

    def __bool__(self) -> bool:
        return bool(self._became)

    def add(self, people: Iterable[Person]) -> None:
        """Take note of the people of the next frame."""
        for person in people:
            if person.formerly and person.formerly != person.id:
                self._became[person.formerly] = person.id

    def final(self, identity: int) -> int:
        """Return the id that ``identity`` has in the end."""
        seen = {identity}
        while (following := self._became.get(identity)) is not None and following not in seen:
            seen.add(following)
            identity = following
        return identity
