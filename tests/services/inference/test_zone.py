from __future__ import annotations

import pytest

from services.inference.counting.geometry import Point, distance_to_outline
from services.inference.counting.zone import NANOSECONDS, ZoneCounter

SQUARE = [Point(100, 100), Point(300, 100), Point(300, 300), Point(100, 300)]
INSIDE, OUTSIDE = Point(200, 200), Point(400, 200)
GRACE = 2.0


def zone() -> ZoneCounter:
    return ZoneCounter(SQUARE, picture_height=400, grace=GRACE)


def see(area: ZoneCounter, seconds: float, *seen: tuple[int, Point]) -> int:
    now = round(seconds * NANOSECONDS)
    for track, place in seen:
        area.update(track, "person", place, 100, now)
    area.end_unseen(now)
    return area.occupancy


def test_a_visit_from_entry_to_exit() -> None:
    area = zone()
    occupancy = [see(area, seconds, (1, place)) for seconds, place in enumerate([OUTSIDE, INSIDE, INSIDE, OUTSIDE])]
    assert occupancy == [0, 1, 1, 0]
    (stay,) = area.drain()
    assert (stay.track, stay.label, stay.entered_ns, stay.left_ns) == (1, "person", NANOSECONDS, 2 * NANOSECONDS)
    assert (area.entries, area.exits, area.dwell) == (1, 1, (1.0, 1.0))
    assert area.drain() == []


def test_somebody_hidden_for_a_moment_has_not_left() -> None:
    area = zone()
    see(area, 0, (1, INSIDE))
    assert see(area, GRACE) == 1
    assert see(area, GRACE, (1, INSIDE)) == 1
    assert see(area, 2 * GRACE + 0.1) == 0
    (stay,) = area.drain()
    assert stay.seconds == GRACE  # the time hidden in between counts, the time after they were last seen does not
    assert (area.entries, area.exits) == (1, 1)


def test_standing_on_the_outline_is_one_visit() -> None:
    area = zone()
    places = [Point(300 + sway, 200) for sway in (-3, 3, 4, -4, 2) * 20]
    assert {see(area, number / 10, (1, place)) for number, place in enumerate(places)} == {1}
    assert (area.entries, area.exits) == (1, 0)


def test_two_tracks_of_one_person_are_one_visit() -> None:
    area = zone()
    see(area, 0, (1, INSIDE))
    see(area, 1, (2, INSIDE))
    assert area.occupancy == 2  # for the moment
    area.join(2, 1)
    assert (area.occupancy, area.entries) == (1, 1)
    see(area, 3, (1, OUTSIDE))
    (stay,) = area.drain()
    assert (stay.track, stay.entered_ns, stay.left_ns) == (1, 0, NANOSECONDS)


def test_a_track_that_came_in_from_outside_keeps_its_visit_under_the_older_id() -> None:
    area = zone()
    see(area, 0, (1, OUTSIDE))
    see(area, 1, (2, INSIDE))
    area.join(2, 1)
    assert (area.occupancy, area.entries) == (1, 1)
    assert see(area, 2, (1, OUTSIDE)) == 0


def test_the_dwell_is_of_the_latest_visits() -> None:
    area = zone()
    for track in range(1, 101):  # of 1 to 100 seconds
        area.update(track, "person", INSIDE, 100, 0)
        area.update(track, "person", INSIDE, 100, track * NANOSECONDS)
        area.update(track, "person", OUTSIDE, 100, (track + 1) * NANOSECONDS)
    assert area.dwell == (50.0, 95.0)
    assert len(area.drain()) == area.entries == area.exits == 100


def test_nobody_known_any_more_ends_all_visits() -> None:
    area = zone()
    see(area, 0, (1, INSIDE), (2, INSIDE))
    area.end_all()
    assert (area.occupancy, area.exits, len(area.drain())) == (0, 2, 2)


def test_a_track_without_identity_is_ignored() -> None:
    assert see(zone(), 0, (-1, INSIDE)) == 0


def test_another_shape_ends_the_visits_and_keeps_what_was_counted() -> None:
    area = zone()
    see(area, 0, (1, INSIDE))
    area.reshape(list(SQUARE), 400)
    assert area.occupancy == 1  # the same again
    area.reshape([Point(x + 150, y) for x, y in SQUARE], 400)
    assert (area.occupancy, area.entries, area.exits) == (0, 1, 1)
    assert see(area, 1, (1, OUTSIDE)) == 1


@pytest.mark.parametrize(
    ("point", "distance"), [((400, 200), 100), ((400, 400), 141.4), ((200, 110), 10), ((100, 100), 0)]
)
def test_the_distance_to_an_outline(point: tuple[float, float], distance: float) -> None:
    assert distance_to_outline(Point(*point), SQUARE) == pytest.approx(distance, abs=0.1)
