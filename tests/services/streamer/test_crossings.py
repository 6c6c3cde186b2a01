"""Which crossings are new."""

from __future__ import annotations

import psutil

from proto.turnstile_pb2 import Analysis, Camera, Crossing, Directory
from services.streamer.crossings import Crossings

MEGABYTE = 1_000_000


def camera(name: str, *ids: str) -> Camera:
    return Camera(id=name, analysis=Analysis(crossings=[Crossing(id=each, camera=name) for each in ids]))


def taken(crossings: Crossings, *cameras: Camera) -> list[tuple[str, bool]]:
    return [(new.crossing.id, new.happened_now) for new in crossings.take(cameras)]


def test_the_first_ones_of_a_camera_may_be_old() -> None:
    crossings = Crossings()
    assert taken(crossings, camera("a", "1", "2")) == [("1", False), ("2", False)]
    assert taken(crossings, camera("a", "1", "2", "3")) == [("3", True)]
    assert taken(crossings, camera("a", "3"), camera("b", "4")) == [("4", False)]


def test_a_list_that_was_empty_for_a_while_brings_nothing_back() -> None:
    crossings = Crossings(keep=10)
    assert taken(crossings, camera("a")) == []
    assert taken(crossings, camera("a", "1", "2")) == [("1", True), ("2", True)]
    assert taken(crossings, camera("a")) == []
    assert taken(crossings) == []
    assert taken(crossings, camera("a", "1", "2")) == []


def test_after_goes_by_arrival_and_else_by_id() -> None:
    crossings = Crossings()
    crossings.take([camera("a"), camera("b")])
    crossings.take([camera("a", "5")])
    crossings.take([camera("b", "4")])  # happened earlier, was told later
    assert [c.id for c in crossings.after("5")] == ["4"]
    assert [c.id for c in crossings.after("3")] == ["4", "5"]
    assert [c.id for c in crossings.after("9")] == []


def test_memory_is_bounded_but_keeps_what_is_still_named() -> None:
    crossings = Crossings(keep=3)
    crossings.take([camera("a", "00")])
    for number in range(1, 20):
        crossings.take([camera("a", "00", f"{number:02d}")])
    remembered = [c.id for c in crossings.after("")]
    assert len(remembered) <= 3 + 2
    assert remembered[0] == "00"
    assert remembered[-1] == "19"


def test_remembering_a_crossing_does_not_keep_its_message_in_memory() -> None:
    crossings = Crossings()
    process = psutil.Process()
    before = process.memory_info().rss
    for number in range(300):
        padded = camera("door", str(number))
        padded.cause = "x" * MEGABYTE
        # As it comes off the wire: the parts of a parsed message share its memory.
        crossings.take(Directory.FromString(Directory(cameras=[padded]).SerializeToString()).cameras)
    assert process.memory_info().rss - before < 100 * MEGABYTE
