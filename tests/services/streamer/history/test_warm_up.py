"""What is asked of the store before anybody asks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, event

from services.common.store.buckets import Bucket, edges
from services.common.store.counts import Which, line_counts
from services.common.store.engine import open_store, store_url
from services.common.store.migrate import migrate
from services.streamer.history.history import History
from services.streamer.history.warm_up import WEEK_NS, start_warm_up


@contextmanager
def statements() -> Iterator[set[str]]:
    """Collect what any database is asked."""
    asked: set[str] = set()

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.add(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_what_the_page_asks_first_was_asked_before(tmp_path: Path) -> None:
    engine = open_store(store_url(None, tmp_path), "own")
    migrate(engine)
    engine.dispose()
    history = History(store_url(None, tmp_path))
    with statements() as before:
        start_warm_up(history).join()
    with statements() as asked, history.transaction() as connection:
        now = time.time_ns()
        line_counts(connection, edges(now - WEEK_NS, now, Bucket(1, "h"), ZoneInfo("Europe/Berlin")), Which())
    history.close()
    assert asked
    assert asked <= before


def test_a_store_that_is_not_there_yet_is_no_matter(tmp_path: Path) -> None:
    history = History(store_url(None, tmp_path))
    start_warm_up(history).join()  # what a thread raises fails the test
    history.close()
    assert list(tmp_path.iterdir()) == []
