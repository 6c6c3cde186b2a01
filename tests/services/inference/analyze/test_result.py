"""What comes out of a video, corrections applied."""

from __future__ import annotations

from pathlib import Path

from proto.turnstile_pb2 import DIRECTION_IN, DIRECTION_OUT, Crossing
from services.inference.analyze.identities import Identities
from services.inference.analyze.result import Events, write_events
from services.inference.counting.tally import Person

SECOND = 1_000_000_000
PERSON = Person(3, "person", 0.9, 0, 0, 10, 20, formerly=7)


def crossing(name: str, seconds: float, *, corrects: str = "", late: bool = False) -> Crossing:
    return Crossing(
        id=name,
        time_ns=round(seconds * SECOND),
        line="door",
        direction=DIRECTION_OUT if late else DIRECTION_IN,
        track=7,
        x=0.25,
        y=0.5,
        corrects=corrects,
        late=late,
    )


def events() -> Events:
    told = Events()
    told.add(1, 0.0, [], [])
    told.add(2, 0.1, [], [crossing("a", 0.1)])
    told.add(3, 0.2, [], [crossing("b", 0.2)])
    told.add(5, 0.4, [PERSON], [crossing("c", 0.4, corrects="b"), crossing("d", 0.1, late=True)])
    return told


def test_only_what_holds_is_left_in_the_order_in_which_it_happened() -> None:
    rows = events().rows()
    assert [(row.frame, row.time_s, row.direction, row.late) for row in rows] == [
        (2, 0.1, "in", False),
        (2, 0.1, "out", True),
    ]
    assert rows[0].as_json() == {
        "frame": 2,
        "time_s": 0.1,
        "line": "door",
        "direction": "in",
        "track": 3,
        "x": 0.25,
        "y": 0.5,
    }


def test_places_are_in_pixels_where_the_lines_were() -> None:
    row = events().rows(640, 480)[0]
    assert (row.x, row.y) == (160.0, 240.0)


def test_events_as_csv(tmp_path: Path) -> None:
    write_events(tmp_path / "events.csv", events().rows())
    assert (tmp_path / "events.csv").read_text().splitlines() == [
        "frame,time_s,line,direction,track,x,y,late",
        "2,0.1,door,in,3,0.25,0.5,0",
        "2,0.1,door,out,3,0.25,0.5,1",
    ]


def test_an_id_is_followed_to_its_end() -> None:
    identities = Identities()
    assert not identities
    identities.add([Person(5, "person", 0.9, 0, 0, 1, 1, formerly=8)])
    identities.add([Person(2, "person", 0.9, 0, 0, 1, 1, formerly=5)])
    assert [identities.final(identity) for identity in (8, 5, 2, 1)] == [2, 2, 2, 1]
