"""True crossings of a video. The line goes down the middle of 200x100 pixels: in is from right to left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from proto.turnstile_pb2 import ANCHOR_FEET, Line, Point, Settings
from services.inference.evaluate.crossings import true_crossings
from services.inference.evaluate.truth import TrueBox, Truth

SIZE = (200, 100)
BAND = 4.0
MIDDLE = Settings(lines=[Line(name="middle", start=Point(x=0.5, y=0.2), end=Point(x=0.5, y=0.8))])


def walk(places: Sequence[tuple[float, float] | None], identity: int = 1) -> Truth:
    """Return the truth of one person whose centre is at ``places``, None for a frame without them."""
    frames = {
        number: [TrueBox(identity, place[0] - 5, place[1] - 10, 10, 20)]
        for number, place in enumerate(places, start=1)
        if place is not None
    }
    return Truth(Path("gt.csv"), frames)


def along(*x: float | None, y: float = 50) -> list[tuple[float, float] | None]:
    return [None if each is None else (each, y) for each in x]


def test_a_crossing_is_told_with_its_frame_and_place() -> None:
    (crossing,) = true_crossings(walk(along(120, None, 97, 80)), MIDDLE, SIZE, BAND)
    assert (crossing.frame, crossing.line, crossing.direction, crossing.id) == (4, "middle", "in", 1)
    assert (crossing.x, crossing.y) == (80, 50)


def test_people_are_told_apart() -> None:
    there, back = walk(along(120, 80), identity=1), walk(along(80, 120), identity=2)
    truth = Truth(Path("gt.csv"), {number: there.frames[number] + back.frames[number] for number in (1, 2)})
    found = true_crossings(truth, MIDDLE, SIZE, BAND)
    assert [(crossing.id, crossing.direction) for crossing in found] == [(1, "in"), (2, "out")]


def test_the_feet_count_where_the_line_says_so() -> None:
    floor = Settings(lines=[Line(name="floor", start=Point(x=0, y=0.5), end=Point(x=1, y=0.5), anchor=ANCHOR_FEET)])
    found = true_crossings(walk([(50, 30), (50, 46)]), floor, SIZE, BAND)  # feet at 40 and 56; the line is at 50
    (crossing,) = found
    assert (crossing.line, crossing.direction, crossing.id) == ("floor", "in", 1)
    assert (crossing.x, crossing.y) == (50, 56)


def test_the_public_clip_has_97_crossings() -> None:
    from services.inference.analyze.shapes import Shapes, parse_lines
    from services.inference.evaluate.truth import read_truth
    from tests.accuracy.clips import PETS_LINES, PETS_TRUTH

    if not PETS_TRUTH.exists():
        pytest.skip("needs the public test material, which is not beside this checkout")
    settings = Shapes(parse_lines(PETS_LINES), pixels=True).settings(480, 360)
    assert len(true_crossings(read_truth(PETS_TRUTH), settings, (480, 360), BAND)) == 97
