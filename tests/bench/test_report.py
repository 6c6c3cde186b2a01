from __future__ import annotations

import json

import pytest

from tests.bench.report import Figure, Limit, Outcome, as_json, table

NAN = float("nan")


@pytest.mark.parametrize(
    ("limit", "value", "met"),
    [
        (Limit("≥", 30.0), 29.96, True),  # shown as 30.0
        (Limit("≥", 30.0), 29.94, False),
        (Limit("≤", 28.0), 28.04, True),
        (Limit("≤", 28.0), 28.06, False),
        (Limit("≤", 28.0), NAN, False),
        (Limit("≤", 28.0), None, None),
        (None, 5.0, None),
    ],
)
def test_a_figure_is_judged_as_it_is_shown(limit: Limit | None, value: float | None, met: bool | None) -> None:
    assert Figure("latency", "ms", None, value, limit).met is met


OUTCOMES = [
    Outcome(
        "exact-1",
        "1080p30, 1 viewer",
        [
            Figure("frames per second", "", 23.84, 29.99, Limit("≥", 30.0)),
            Figure("p50", "ms", NAN, 31.0, Limit("≤", 28.0)),
        ],
        others=0.42,
    ),
    Outcome("memory", "memory", failure="turnstile ended with status 2"),
]


def test_the_table_shows_targets_beside_figures() -> None:
    lines = [" ".join(line.split()) for line in table(OUTCOMES).splitlines()]
    assert "frames per second 23.8 30.0 ≥ 30.0 met" in lines
    assert "p50, ms - 31.0 ≤ 28.0 MISSED" in lines
    assert "not measured: turnstile ended with status 2" in lines
    assert any("other programs kept 0.4 processors busy" in line for line in lines)


def test_the_json_is_json_and_says_the_same() -> None:
    scenarios = json.loads(json.dumps(as_json(OUTCOMES), allow_nan=False))["scenarios"]
    assert scenarios[0]["figures"] == [
        {
            "name": "frames per second", "unit": "", "plain": 23.84, "turnstile": 29.99,
            "at_least": 30.0, "at_most": None, "met": True,
        },
        {
            "name": "p50", "unit": "ms", "plain": None, "turnstile": 31.0,
            "at_least": None, "at_most": 28.0, "met": False,
        },
    ]  # fmt: skip
    assert scenarios[1]["failure"] == "turnstile ended with status 2"
