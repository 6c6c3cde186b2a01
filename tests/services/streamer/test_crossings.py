"""What is remembered of crossings, and what is not."""

from __future__ import annotations

import psutil

from proto.turnstile_pb2 import Analysis, Camera, Crossing, Directory
from services.streamer.crossings import Crossings

MEGABYTE = 1_000_000


def directory(crossing_id: str, padding: int = 0) -> Directory:
    """Return a directory as it comes off the wire, with one crossing in it and ``padding`` bytes beside that."""
    camera = Camera(id="door", cause="x" * padding, analysis=Analysis(crossings=[Crossing(id=crossing_id)]))
    return Directory.FromString(Directory(cameras=[camera]).SerializeToString())


def test_a_crossing_is_new_once() -> None:
    crossings = Crossings()
    assert [new.crossing.id for new in crossings.take(directory("1").cameras)] == ["1"]
    assert crossings.take(directory("1").cameras) == []
    assert [crossing.id for crossing in crossings.after("0")] == ["1"]


def test_remembering_a_crossing_does_not_keep_its_message_in_memory() -> None:
    crossings = Crossings()
    crossings.take(directory("warm up", MEGABYTE).cameras)
    process = psutil.Process()
    before = process.memory_info().rss
    for number in range(300):
        crossings.take(directory(str(number), MEGABYTE).cameras)
    assert process.memory_info().rss - before < 100 * MEGABYTE
