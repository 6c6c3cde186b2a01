"""What was measured beside what is to be reached: as a table for people, as JSON for programs."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Literal

Sign = Literal["≥", "≤"]
HEADINGS = ("", "plain design", "Turnstile", "to reach", "")


@dataclass(frozen=True, slots=True)
class Limit:
    """A target. A figure is compared as it is shown, rounded to the figure's decimals."""

    sign: Sign
    value: float

    def met(self, shown: float) -> bool:
        """Return whether ``shown`` is within the limit; NaN never is."""
        return shown >= self.value if self.sign == "≥" else shown <= self.value


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; None and NaN are shown as a dash.

    Attributes:
        unit: Of all its values; empty for a plain number.
        limit: What Turnstile is to reach; None where the figure is told for orientation only.
    """

    name: str
    unit: str
    plain: float | None
    turnstile: float | None
    limit: Limit | None = None
    decimals: int = 1

    @property
    def met(self) -> bool | None:
        """Whether Turnstile keeps the limit; None without one, or where nothing was measured."""
        if self.limit is None or self.turnstile is None:
            return None
        return self.limit.met(round(self.turnstile, self.decimals))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one scenario gave.

    Attributes:
        others: Processors that foreign programs kept busy meanwhile, at worst.
        failure: Why there are no figures; empty when there are.
        detail: More than the table shows, for the JSON.
    """

    name: str
    title: str
    figures: Sequence[Figure] = ()
    others: float = 0.0
    failure: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


def machine() -> str:
    """Return this machine in one line."""
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores, {_cpu_model()}, {platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def table(outcomes: Sequence[Outcome]) -> str:
    """Return aligned text, a block for each scenario."""
    blocks: list[list[tuple[str, ...]]] = [[_row(figure) for figure in outcome.figures] for outcome in outcomes]
    rows = [HEADINGS, *chain.from_iterable(blocks)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [machine(), "", _aligned(HEADINGS, widths)]
    for outcome, block in zip(outcomes, blocks, strict=True):
        lines += ["", f"{outcome.title}  [{outcome.name}]", *(_aligned(row, widths) for row in block)]
        if outcome.failure:
            lines.append(f"  not measured: {outcome.failure}")
        if outcome.others >= 0.1:
            lines.append(
                f"  other programs kept {outcome.others:.1f} processors busy meanwhile: do not trust this block"
            )
    return "\n".join(lines)


def as_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the same, and the details, as data."""
    return {
        "machine": machine(),
        "scenarios": [
            {
                "name": outcome.name,
                "title": outcome.title,
                "failure": outcome.failure or None,
                "other_programs_processors": round(outcome.others, 3),
                "figures": [_figure_json(figure) for figure in outcome.figures],
                "detail": outcome.detail,
            }
            for outcome in outcomes
        ],
    }


def _figure_json(figure: Figure) -> dict[str, Any]:
    limit = figure.limit
    return {
        "name": figure.name,
        "unit": figure.unit,
        "plain": _number(figure.plain),
        "turnstile": _number(figure.turnstile),
        "at_least": limit.value if limit and limit.sign == "≥" else None,
        "at_most": limit.value if limit and limit.sign == "≤" else None,
        "met": figure.met,
    }


def _row(figure: Figure) -> tuple[str, ...]:
    name = f"  {figure.name}" + (f", {figure.unit}" if figure.unit else "")
    values = [
        f"{value:.{figure.decimals}f}" if value is not None and math.isfinite(value) else "-"
        for value in (figure.plain, figure.turnstile)
    ]
    limit = f"{figure.limit.sign} {figure.limit.value:.{figure.decimals}f}" if figure.limit else ""
    verdict = {None: "", True: "met", False: "MISSED"}[figure.met]
    return (name, *values, limit, verdict)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (
        text.ljust(width) if index in {0, len(row) - 1} else text.rjust(width)
        for index, (text, width) in enumerate(zip(row, widths, strict=True))
    )
    return "   ".join([first, *rest]).rstrip()


def _number(value: float | None) -> float | None:
    return round(value, 3) if value is not None and math.isfinite(value) else None


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
