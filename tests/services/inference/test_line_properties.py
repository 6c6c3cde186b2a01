"""What holds for every path past a line."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from services.inference.counting.geometry import Point
from services.inference.counting.line import Direction, LineCounter

ROWS, BOX = 400, 100
BAND = 5.0
coordinates = st.integers(-300, 300).map(float)
points = st.builds(Point, coordinates, coordinates)
paths = st.lists(points, min_size=1, max_size=30)
unhurried = settings(deadline=None)  # the machine may be busy
# So long that nobody goes round its ends.
LONG = (Point(0, -100_000), Point(0, 100_000))
SWAPPED: dict[Direction, Direction] = {"in": "out", "out": "in"}


def count(path: list[Point], start: Point, end: Point) -> list[Direction]:
    line = LineCounter(start, end, ROWS, memory=10.0)
    found = (line.update(1, place, BOX, number / 10) for number, place in enumerate(path))
    return [direction for direction in found if direction]


@unhurried
@given(paths)
def test_whoever_goes_over_must_come_back_before_they_go_over_again(path: list[Point]) -> None:
    found = count(path, *LONG)
    assert all(first != second for first, second in pairwise(found))
    assert abs(found.count("in") - found.count("out")) <= 1


@unhurried
@given(paths)
def test_turning_the_line_round_swaps_the_directions(path: list[Point]) -> None:
    start, end = Point(0, -80), Point(0, 120)
    assert count(path, end, start) == [SWAPPED[direction] for direction in count(path, start, end)]


@unhurried
@given(paths)
def test_a_mirrored_picture_swaps_the_directions(path: list[Point]) -> None:
    start, end = Point(10, -80), Point(-20, 120)
    mirrored = [Point(-place.x, place.y) for place in path]
    found = count(mirrored, Point(-start.x, start.y), Point(-end.x, end.y))
    assert found == [SWAPPED[direction] for direction in count(path, start, end)]


@unhurried
@given(paths)
def test_the_net_count_is_where_a_path_ended_against_where_it_began(path: list[Point]) -> None:
    # Clear of both bands, so that it does not matter how wide they are.
    clear = [Point(place.x + (20 if place.x >= 0 else -20), place.y) for place in path]
    found = count(clear, *LONG)
    began, ended = clear[0].x < 0, clear[-1].x < 0
    assert found.count("in") - found.count("out") == ended - began


@unhurried
@given(paths)
def test_walking_back_the_same_way_counts_the_other_way(path: list[Point]) -> None:
    clear = [Point(place.x + (20 if place.x >= 0 else -20), place.y) for place in path]
    assert count(clear[::-1], *LONG) == [SWAPPED[direction] for direction in reversed(count(clear, *LONG))]


@unhurried
@given(points, points, st.integers(1, 40))
def test_a_straight_walk_counts_the_same_at_every_frame_rate(start: Point, end: Point, steps: int) -> None:
    ends = Point(0, -80.123456), Point(0, 120.123456)  # where no walk between whole numbers meets them exactly
    walk = [
        Point(start.x + (end.x - start.x) * i / steps, start.y + (end.y - start.y) * i / steps)
        for i in range(steps + 1)
    ]
    assert count(walk, *ends) == count([start, end], *ends)


@unhurried
@given(st.lists(st.tuples(st.floats(-BAND, BAND), st.floats(-300, 300)), min_size=1, max_size=60))
def test_nothing_inside_the_band_counts(path: list[tuple[float, float]]) -> None:
    assert count([Point(x, y) for x, y in path], Point(0, -80), Point(0, 120)) == []
