"""What counts as a crossing. Each row is a person's path past a line, and what it must count.

The line runs from A = (100, 0) down to B = (100, 200) in a picture of 400 rows, so the dead band is 4 px or, for the
boxes of 100 px used here, 5 px on either side. Walking from x > 100 to x < 100 is ``in`` (the sign of the cross product
goes from - to +). Rows with a name in brackets are known to be counted wrongly there: [supervision] LineZone,
[Ultralytics] ObjectCounter, [OpenDataCam].
"""

from __future__ import annotations

import random

import pytest

from services.inference.counting.geometry import Point, Segment
from services.inference.counting.line import Direction, LineCounter

A, B = Point(100, 0), Point(100, 200)
ROWS, BOX = 400, 100
FPS = 10
Path = list[tuple[float, float] | None]
"""One entry a picture; None: not seen in it."""


def walk(start: tuple[float, float], end: tuple[float, float], steps: int) -> Path:
    return [
        (start[0] + (end[0] - start[0]) * i / steps, start[1] + (end[1] - start[1]) * i / steps)
        for i in range(steps + 1)
    ]


def sway(x: float, amplitude: float, pictures: int) -> Path:
    noise = random.Random(4)
    return [(x + noise.uniform(-amplitude, amplitude), 100) for _ in range(pictures)]


def count(path: Path, *, start: Point = A, end: Point = B, track: int = 1) -> list[Direction]:
    line = LineCounter(start, end, ROWS, memory=3.0)
    found = []
    for picture, at in enumerate(path):
        now = picture / FPS
        if at is not None and (direction := line.update(track, Point(*at), BOX, now)):
            found.append(direction)
        line.forget_unseen(now)
    return found


PATHS: dict[str, tuple[Path, list[Direction]]] = {
    "over, right to left": (walk((150, 100), (50, 100), 20), ["in"]),
    "over, left to right": (walk((50, 100), (150, 100), 20), ["out"]),
    "there and back [Ultralytics: once per id]": (
        walk((150, 100), (50, 100), 20) + walk((50, 100), (150, 100), 20),
        ["in", "out"],
    ),
    "there, back and there again": (
        walk((150, 100), (50, 100), 9) + walk((50, 100), (150, 100), 9) + walk((150, 100), (50, 100), 9),
        ["in", "out", "in"],
    ),
    "standing on the line, the box jittering [supervision: 9 + 10]": (sway(100, 4, 200), []),
    "walking up, swaying on the line, going back": (
        walk((150, 100), (101, 100), 10) + sway(100, 4, 200) + walk((99, 100), (150, 100), 10),
        [],
    ),
    "walking up, swaying on the line, going on": (
        walk((150, 100), (101, 100), 10) + sway(100, 4, 200) + walk((101, 100), (50, 100), 10),
        ["in"],
    ),
    "touching the line exactly and turning back [supervision, Ultralytics]": (
        walk((150, 100), (100, 100), 10) + walk((100, 100), (150, 100), 10),
        [],
    ),
    "a box that blinks over the line for one picture, within the band [supervision]": (
        [(108, 100), (107, 100), (97, 100), (107, 100), (108, 100)],
        [],
    ),
    "the detector flickers on the line [supervision]": (
        [p if i % 2 else None for i, p in enumerate(walk((150, 100), (50, 100), 21))],
        ["in"],
    ),
    "lost before the line, found beyond it 1.5 s later [supervision]": (
        walk((150, 100), (112, 100), 8) + [None] * 15 + walk((80, 100), (50, 100), 8),
        ["in"],
    ),
    "lost in the band, found beyond it": (
        walk((150, 100), (101, 100), 8) + [None] * 10 + walk((92, 100), (50, 100), 8),
        ["in"],
    ),
    "between two pictures, from far to far [thin bands]": ([(300, 100), (5, 100)], ["in"]),
    "beyond the lower end [lines taken for infinite: OpenDataCam]": (walk((150, 260), (50, 260), 20), []),
    "beyond the upper end": (walk((150, -20), (50, -20), 20), []),
    "around the end and back along the other side [supervision]": (
        walk((150, 100), (150, 260), 10) + walk((150, 260), (50, 260), 10) + walk((50, 260), (50, 100), 10),
        [],
    ),
    "around the end, then back through the line": (
        walk((150, 100), (150, 260), 9)
        + walk((150, 260), (50, 260), 9)
        + walk((50, 260), (50, 100), 9)
        + walk((50, 100), (150, 100), 9),
        ["out"],
    ),
    "through the line inside the band, then past its end before leaving the band": (
        [(110, 190), (102, 195), (98, 198), (97, 230), (90, 240)],
        ["in"],
    ),
    "along the line inside the band, past its end, and over there": (
        [(110, 150), (103, 190), (102, 240), (97, 245), (90, 250)],
        [],
    ),
    "appearing on the line and leaving [Ultralytics]": (walk((100, 100), (50, 100), 10), []),
    "appearing on one side only": (walk((60, 100), (50, 150), 10), []),
    "walking along the line at a distance [Ultralytics: areas]": (walk((130, 0), (130, 200), 20), []),
    "slower than a pixel a picture": (walk((107, 100), (93, 100), 60), ["in"]),
    "near the end of the line, the box half beyond it [supervision: corners]": (
        walk((150, 195), (50, 195), 20),
        ["in"],
    ),
    "walking along the line, on it [Ultralytics]": (walk((100, 10), (100, 190), 20), []),
    "swaying over the band after walking up: once at most, and not at every sway [OpenDataCam: 400]": (
        walk((150, 100), (107, 100), 10) + [(100 + 7 * (-1) ** i, 100) for i in range(200)],
        ["in"],
    ),
    "swaying over the band, then going back": (
        walk((150, 100), (107, 100), 10)
        + [(100 + 7 * (-1) ** i, 100) for i in range(200)]
        + walk((93, 100), (150, 100), 9),
        ["in", "out"],
    ),
    "not a number": ([(150, 100), (float("nan"), 100), (50, 100)], ["in"]),
    "forgotten: gone for longer than the tracker remembers": (
        [*walk((150, 100), (112, 100), 8), *[None] * 40, (50, 100)],
        [],
    ),
}


