"""The assignment problem, by the solver that the tracker uses (Jonker and Volgenant 1987)."""

from __future__ import annotations

import lap
import numpy as np
import numpy.typing as npt


def assign(cost: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return pairs of row and column of the least total cost, as many as the shorter side of ``cost`` has."""
    if not cost.size:
        return []
    _, columns, _ = lap.lapjv(np.ascontiguousarray(cost), extend_cost=True)
    return [(row, int(column)) for row, column in enumerate(columns) if column >= 0]
