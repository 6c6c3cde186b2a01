"""A process that counts is killed at random: what it announced is in the store, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.inference.recorder.killing import Outcome, kill_often, live


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    return str(request.getfixturevalue("postgres").new_database()) if request.param == "postgres" else None


def test_killed_at_random_nothing_is_lost_or_counted_twice(database_url: str | None, tmp_path: Path) -> None:
    outcome = kill_often(tmp_path, database_url, kills=5, per_second=100, seed=6)
    assert len(outcome.announced) > 20
    assert set(outcome.announced) - set(outcome.stored) == set(), "announced and lost"
    assert len(outcome.stored) == len(set(outcome.stored))
    assert len(set(outcome.stored) - set(outcome.announced)) <= 5, "more unannounced ones than there were kills"
    assert outcome.announced == sorted(outcome.announced), "ids rise over all lives"
    rows = outcome.totals[0]
    assert outcome.totals == [rows, rows, rows]
    assert sum(rows) == len(outcome.stored)


def test_killed_while_the_database_is_away(tmp_path: Path) -> None:
    away = f"postgresql://nobody@/nothing?host={tmp_path}"
    outcome = Outcome()
    for life in range(3):
        before = len(outcome.announced)
        live(tmp_path, away, 0.008, 200, outcome, least=60)
        # Rows wait on disk; the totals go on from what is there. A kill may come between recording and announcing.
        assert before <= sum(outcome.starts[-1]) <= before + life
    after = kill_often(tmp_path, None, kills=1, per_second=50, seed=1)
    assert len(outcome.announced) > 20
    assert set(outcome.announced + after.announced) - set(after.stored) == set()
    assert after.totals == [after.totals[0]] * 3
    assert sum(after.totals[0]) == len(after.stored)
