"""MOTA, IDF1 and HOTA, held to TrackEval's own figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from services.inference.evaluate.alignment import find_offset
from services.inference.evaluate.tracking import Boxes, TrackingScore, score

BOX = (10.0, 10.0, 20.0, 40.0)
FAR = (200.0, 10.0, 20.0, 40.0)


def scene(seed: int, frames: int = 60, people: int = 6) -> tuple[list[Boxes], list[Boxes]]:
    """Return people who wander about, and a poor tracker's view of them: noise, gaps, swapped ids and a ghost."""
    random = np.random.default_rng(seed)
    place, speed = random.uniform(0, 100, (people, 2)), random.normal(0, 1.5, (people, 2))
    ids = list(range(100, 100 + people))
    true, tracked = [], []
    for frame in range(frames):
        place += speed
        there = [p for p in range(people) if random.random() < 0.95]
        true.append(
            Boxes([p + 1 for p in there], [(round(place[p, 0], 2), round(place[p, 1], 2), 20.0, 40.0) for p in there])
        )
        if random.random() < 0.1:
            a, b = random.integers(people, size=2)
            ids[a], ids[b] = ids[b], ids[a]
        if random.random() < 0.05:
            ids[int(random.integers(people))] = 200 + frame
        found = [p for p in range(people) if random.random() < 0.85]
        boxes = [
            (
                float(np.round(place[p, 0] + random.normal(0, 2), 2)),
                float(np.round(place[p, 1] + random.normal(0, 3), 2)),
                float(np.round(20 + random.normal(0, 2), 2)),
                float(np.round(40 + random.normal(0, 3), 2)),
            )
            for p in found
        ]
        ghost = random.random() < 0.2
        tracked.append(
            Boxes(
                [*(ids[p] for p in found), *([999] if ghost else [])],
                [*boxes, *([(50.0, 50.0, 20.0, 40.0)] if ghost else [])],
            )
        )
    return true, tracked


# By TrackEval 1.3.0 (CLEAR, Identity, HOTA; threshold 0.5) on the same boxes.
@pytest.mark.parametrize(
    ("seed", "mota", "idf1", "hota", "switches"),
    [
        (3, 0.6379821958456974, 0.39083969465648855, 0.2989864145071207, 25),
        (11, 0.7257142857142858, 0.658753709198813, 0.4479614589418044, 8),
        (42, 0.6900584795321637, 0.7228915662650602, 0.49642057016521607, 4),
    ],
)
def test_the_figures_are_those_of_trackeval(seed: int, mota: float, idf1: float, hota: float, switches: int) -> None:
    found = score(*scene(seed))
    assert (found.mota, found.idf1, found.hota) == pytest.approx((mota, idf1, hota), abs=1e-9)
    assert found.id_switches == switches


def frames(*each: Sequence[tuple[int, tuple[float, float, float, float]]]) -> list[Boxes]:
    return [Boxes([identity for identity, _ in boxes], [box for _, box in boxes]) for boxes in each]


def test_a_perfect_tracker() -> None:
    true = frames([(1, BOX), (2, FAR)], [(1, BOX)], [])
    found = score(true, true)
    assert (found.mota, found.idf1, found.id_switches) == (1, 1, 0)
    assert found.hota == pytest.approx(1)


def test_a_new_id_is_a_switch_and_costs_identity() -> None:
    found = score(frames([(1, BOX)], [(1, BOX)]), frames([(8, BOX)], [(9, BOX)]))
    assert (found.mota, found.idf1, found.id_switches) == (0.5, 0.5, 1)


def test_nobody_found_and_nobody_there() -> None:
    assert score(frames([(1, BOX)]), frames([])) == TrackingScore(0, 0, 0, 0)
    assert score(frames([]), frames([(1, BOX)])) == TrackingScore(-1, 0, 0, 0)


def moving(frame: int, behind: int = 0) -> Boxes:
    return Boxes([1, 2], [(9.0 * (frame - behind), 10.0, 20.0, 40.0), (500 - 8.0 * (frame - behind), 60.0, 20.0, 40.0)])


@pytest.mark.parametrize("shift", [-3, 0, 2])
def test_a_truth_that_is_off_by_some_frames_is_found_out(shift: int) -> None:
    assert find_offset(moving, lambda frame: moving(frame, shift), 40) == shift


def test_a_lag_that_hardly_shows_is_not_forgiven() -> None:
    def slow(frame: int) -> Boxes:
        return Boxes([1], [(0.5 * frame, 10.0, 20.0, 40.0)])

    assert find_offset(slow, lambda frame: slow(frame - 1), 40) == 0


def test_without_anybody_nothing_is_moved() -> None:
    assert find_offset(lambda _: Boxes([], []), lambda _: Boxes([], []), 40) == 0