@pytest.mark.parametrize(("path", "expected"), PATHS.values(), ids=PATHS.keys())
def test_paths(path: Path, expected: list[Direction]) -> None:
    assert count(path) == expected


def test_turning_the_line_round_swaps_in_and_out() -> None:
    path = walk((150, 100), (50, 100), 20)
    assert count(path, start=A, end=B) == ["in"]
    assert count(path, start=B, end=A) == ["out"]


@pytest.mark.parametrize(
    ("start", "end", "path"),
    [
        (Point(0, 100), Point(400, 100), walk((200, 50), (200, 150), 20)),  # left to right, walking down the screen
        (Point(0, 0), Point(300, 300), walk((150, 50), (50, 150), 20)),  # a diagonal
        (Point(300, 300), Point(0, 0), walk((50, 150), (150, 50), 20)),
    ],
)
def test_in_is_from_the_left_of_the_line_to_its_right(start: Point, end: Point, path: Path) -> None:
    first, last = path[0], path[-1]
    assert first is not None
    assert last is not None
    line = Segment(start, end)
    assert line.distance(Point(*first)) < 0 < line.distance(Point(*last))
    assert count(path, start=start, end=end) == ["in"]
    assert count(path[::-1], start=start, end=end) == ["out"]


def test_a_track_without_identity_is_ignored() -> None:
    assert count(walk((150, 100), (50, 100), 20), track=-1) == []


JOINS: dict[str, tuple[Path, Path, tuple[Direction | None, Direction | None], list[Direction]]] = {
    "lost before the line, found beyond it: late": (
        walk((150, 100), (112, 100), 8),
        walk((80, 100), (50, 100), 8),
        ("in", None),
        ["in"],
    ),
    "lost in the band, found beyond it: late": (
        walk((150, 100), (102, 100), 8),
        walk((80, 100), (50, 100), 8),
        ("in", None),
        ["in"],
    ),
    "lost before the line, found in the band, and over": (
        walk((150, 100), (112, 100), 8),
        walk((103, 100), (50, 100), 8),
        ("in", None),
        ["in"],
    ),
    "lost and found on one side": (walk((150, 100), (130, 100), 8), walk((120, 100), (112, 100), 8), (None, None), []),
    "lost beyond the line, found farther on: not again": (
        walk((150, 100), (90, 100), 8),
        walk((80, 100), (50, 100), 8),
        (None, None),
        ["in"],
    ),
    "found before the line, and over: counted once": (
        walk((150, 100), (130, 100), 8),
        walk((120, 100), (50, 100), 8),
        (None, None),
        ["in"],
    ),
    "lost at the end, found around it": (
        walk((150, 100), (150, 260), 8),
        walk((50, 260), (50, 100), 8),
        (None, None),
        [],
    ),
    "slipped over the line as it was lost, found before it: taken back": (
        [*walk((150, 100), (112, 100), 8), (90, 100)],
        walk((115, 100), (150, 100), 8),
        (None, "in"),
        ["in"],
    ),
}


