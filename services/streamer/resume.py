"""Sends a client of the event stream what it missed, from the store."""

from __future__ import annotations

import asyncio
from typing import Final

from services.common.store.counts import Which
from services.common.store.crossings import recorded_after
from services.common.store.errors import StoreError
from services.common.store.records import CrossingRow
from services.streamer.crossings import RECENT, Crossings
from services.streamer.directory import Directory
from services.streamer.event_queue import CrossingEvent, EventQueue
from services.streamer.history.crossings import crossing_view
from services.streamer.history.history import History

PAGE: Final = 500
RETRY_SECONDS: Final = 1.0


class Resume:
    """Looks up what was recorded while a client was away.

    Args:
        history: The store.
        directory: Says how much has not reached the store yet.
        crossings: What was heard of late.
    """

    def __init__(self, history: History, directory: Directory, crossings: Crossings) -> None:
        self._history = history
        self._directory = directory
        self._crossings = crossings

    async def catch_up(self, client: EventQueue) -> None:
        """Send all that was recorded after the client's cursor, then what it was not sent meanwhile.

        What is on its way to the store is among the crossings that were heard, if it is little; while it is more than
        inference names, or inference is silent, the client's crossings wait.
        """
        while True:
            all_heard = self._directory.waiting_for is None and self._directory.store.spooled <= RECENT
            rows = await asyncio.to_thread(self._read, client.cursor or "")
            if rows is not None:
                client.put_missed(map(crossing_view, rows))
                await client.wait_taken()
                if len(rows) == PAGE:
                    continue
                if all_heard:
                    break
            await asyncio.sleep(RETRY_SECONDS)  # a database tells nobody that it is back
        client.release(map(CrossingEvent.of, self._crossings.after(client.cursor or "")))

    def _read(self, cursor: str) -> list[CrossingRow] | None:
        try:
            with self._history.transaction() as connection:
                return recorded_after(connection, cursor, Which(), PAGE)
        except StoreError:
            return None  # its state is told by inference, and by every other question to it
