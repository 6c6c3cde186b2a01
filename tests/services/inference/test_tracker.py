"""Identities. Each case is who is seen where, picture by picture, and who they must be."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from proto.turnstile_pb2 import Line, Point, Settings
from services.inference.counting.tally import Tally
from services.inference.detector.association import assign
from services.inference.detector.overlap import iou, softened, strongest
from services.inference.detector.tracker import CERTAIN, LOST_SECONDS, PROOF_SECONDS, CameraTracker, View
from services.inference.detector.types import Detections, ModelInfo, Tracked
from services.inference.people import people

HEIGHT, WIDTH = 100.0, 36.0
CONFIDENCE = 0.25
EVERYWHERE: View = (-math.inf, -math.inf, math.inf, math.inf)
INFO = ModelInfo("model", {0: "person", 2: "car"}, 640, False)


@dataclass(frozen=True)
class Seen:
    """A detection by its centre."""

    x: float
    y: float = 200.0
    confidence: float = 0.8
    height: float = HEIGHT
    width: float = WIDTH
    kind: int = 0


def found(seen: Sequence[Seen]) -> Detections:
    boxes = [(s.x - s.width / 2, s.y - s.height / 2, s.x + s.width / 2, s.y + s.height / 2) for s in seen]
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array([s.confidence for s in seen], np.float32),
        np.array([s.kind for s in seen], np.float32),
    )


def follow(pictures: Sequence[Sequence[Seen]], fps: float, view: View = EVERYWHERE) -> list[Tracked]:
    tracker = CameraTracker(CONFIDENCE)
    return [tracker.update(found(seen), number / fps, view) for number, seen in enumerate(pictures)]


def ids(tracked: Tracked) -> list[int]:
    """Return the ids from left to right."""
    return [int(identity) for identity in tracked.ids[np.argsort(tracked.xyxy[:, 0])]]


@pytest.mark.parametrize("fps", [2, 3.3, 5, 10, 30])
def test_a_walker_is_one_person_at_any_frame_rate(fps: float) -> None:
    """0.8 heights a second: at 3.3 pictures a second boxes overlap a third, at 2 not at all."""
    tracked = follow([[Seen(100 + 80 * number / fps)] for number in range(int(6 * fps))], fps)
    assert {tuple(ids(t)) for t in tracked} == {(1,)}
    assert tracked[-1].velocity[0, 0] == pytest.approx(80, rel=0.1)  # pixels per second


def test_a_walker_is_one_person_between_uneven_pictures() -> None:
    tracker = CameraTracker(CONFIDENCE)
    times = np.cumsum(np.random.default_rng(4).choice([0.03, 0.1, 0.4], 60))
    assert {tuple(ids(tracker.update(found([Seen(100 + 90 * t)]), t, EVERYWHERE))) for t in times} == {(1,)}


@pytest.mark.parametrize("hidden", [0.3, 1.0])
def test_somebody_hidden_for_a_while_comes_back_as_themselves(hidden: float) -> None:
    pictures = [[Seen(100 + 8 * n)] if not 2 <= n / 10 < 2 + hidden else [] for n in range(60)]
    tracked = follow(pictures, 10)
    assert ids(tracked[-1]) == [1]
    assert all(len(t.ids) == len(seen) for t, seen in zip(tracked, pictures, strict=True))


def test_somebody_gone_for_long_is_another_when_they_come_back() -> None:
    gone = round(LOST_SECONDS * 10) + 1
    tracked = follow([[Seen(100)]] * 5 + [[]] * gone + [[Seen(100)]] * 5, 10)
    assert ids(tracked[-1]) == [2]


def at_left_edge(x: float) -> list[Seen]:
    """Return what is seen in a picture that begins at 0 of somebody whose centre is at ``x``."""
    right, left = x + WIDTH / 2, max(x - WIDTH / 2, 0.0)
    return [Seen((left + right) / 2, width=right - left)] if right - left > WIDTH / 4 else []


def test_who_comes_in_where_somebody_left_is_another() -> None:
    leaving = [at_left_edge(120 - 8 * n) for n in range(20)]
    entering = [at_left_edge(8 * n - 30) for n in range(20)]
    tracked = follow([*leaving, *[[]] * 5, *entering], 10, view=(0, 0, 640, 360))
    assert ids(tracked[10]) == [1]
    assert ids(tracked[-1]) == [2]


def test_who_reaches_the_edge_and_turns_back_is_the_same() -> None:
    tracked = follow([at_left_edge(abs(100 - 8 * n) + 8) for n in range(30)], 10, view=(0, 0, 640, 360))
    assert {tuple(ids(t)) for t in tracked} == {(1,)}


def test_two_who_pass_each_other_keep_their_ids() -> None:
    """One behind the other: while they overlap the detector sees the nearer one alone."""
    pictures = []
    for n in range(60):
        right, left = 100 + 10 * n, 690 - 10 * n
        pictures.append([Seen(right, 200)] if abs(right - left) < 25 else [Seen(right, 200), Seen(left, 190)])
    tracked = follow(pictures, 10)
    assert ids(tracked[5]) == [1, 2]
    assert ids(tracked[-1]) == [2, 1]


def test_two_side_by_side_are_not_mixed_up_when_one_is_lost_for_a_moment() -> None:
    pictures = [[Seen(100 + 8 * n), Seen(145 + 8 * n)] if n % 4 else [Seen(145 + 8 * n)] for n in range(1, 40)]
    assert ids(follow(pictures, 10)[-1]) in ([1, 2], [2, 1])
    assert {identity for t in follow(pictures, 10) for identity in ids(t)} == {1, 2}


def test_weak_detections_continue_a_track_and_begin_none() -> None:
    pictures = [[Seen(100 + 8 * n, confidence=0.8 if n < 5 else 0.15)] for n in range(12)]
    assert {tuple(ids(t)) for t in follow(pictures, 10)} == {(1,)}
    assert not any(len(t.ids) for t in follow([[Seen(100, confidence=0.2)]] * 20, 10))


def test_a_ghost_of_one_picture_is_nobody() -> None:
    tracked = follow([[Seen(100)], [Seen(100), Seen(400, confidence=CERTAIN - 0.1)], *[[Seen(100)]] * 20], 10)
    assert {tuple(ids(t)) for t in tracked} == {(1,)}


def test_a_doubtful_person_is_believed_the_second_time() -> None:
    doubtful = [Seen(400, confidence=CERTAIN - 0.1)]
    assert [ids(t) for t in follow([[], doubtful, doubtful], 10)] == [[], [], [1]]
    assert [ids(t) for t in follow([doubtful], 10)] == [[1]]  # in the first picture of all
    late = follow([[], doubtful, *[[]] * round(PROOF_SECONDS * 10), doubtful], 10)
    assert [ids(t) for t in late if len(t.ids)] == []


def test_a_person_that_the_detector_sees_twice_is_one() -> None:
    twice = [Seen(100), Seen(103, 202, confidence=0.7)]
    assert {tuple(ids(t)) for t in follow([twice] * 10, 10)} == {(1,)}


def test_somebody_half_hidden_stays_where_their_head_is() -> None:
    """The lower half goes behind a wall: the centre of the box rises, the person does not."""
    whole, half = Seen(100, 200), Seen(100, 175, height=50)
    tracked = follow([[whole]] * 10 + [[half]] * 5, 10)
    assert ids(tracked[-1]) == [1]
    centre = (tracked[-1].xyxy[0, 1] + tracked[-1].xyxy[0, 3]) / 2
    assert centre == pytest.approx(200, abs=10)  # the centre of the boxes is at 175


def test_a_track_that_began_with_a_wrong_box_is_joined_to_the_one_before() -> None:
    """Lost, then an arm beyond the obstacle, far from where the person was expected; then the whole person."""
    walk = [[Seen(100 + 8 * n)] for n in range(20)]
    arm = [[Seen(100 + 8 * n, 165, width=14, height=30)] for n in (26, 27)]
    again = [[Seen(100 + 8 * n)] for n in range(28, 50)]
    tracked = follow([*walk, *[[]] * 6, *arm, *again], 10)
    assert ids(tracked[-1]) == [1]
    assert sorted(int(f) for t in tracked for f in t.formerly if f) in ([], [2], [3])


def test_kinds_do_not_mix() -> None:
    pictures = [[Seen(100)], [Seen(100)], [Seen(100, kind=2)], [Seen(100, kind=2)]]
    tracked = follow(pictures, 10)
    assert [ids(t) for t in tracked] == [[1], [1], [2], [2]]
    assert tracked[-1].class_id.tolist() == [2]


@pytest.mark.parametrize("times", [(0.0, 0.0, 0.0), (5.0, 4.0, 3.0), (0.0, 1e6, 2e6)], ids=["stands", "back", "leaps"])
def test_any_clock_will_do(times: tuple[float, ...]) -> None:
    tracker = CameraTracker(CONFIDENCE)
    for time in times:
        tracked = tracker.update(found([Seen(100), Seen(300)]), time, EVERYWHERE)
    assert len(tracked.ids) == 2
    assert np.isfinite(tracked.xyxy).all()


def test_boxes_without_area_are_ignored() -> None:
    flat = Seen(300, height=0.0)
    assert {tuple(ids(t)) for t in follow([[Seen(100), flat]] * 4, 10)} == {(1,)}


def test_nobody_at_all() -> None:
    (tracked,) = follow([[]], 10)
    assert tracked.xyxy.shape == (0, 4)
    assert tracked.velocity.shape == (0, 2)


@pytest.mark.parametrize("many", [1, 2, 5])
def test_who_stands_and_sways_on_a_line_for_ten_minutes_counts_nothing(many: int) -> None:
    """Swaying by 2 % of their height, boxes jittering by 2 %, one in ten detections missing; 5 pictures a second."""
    noise = np.random.default_rng(many)
    tally = Tally("door", Settings(lines=[Line(name="line", start=Point(x=0.5, y=0), end=Point(x=0.5, y=1))]))
    tracker, fps = CameraTracker(CONFIDENCE), 5
    for number in range(600 * fps):
        seen = [_swaying(person, number / fps, noise.normal) for person in range(many) if noise.random() > 0.1]
        tracked = tracker.update(found(seen), number / fps, EVERYWHERE)
        tally.update(people(tracked, INFO), 640, 480, number * 1_000_000_000 // fps)
    (total,) = tally.totals()
    assert (total.count_in, total.count_out) == (0, 0)
    assert int(tracked.ids.max()) == many


def _swaying(person: int, seconds: float, noise: Callable[[], float]) -> Seen:
    sway = 0.02 * np.sin(2 * np.pi * (seconds / (2 + person) + person / 5))
    return Seen(
        320 + HEIGHT * (sway + 0.014 * noise()), 100 + 70 * person + 0.014 * HEIGHT * noise(), 0.6 + 0.05 * person
    )


def test_the_assignment_is_the_best_as_a_whole_and_takes_nothing_above_the_limit() -> None:
    cost = np.array([[1.0, 2.0, 9.0], [1.5, 9.0, 9.0], [9.0, 9.0, 9.0]])
    rows, columns = assign(cost - 5, 0.0)
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == [(0, 1), (1, 0)]
    assert len(assign(cost, 1.0)[0]) == 0
    assert len(assign(np.empty((0, 3)), 1.0)[0]) == 0


def test_overlap() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 8], [20, 0, 30, 10]], np.float64)
    assert iou(boxes, boxes[:1]).ravel() == pytest.approx([1, 0.8, 0])
    assert strongest(boxes, np.zeros(3, np.int64), 0.7).tolist() == [True, False, True]
    assert strongest(boxes, np.array([0, 1, 0]), 0.7).tolist() == [True, True, True]


def test_whoever_may_have_been_seen_twice_is_doubted_by_how_much_they_overlap() -> None:
    boxes = np.array([[0, 0, 10, 8], [0, 0, 10, 10], [20, 0, 30, 10], [0, 7.5, 10, 10]], np.float64)
    sure = np.array([0.5, 0.9, 0.6, 0.4])
    alike = np.zeros(4, np.int64)
    assert softened(boxes, sure, alike, 0.3) == pytest.approx([0.5 * 0.2, 0.9, 0.6, 0.4])
    assert softened(boxes, sure, np.array([1, 0, 0, 0]), 0.3) == pytest.approx(sure)
    assert softened(boxes[:0], sure[:0], alike[:0], 0.3).shape == (0,)
