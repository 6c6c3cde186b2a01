"""The table of the comparison, on made-up counts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from services.inference.evaluate.tracking import TrackingScore
from tests.accuracy import table
from tests.accuracy.chart import draw

TRUE = Counter({("door", "in"): 3, ("door", "out"): 1})
ROWS = [
    table.Row(
        "first",
        "clips",
        TRUE,
        {table.OURS: Counter(TRUE), "other": Counter({("door", "in"): 1, ("gate", "in"): 2})},
        {table.OURS: TrackingScore(0.9, 0.8, 0.7, 3)},
    ),
    table.Row(
        "second", "clips", TRUE, {table.OURS: Counter({("door", "in"): 4, ("door", "out"): 1}), "other": Counter()}
    ),
]


def test_errors_are_too_many_or_too_few_per_line_and_direction() -> None:
    assert [(row.errors(table.OURS), row.errors("other")) for row in ROWS] == [(0, 5), (1, 4)]


def test_the_tables_have_a_row_for_each_clip_and_a_sum() -> None:
    assert table.markdown(ROWS).splitlines() == [
        "| errors | true | Turnstile | other |",
        "| --- | ---: | ---: | ---: |",
        "| clips: first | 4 | 0 | 5 |",
        "| clips: second | 4 | 1 | 4 |",
        "| clips: all | 8 | 1 (12.5%) | 9 (112.5%) |",
    ]
    assert len({len(line) for line in table.text(ROWS).splitlines()}) == 1
    assert "| clips: first | Turnstile | 0.900 | 0.800 | 0.700 | 3 |" in table.tracking_markdown(ROWS)


def test_the_data_tell_of_each_line() -> None:
    first = table.as_json(ROWS)[0]
    assert first["errors"] == {"Turnstile": 0, "other": 5}
    assert {"line": "gate", "direction": "in", "true": 0, "Turnstile": 0, "other": 2} in first["lines"]


def test_the_chart_is_a_picture(tmp_path: Path) -> None:
    draw(ROWS, tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
