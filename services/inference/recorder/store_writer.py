"""The thread that writes to the store, and says whether that works."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from services.common.backoff import Backoff
from services.common.store.engine import open_store, shown
from services.common.store.errors import StoreError, describe
from services.common.store.resets import resets_in_force
from services.common.store.retention import prune
from services.common.store.totals import line_totals
from services.inference.recorder.metrics import StoreMetrics
from services.inference.recorder.mover import Mover
from services.inference.recorder.recorder import Recorder
from services.inference.recorder.reset_points import ResetPoints
from services.inference.recorder.totals import totals_since

log = logging.getLogger(__name__)

# How soon a reset that somebody made is seen.
LOOK_SECONDS: Final = 0.5
# What comes within this time goes into one transaction: commits wear out an SD card, and cost more than rows.
GATHER_SECONDS: Final = 0.1
RETRY_FIRST_SECONDS: Final = 0.5
RETRY_MAX_SECONDS: Final = 5.0
PRUNE_SECONDS: Final = 60.0
# A database that hangs in one statement for this long is as good as gone, and people are told so.
SILENCE_SECONDS: Final = 5.0
STOP_SECONDS: Final = 1.0
DAY_NS: Final = 86_400 * 1_000_000_000


class StoreWriter:
    """Moves rows, follows resets, gives up old rows; nobody else writes rows.

    Args:
        url: Of the store.
        recorder: What to write, and who is told of totals.
        wake: Is set when there are rows to move.
        retention_days: For which rows are kept; 0: for ever.
        metrics: Of the store.
        changed: Called when its state or the totals changed.
    """

    def __init__(
        self,
        url: URL,
        recorder: Recorder,
        wake: threading.Event,
        retention_days: int,
        metrics: StoreMetrics,
        changed: Callable[[], None],
    ) -> None:
        self._engine = open_store(url, "own")
        self._where = shown(url)
        self._recorder = recorder
        self._wake = wake
        self._retention_ns = retention_days * DAY_NS
        self._metrics = metrics
        self._changed = changed
        self._stop = threading.Event()
        self._mover = Mover(self._engine, recorder, metrics, self._stop)
        self._settled = threading.Event()
        self._cause: str | None = "the database was not asked yet"
        self._asked_at: float | None = None  # monotonic seconds; None while nothing is asked of the database
        self._confirmed = False
        self._prune_due = 0.0
        metrics.spooled.set_function(lambda: self._mover.pending)
        metrics.spool_bytes.set_function(lambda: recorder.spool.size)
        metrics.up.set_function(lambda: self.cause is None)
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)

    @property
    def cause(self) -> str | None:
        """Why the store takes no rows now, or None while it does."""
        asked_at = self._asked_at
        if self._cause is None and asked_at is not None:
            silent = time.monotonic() - max(asked_at, self._mover.moved_at)
            return "the database does not answer" if silent > SILENCE_SECONDS else None
        return self._cause

    @property
    def pending(self) -> int:
        """Rows that are on disk and not in the store."""
        return self._mover.pending

    @property
    def lost(self) -> int:
        """Rows that will never be in the store."""
        return self._mover.lost

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what was not moved stays in the spool."""
        self._stop.set()
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS)

    def wait_settled(self, timeout: float) -> None:
        """Wait until the store has told its totals, or was found out of reach."""
        self._settled.wait(timeout)

    # The thread

    def _run(self) -> None:
        backoff = Backoff(RETRY_FIRST_SECONDS, RETRY_MAX_SECONDS)
        while not self._stop.is_set():
            try:
                self._work()
                backoff.reset()
            except StoreError as error:
                self._fail(str(error), backoff.delay())
            except SQLAlchemyError as error:
                self._fail(describe(error), backoff.delay())
        self._engine.dispose()

    def _work(self) -> None:
        self._asked_at = time.monotonic()
        self._mover.drain(self._recorder.appended)
        self._follow_resets()
        self._prune()
        self._asked_at = None
        if self._cause is not None:
            log.info("counts are kept: %s", self._where)
            self._cause = None
            self._changed()
        self._settled.set()
        if self._wake.wait(LOOK_SECONDS):
            self._stop.wait(GATHER_SECONDS)
        self._wake.clear()

    def _fail(self, cause: str, delay: float) -> None:
        """Take note of a failure, and wait."""
        self._asked_at = None
        if cause != self._cause:
            log.error("counts wait on disk: %s (%s)", cause, self._where)
            self._cause = cause
            self._changed()
        self._settled.set()
        self._engine.dispose()
        self._recorder.spool.sync()
        self._stop.wait(delay)

    def _follow_resets(self) -> None:
        """Have the totals begin where the resets say."""
        with self._engine.begin() as connection:
            by_hand = tuple(resets_in_force(connection))
        points = ResetPoints(self._recorder.points.daily_ns, by_hand)
        if self._confirmed and points == self._recorder.points:
            return
        with self._recorder.replacing() as replacement:
            if not self._mover.drain(replacement.appended):
                return
            with self._engine.begin() as connection:
                replacement.totals = totals_since(points, lambda since: line_totals(connection, since or None))
            replacement.points = points
        self._confirmed = True
        self._changed()

    def _prune(self) -> None:
        if not self._retention_ns or time.monotonic() < self._prune_due:
            return
        before = time.time_ns() - self._retention_ns
        with self._engine.begin() as connection:
            pruned = prune(connection, before, self._recorder.points.moments)
        self._metrics.pruned.inc(pruned)
        self._prune_due = time.monotonic() + (0.0 if pruned else PRUNE_SECONDS)
