"""Lines of crossings, against Python's own writer of CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from services.streamer.history.crossing_lines import LineWriter
from services.streamer.views import iso_time
from tests.services.common.store.rows import SECOND, ns

START = ns("2026-03-01T12:00:58") + SECOND // 4
NAMES = ("door", 'the "old" door', "in, out", "two\nlines", "Tür", "")


def row(number: int) -> tuple[Any, ...]:
    """Return one of many rows, 0.777 s apart; they differ in everything that may differ."""
    name = NAMES[number % len(NAMES)]
    corrects = f"id{number - 1}" if number % 7 == 0 else None
    time_ns = START + number * 777 * SECOND // 1000
    direction = "out" if number % 2 else "in"
    return (f"id{number}", time_ns, "entrance", name, direction, name, number, 1.0, number / 1000, 1e-4, corrects,
            number % 3 == 0)  # fmt: skip


def written(rows: list[tuple[Any, ...]]) -> bytes:
    """Return what the csv module makes of them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for event, time_ns, camera, line, direction, label, track, confidence, x, y, corrects, late in rows:
        told = "true" if late else "false"
        writer.writerow(
            (event, iso_time(time_ns), camera, line, direction, track, label, confidence, x, y, corrects, told)
        )
    return text.getvalue().encode()


@pytest.mark.parametrize("step", [1, -1])
def test_lines_are_what_the_csv_module_writes(step: int) -> None:
    rows = [row(number) for number in range(500)][::step]
    writer = LineWriter()
    assert writer.lines(rows[:200]) + writer.lines(rows[200:]) == written(rows)
