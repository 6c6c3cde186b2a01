from __future__ import annotations

import pytest

from tests.bench.figures import percentile, slope


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([7.0], 50, 7.0),
        ([7.0], 99, 7.0),
        ([1.0, 2.0], 50, 1.0),
        ([1.0, 2.0], 51, 2.0),
        ([3.0, 1.0, 2.0], 50, 2.0),
        ([float(n) for n in range(1, 101)], 50, 50.0),
        ([float(n) for n in range(1, 101)], 99, 99.0),
        ([float(n) for n in range(1, 101)], 100, 100.0),
        ([float(n) for n in range(1, 1001)], 99.9, 999.0),
    ],
)
def test_percentile_is_the_nearest_rank(values: list[float], percent: float, expected: float) -> None:
    assert percentile(values, percent) == expected


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], 0), ([1.0], 101)])
def test_a_percentile_of_nothing_is_refused(values: list[float], percent: float) -> None:
    with pytest.raises(ValueError, match="no percentile"):
        percentile(values, percent)


@pytest.mark.parametrize(
    ("times", "values", "expected"),
    [
        ([], [], 0.0),
        ([1.0], [5.0], 0.0),
        ([0.0, 1.0, 2.0], [4.0, 4.0, 4.0], 0.0),
        ([0.0, 1.0, 2.0], [1.0, 3.0, 5.0], 2.0),
        ([0.0, 2.0, 4.0], [3.0, 2.0, 1.0], -0.5),
        ([0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 0.0, 1.0], 0.2),
    ],
)
def test_slope_is_the_least_squares_one(times: list[float], values: list[float], expected: float) -> None:
    assert slope(times, values) == pytest.approx(expected)
