from __future__ import annotations

from dataclasses import replace

from proto.turnstile_pb2 import ANCHOR_CENTRE, ANCHOR_FEET, DIRECTION_IN, DIRECTION_OUT, Line, Settings, Zone
from proto.turnstile_pb2 import Point as FractionPoint
from services.inference.counting.ledger import RECENT_CROSSINGS
from services.inference.counting.tally import MEMORY_SECONDS, ZONE_GRACE_SECONDS, Person, Tally
from services.inference.detector.tracker import LOST_SECONDS

WIDTH, HEIGHT = 640, 480
SECOND = 1_000_000_000


def at(x: float, y: float) -> FractionPoint:
    return FractionPoint(x=x, y=y)


def line(name: str = "middle", x: float = 0.5) -> Line:
    return Line(name=name, start=at(x, 0), end=at(x, 1), anchor=ANCHOR_CENTRE)


def person(x: float, y: float = 240, *, track: int = 1, height: float = 100) -> Person:
    return Person(track, "person", 0.9, x - 20, y - height / 2, 40, height)


def totals(tally: Tally) -> dict[str, tuple[int, int]]:
    return {total.name: (total.count_in, total.count_out) for total in tally.totals()}


def test_a_crossing_is_counted_and_described() -> None:
    tally = Tally("door", Settings(lines=[line()]))
    assert tally.update([person(400)], WIDTH, HEIGHT, 5 * SECOND) == []
    (crossing,) = tally.update([person(200)], WIDTH, HEIGHT, 6 * SECOND)
    assert (crossing.camera, crossing.line, crossing.direction) == ("door", "middle", DIRECTION_IN)
    assert (crossing.time_ns, crossing.track, crossing.label) == (6 * SECOND, 1, "person")
    assert (round(crossing.x, 4), round(crossing.y, 4)) == (200 / WIDTH, 0.5)
    assert totals(tally) == {"middle": (1, 0)}
    assert tally.recent() == [crossing]


def test_each_line_counts_for_itself() -> None:
    tally = Tally("door", Settings(lines=[line("left", 0.25), line("right", 0.75)]))
    for x in (600, 320, 40, 320):
        tally.update([person(x)], WIDTH, HEIGHT, SECOND)
    assert totals(tally) == {"left": (1, 1), "right": (1, 0)}


def test_an_id_that_two_people_share_is_taken_once() -> None:
    tally = Tally("door", Settings(lines=[line()]))
    for _ in range(20):  # two people standing on both sides under one id: it must not count as going to and fro
        tally.update([person(400), person(200)], WIDTH, HEIGHT, SECOND)
    assert totals(tally) == {"middle": (0, 0)}


def test_new_lines_keep_the_totals_of_their_names() -> None:
    tally = Tally("door", Settings(lines=[line()]))
    for x in (400, 200):
        tally.update([person(x)], WIDTH, HEIGHT, SECOND)
    tally.configure(Settings(lines=[line("middle", 0.6), line("other", 0.2)]))
    assert totals(tally) == {"middle": (1, 0), "other": (0, 0)}


def test_totals_stay_when_ids_start_anew_and_nobody_crosses_by_that() -> None:
    tally = Tally("door", Settings(lines=[line()]))
    for x in (200, 400):
        tally.update([person(x)], WIDTH, HEIGHT, SECOND)
    tally.forget_tracks()
    tally.update([person(200)], WIDTH, HEIGHT, SECOND)  # somebody else under the same id
    assert totals(tally) == {"middle": (0, 1)}


