"""Has the store asked once before anybody asks: connections, statements and the newest pages are there then."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final
from zoneinfo import ZoneInfo

from services.common.store.buckets import Bucket, edges
from services.common.store.counts import Which, line_counts, zone_counts
from services.common.store.crossings import Span, page
from services.common.store.errors import StoreError
from services.streamer.history.history import History

log = logging.getLogger(__name__)

WEEK_NS: Final = 7 * 86_400 * 1_000_000_000
LINES: Final = 30


def start_warm_up(history: History) -> threading.Thread:
    """Ask in a thread of its own, which ends by itself: nobody waits for a database that does not answer."""
    thread = threading.Thread(target=_warm_up, args=(history,), name="history-warm-up", daemon=True)
    thread.start()
    return thread


def _warm_up(history: History) -> None:
    """Ask what the page asks: a week by hour, and the newest crossings."""
    now = time.time_ns()
    week = edges(now - WEEK_NS, now, Bucket(1, "h"), ZoneInfo("UTC"))
    try:
        with history.transaction() as connection:
            line_counts(connection, week, Which())
            zone_counts(connection, week, Which())
            page(connection, Span(now - WEEK_NS, now, Which()), "desc", None, LINES)
    except StoreError as error:
        log.debug("the store was not asked ahead: %s", error)  # inference may only be about to make it
