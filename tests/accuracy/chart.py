"""The comparison as one picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from tests.accuracy.table import OURS, Row

# Apart from each other also for the colour-blind (Okabe and Ito 2008).
COLOURS = ("#0072b2", "#d55e00", "#cc79a7", "#e69f00")


def draw(rows: Sequence[Row], path: Path) -> None:
    """Write bars of errors in 100 true crossings, clip by clip, as a PNG."""
    mpl.rcParams["svg.hashsalt"] = "turnstile"
    names = list(rows[0].counted)
    places = np.arange(len(rows))[::-1]
    height = 0.8 / len(names)
    figure = Figure(figsize=(9, 0.75 * len(rows) + 1.4), layout="constrained")
    axes = figure.subplots()
    for index, (name, colour) in enumerate(zip(names, COLOURS, strict=False)):
        shares = [100 * row.errors(name) / max(1, row.true.total()) for row in rows]
        bars = axes.barh(places + height * (1.5 - index), shares, height, color=colour, label=name)
        axes.bar_label(bars, [f"{share:.1f}" for share in shares], padding=3, fontsize=7)
    axes.set_yticks(places, [f"{row.group}: {row.name}" for row in rows])
    axes.set_xlabel("crossings too many or too few, in 100 true ones")
    axes.set_title(f"Counting errors: {OURS} and others")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right")
    figure.savefig(path, dpi=110, metadata={"Software": None})