def test_a_picture_of_another_size_counts_on() -> None:
    tally = Tally("door", Settings(lines=[line()]))
    for x in (400, 200):
        tally.update([person(x)], WIDTH, HEIGHT, SECOND)
    for x in (300, 340):  # of 640: the middle of a picture of that width
        assert tally.update([person(x / 2, 120, height=50)], WIDTH // 2, HEIGHT // 2, SECOND) == [] or x == 340
    assert totals(tally) == {"middle": (1, 1)}


def test_the_recent_crossings_are_bounded_and_their_ids_differ_and_sort() -> None:
    tally = Tally("door", Settings(lines=[line()]))
    for number in range(RECENT_CROSSINGS + 10):
        tally.update([person(400 if number % 2 else 200)], WIDTH, HEIGHT, number * SECOND // 10)
    ids = [crossing.id for crossing in tally.recent()]
    assert len(ids) == len(set(ids)) == RECENT_CROSSINGS
    assert ids == sorted(ids)
    assert {crossing.direction for crossing in tally.recent()} == {DIRECTION_IN, DIRECTION_OUT}


def test_the_feet_stand_for_a_person_where_the_line_says_so() -> None:
    across = Line(name="floor", start=at(0, 0.5), end=at(1, 0.5), anchor=ANCHOR_FEET)
    tally = Tally("door", Settings(lines=[across]))
    for y in (150, 200, 210):  # feet at 200, 250 and 260; the line is at 240
        tally.update([person(320, y)], WIDTH, HEIGHT, SECOND)
    assert totals(tally) == {"floor": (1, 0)}


def test_a_zone_knows_who_is_inside_and_forgives_a_short_absence() -> None:
    corner = Zone(name="queue", polygon=[at(0, 0), at(0.5, 0), at(0.5, 1), at(0, 1)], anchor=ANCHOR_FEET)
    tally = Tally("door", Settings(zones=[corner]))

    def inside(people: list[Person], seconds: float) -> int:
        tally.update(people, WIDTH, HEIGHT, round(seconds * SECOND))
        return tally.occupancy()[0].occupancy

    assert inside([person(100, track=1), person(200, track=2), person(500, track=3)], 0) == 2
    assert inside([person(100, track=1)], ZONE_GRACE_SECONDS * 0.9) == 2  # 2 is hidden
    assert inside([person(100, track=1)], ZONE_GRACE_SECONDS * 1.1) == 1
    assert inside([person(400, track=1)], ZONE_GRACE_SECONDS * 1.2) == 0  # seen clearly outside: gone at once
    (zone,) = tally.occupancy()
    assert (zone.entries, zone.exits) == (2, 2)
    assert (round(zone.dwell_median_s, 2), round(zone.dwell_p95_s, 2)) == (0.0, round(ZONE_GRACE_SECONDS * 1.1, 2))
    assert [(visit.zone, visit.track, visit.label, visit.entered_ns) for visit in tally.visits()] == [
        ("queue", 2, "person", 0),
        ("queue", 1, "person", 0),
    ]
    assert tally.visits() == []


def test_a_person_found_again_beyond_the_line_is_counted_late_and_once() -> None:
    tally = Tally("door", Settings(lines=[line()]))
    tally.update([person(400, track=1)], WIDTH, HEIGHT, 1 * SECOND)
    assert tally.update([person(250, track=2)], WIDTH, HEIGHT, 2 * SECOND) == []
    (crossing,) = tally.update([replace(person(200, track=1), formerly=2)], WIDTH, HEIGHT, 3 * SECOND)
    assert (crossing.late, crossing.track, crossing.direction) == (True, 1, DIRECTION_IN)
    assert abs(crossing.time_ns - 2 * SECOND) < 1000  # when they were first seen beyond it
    assert round(crossing.x * WIDTH) == 250
    assert totals(tally) == {"middle": (1, 0)}
    assert tally.update([person(150, track=1)], WIDTH, HEIGHT, 4 * SECOND) == []


def test_a_crossing_that_did_not_happen_is_taken_back_once() -> None:
    tally = Tally("door", Settings(lines=[line()]))
    now = 1_770_000_000 * SECOND + 123_456_789  # of this size, seconds are not exact to the nanosecond
    tally.update([person(400, track=1)], WIDTH, HEIGHT, now)
    (counted,) = tally.update([person(300, track=1)], WIDTH, HEIGHT, now + SECOND // 10)
    tally.update([person(360, track=2)], WIDTH, HEIGHT, now + SECOND // 5)
    (correction,) = tally.update([replace(person(400, track=1), formerly=2)], WIDTH, HEIGHT, now + SECOND)
    assert correction.corrects == counted.id
    assert (correction.time_ns, correction.direction, correction.late) == (counted.time_ns, counted.direction, False)
    assert totals(tally) == {"middle": (0, 0)}
    assert [crossing.id for crossing in tally.recent()] == [counted.id, correction.id]
    assert counted.id < correction.id
    (again,) = tally.update([person(200, track=1)], WIDTH, HEIGHT, now + 2 * SECOND)
    assert (again.corrects, totals(tally)) == ("", {"middle": (1, 0)})


def test_a_new_line_leaves_the_others_as_they_are() -> None:
    tally = Tally("door", Settings(lines=[line()]))
    tally.update([person(400)], WIDTH, HEIGHT, SECOND)
    tally.configure(Settings(lines=[line(), line("same", 0.5)]))
    assert [c.line for c in tally.update([person(200)], WIDTH, HEIGHT, 2 * SECOND)] == ["middle"]


def test_lines_in_one_place_count_each_for_itself() -> None:
    tally = Tally("door", Settings(lines=[line("one"), line("two")]))
    for x in (400, 200):
        tally.update([person(x)], WIDTH, HEIGHT, SECOND)
    assert totals(tally) == {"one": (1, 0), "two": (1, 0)}


def test_memory_outlives_the_tracker() -> None:
    assert LOST_SECONDS < MEMORY_SECONDS
