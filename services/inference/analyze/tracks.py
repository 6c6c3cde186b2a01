"""Tracks in the form of MOTChallenge: frame, id, left, top, width, height, confidence, -1, -1, -1; frames from 1."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.inference.analyze.identities import Identities
from services.inference.analyze.pipeline import Counted
from services.inference.analyze.run import Observer
from services.inference.analyze.target import whole_file


@contextmanager
def track_file(path: Path) -> Iterator[Observer]:
    """Give an observer that writes the people of each frame; in the end everybody has one id from first to last.

    Raises:
        OSError: They cannot be written.
    """
    identities = Identities()
    with path.open("w", encoding="ascii") as file:

        def add(counted: Counted) -> None:
            identities.add(counted.people)
            for person in counted.people:
                box = f"{person.left:.2f},{person.top:.2f},{person.width:.2f},{person.height:.2f}"
                file.write(f"{counted.frame.number},{person.id},{box},{person.confidence:.4f},-1,-1,-1\n")

        yield add
    if identities:
        _settle(path, identities)


def _settle(path: Path, identities: Identities) -> None:
    """Write the file anew with the ids that people have in the end."""
    with (
        whole_file(path) as partial,
        path.open(encoding="ascii") as before,
        partial.open("w", encoding="ascii") as after,
    ):
        for line in before:
            frame, identity, rest = line.split(",", 2)
            after.write(f"{frame},{identities.final(int(identity))},{rest}")
