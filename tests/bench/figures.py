"""Arithmetic of measurements."""

from __future__ import annotations

from collections.abc import Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest of ``values`` that at least ``percent`` % of them do not exceed (nearest rank).

    Raises:
        ValueError: There are no values, or ``percent`` is not in (0, 100].
    """
    if not values or not 0 < percent <= 100:
        raise ValueError(f"no percentile {percent} of {len(values)} values")
    rank = -(-len(values) * percent // 100)  # rounded up
    return sorted(values)[int(rank) - 1]


def slope(times: Sequence[float], values: Sequence[float]) -> float:
    """Return by how much ``values`` rise per unit of time, by least squares; 0 where all times are equal."""
    if len(times) != len(values):
        raise ValueError(f"{len(times)} times for {len(values)} values")
    if not times:
        return 0.0
    mean_time, mean_value = sum(times) / len(times), sum(values) / len(values)
    spread = sum((time - mean_time) ** 2 for time in times)
    if spread == 0:
        return 0.0
    pairs = zip(times, values, strict=True)
    return sum((time - mean_time) * (value - mean_value) for time, value in pairs) / spread
