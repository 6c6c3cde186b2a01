"""Which crossings are wrong."""

from __future__ import annotations

from services.inference.evaluate.matching import WINDOW_SECONDS, Event, wrong_crossings
from services.inference.evaluate.score import line_scores


def event(seconds: float, *, line: str = "door", direction: str = "in", identity: int = 1) -> Event:
    return Event(round(seconds * 10) + 1, seconds, line, direction, identity, 0, 0)


def wrong(counted: list[Event], true: list[Event]) -> list[tuple[str, float]]:
    return [(found.kind, found.event.time_s) for found in wrong_crossings(counted, true)]


def test_near_in_time_is_the_same_crossing() -> None:
    assert wrong([event(1.0), event(9.0)], [event(1.4), event(8.5)]) == []
    late = 1 + WINDOW_SECONDS + 0.1
    assert wrong([event(late)], [event(1.0)]) == [("missed", 1.0), ("extra", late)]


def test_another_line_or_direction_is_another_crossing() -> None:
    assert wrong([event(1.0, line="gate")], [event(1.0)]) == [("missed", 1.0), ("extra", 1.0)]
    assert wrong([event(1.0, direction="out")], [event(1.0)]) == [("extra", 1.0), ("missed", 1.0)]


def test_partners_are_chosen_so_that_most_have_one() -> None:
    # The nearest partner of the first counted one is the second true one; but then the second would have none.
    assert wrong([event(2.5), event(5.0)], [event(0.5), event(3.0)]) == []


def test_one_too_many_is_told_with_its_time() -> None:
    assert wrong([event(1.0), event(1.2), event(5.0)], [event(1.0), event(5.0)]) == [("extra", 1.2)]


def test_nothing_at_all() -> None:
    assert wrong([], []) == []
    assert wrong([event(1)], []) == [("extra", 1)]


def test_errors_are_too_many_or_too_few_per_line_and_direction() -> None:
    counted = [event(1), event(2), event(3, direction="out")]
    true = [event(1), event(2, line="gate"), event(3, direction="out"), event(4, direction="out")]
    scores = {(s.line, s.direction): s.errors for s in line_scores(["door", "gate"], counted, true)}
    assert scores == {("door", "in"): 1, ("door", "out"): 1, ("gate", "in"): 1, ("gate", "out"): 0}
