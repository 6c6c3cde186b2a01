"""Moves rows from the spool to the store: in order, each once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DataError, IntegrityError

from services.common.store.migrate import migrate
from services.common.store.records import Row, SpoolPosition
from services.common.store.write import position_of, take_over
from services.inference.recorder.metrics import StoreMetrics
from services.inference.recorder.recorder import Recorder

log = logging.getLogger(__name__)

BATCH_ROWS: Final = 500


class Mover:
    """Belongs to one thread, but for :attr:`pending`.

    Args:
        engine: Opened to own the store.
        recorder: Whose spool it empties.
        metrics: Of the store.
        stop: Ends :meth:`drain` early.

    Attributes:
        lost: Rows that could not be read again, or that the store will never take.
        moved_at: When the store last took rows, monotonic seconds.
    """

    def __init__(self, engine: Engine, recorder: Recorder, metrics: StoreMetrics, stop: threading.Event) -> None:
        self._engine = engine
        self._stop = stop
        self._recorder = recorder
        self._spool = recorder.spool
        self._metrics = metrics
        self._position: SpoolPosition | None = None
        # Lines that earlier processes left and that were not moved, less those of this one that were.
        self._left = self._spool.count_found(SpoolPosition(self._spool.id, 0, 0))
        self.lost = 0
        self.moved_at = 0.0

    @property
    def pending(self) -> int:
        """Rows that are on disk and not in the store."""
        return max(0, self._left + self._recorder.appended)

    def drain(self, appended: int) -> bool:
        """Move all rows up to the one that was the ``appended``-th of this process, and none behind it.

        Returns:
            Whether all of them were moved; False if it was stopped.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: The database cannot be used now. What was moved is noted.
            StoreError: Its tables cannot be used.
        """
        position = self._position or self._connect()
        while (lines := min(self._left + appended, BATCH_ROWS)) > 0 and not self._stop.is_set():
            position = self._move(position, lines)
        return lines <= 0

    def _connect(self) -> SpoolPosition:
        """Make the tables if they are not there, and learn from the store where to go on."""
        migrate(self._engine)
        with self._engine.begin() as connection:
            position = position_of(connection, self._spool.id)
        self._left = self._spool.count_found(position)
        self._position = position
        return position

    def _move(self, begin: SpoolPosition, lines: int) -> SpoolPosition:
        """Move that many rows behind ``begin``; return where they end."""
        rows, torn, end = self._spool.read(begin, lines)
        if torn:
            log.error("%d rows in the spool %s cannot be read any more", torn, self._spool.id)
            self._lose("unreadable", torn)
        try:
            self._take(rows, end)
        except (DataError, IntegrityError):
            self._take_singly(rows, end)
        self._position = end
        self._left -= lines
        self.moved_at = time.monotonic()
        self._spool.release(end)
        return end

    def _take(self, rows: Sequence[Row], end: SpoolPosition) -> None:
        begun = time.perf_counter()
        with self._engine.begin() as connection:
            new = take_over(connection, rows, end)
        self._metrics.written.inc(new)
        self._metrics.write.observe(time.perf_counter() - begun)

    def _take_singly(self, rows: Sequence[Row], end: SpoolPosition) -> None:
        """Take over what the store accepts: one row that it refuses must not hold up all that come behind."""
        with self._engine.begin() as connection:
            for row in rows:
                try:
                    with connection.begin_nested():
                        take_over(connection, [row], end)
                except (DataError, IntegrityError) as error:
                    log.error("the store refuses %s: %s", row, error.orig)  # noqa: TRY400 - the row tells, no trace
                    self._lose("refused", 1)
            take_over(connection, [], end)

    def _lose(self, cause: str, rows: int) -> None:
        self.lost += rows
        self._metrics.lost.labels(cause).inc(rows)
