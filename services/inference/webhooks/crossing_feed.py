"""The crossings that a webhook was not sent yet: the store remembers how far it came."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Engine, delete, func, insert, select

from services.common.store.counts import Which
from services.common.store.crossings import recorded_after
from services.common.store.errors import store_errors
from services.common.store.records import CrossingRow
from services.common.store.schema import crossings, webhooks
from services.inference.webhooks.watcher import Event, event

BATCH = 100


class CrossingFeed:
    """Belongs to one thread.

    Args:
        engine: Of the store.
        name: Of the webhook. One that is new is not sent what happened before.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._after: str | None = None

    def next(self) -> list[CrossingRow]:
        """Return the next crossings.

        Raises:
            StoreError: The store cannot be asked.
        """
        with store_errors(), self._engine.begin() as connection:
            if self._after is None:
                known = connection.execute(select(webhooks.c.after).where(webhooks.c.name == self._name)).scalar()
                newest = connection.execute(select(func.max(crossings.c.id))).scalar() if known is None else known
                self._after = newest or ""
            return recorded_after(connection, self._after, Which(), BATCH)

    def done(self, row: CrossingRow) -> None:
        """Note that ``row`` was sent.

        Raises:
            StoreError: The store cannot be written; it will be sent again.
        """
        with store_errors(), self._engine.begin() as connection:
            connection.execute(delete(webhooks).where(webhooks.c.name == self._name))
            connection.execute(insert(webhooks).values(name=self._name, after=row.id))
        self._after = row.id


def crossing_event(row: CrossingRow) -> Event:
    """Return what is sent of a crossing."""
    data = asdict(row)
    return event("crossing", data.pop("time_ns"), data, data.pop("id"))
