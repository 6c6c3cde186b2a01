"""The same tests on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.common.store.engine import open_store, store_url
from services.common.store.migrate import migrate


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """Where an empty store is; None stands for SQLite in the data folder."""
    return str(request.getfixturevalue("postgres").new_database()) if request.param == "postgres" else None


@pytest.fixture
def engine(database_url: str | None, tmp_path: Path) -> Iterator[Engine]:
    """A store with its tables."""
    engine = open_store(store_url(database_url, tmp_path), "own")
    migrate(engine)
    yield engine
    engine.dispose()