@pytest.mark.parametrize(("first", "second", "revised", "counted"), JOINS.values(), ids=JOINS.keys())
def test_two_tracks_of_one_person(
    first: Path, second: Path, revised: tuple[Direction | None, Direction | None], counted: list[Direction]
) -> None:
    """The second track begins half a second after the first ended; ``counted`` includes what is found late."""
    line = LineCounter(A, B, ROWS, memory=4.0)
    found: list[Direction] = []
    for track, path, start in ((1, first, 0), (2, second, len(first) + 4)):
        for picture, at in enumerate(path, start):
            assert at is not None
            if direction := line.update(track, Point(*at), BOX, picture / FPS):
                found.append(direction)
    late, false = line.join(2, 1)
    assert (late.direction if late else None, false.direction if false else None) == revised
    assert found + ([late.direction] if late else []) == counted
    if late:
        assert len(first) + 4 <= round(late.seconds * FPS) < len(first) + 4 + len(second)
    assert line.update(2, Point(*(150, 100)), BOX, 9.0) is None  # the young one is nobody now


def test_a_joined_track_goes_on_from_where_it_is() -> None:
    line = LineCounter(A, B, ROWS, memory=4.0)
    line.update(1, Point(150, 100), BOX, 0.0)
    line.update(2, Point(50, 100), BOX, 0.5)
    assert line.join(2, 1).late is not None
    assert line.update(1, Point(40, 100), BOX, 0.6) is None
    assert line.update(1, Point(150, 100), BOX, 0.9) == "out"


@pytest.mark.parametrize("known", [1, 2])
def test_joining_with_somebody_unknown_counts_nothing(known: int) -> None:
    line = LineCounter(A, B, ROWS, memory=4.0)
    line.update(known, Point(150, 100), BOX, 0.0)
    assert line.join(2, 1) == (None, None)
    assert line.update(1, Point(50, 100), BOX, 0.5) == "in"


def test_two_people_do_not_share_a_side() -> None:
    line = LineCounter(A, B, ROWS, memory=3.0)
    assert line.update(1, Point(150, 50), BOX, 0.0) is None
    assert line.update(2, Point(50, 50), BOX, 0.0) is None
    assert line.update(1, Point(50, 50), BOX, 0.1) == "in"
    assert line.update(2, Point(150, 50), BOX, 0.1) == "out"


def test_the_band_grows_with_the_person_and_has_a_floor() -> None:
    tall = LineCounter(A, B, ROWS, memory=3.0)
    assert [tall.update(1, Point(x, 100), 400, 0.0) for x in (150, 85, 79)] == [None, None, "in"]
    small = LineCounter(A, B, ROWS, memory=3.0)
    assert [small.update(1, Point(x, 100), 10, 0.0) for x in (150, 97, 95)] == [None, None, "in"]


def test_memory_does_not_grow_with_the_people_who_passed() -> None:
    line = LineCounter(A, B, ROWS, memory=3.0)
    for track in range(5000):
        line.update(track, Point(150, 50), BOX, track / FPS)
        line.forget_unseen(track / FPS)
    assert len(line._passages) <= 3.0 * FPS + 1


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((150, 100), (50, 100), True),
        ((150, 0), (50, 0), True),  # through an end itself
        ((150, 200), (50, 200), True),
        ((150, 201), (50, 201), False),
        ((150, 150), (50, 300), False),  # the middle of the move is beyond the end
        ((150, 100), (150, 120), False),  # along it
    ],
)
def test_where_a_move_meets_the_line(before: tuple[float, float], after: tuple[float, float], expected: bool) -> None:
    assert Segment(A, B).is_crossed(Point(*before), Point(*after)) is expected
