"""Crossings and changes of state as they happen, for any number of server-sent event streams."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Set
from typing import Final

from services.common.event_ids import is_event_id
from services.streamer.crossings import Crossings
from services.streamer.directory import Directory
from services.streamer.event_queue import CrossingEvent, EventQueue, encode_event
from services.streamer.history.history import History
from services.streamer.resume import Resume
from services.streamer.status import CameraStatus
from services.streamer.views import state_view

log = logging.getLogger(__name__)

RETRY: Final = b"retry: 1000\n\n"


class Events:
    """Turns what the directory says into events.

    Args:
        directory: Says what happens.
        history: Knows what happened while a client was away.
    """

    def __init__(self, directory: Directory, history: History) -> None:
        self._directory = directory
        self._crossings = Crossings()
        self._resume = Resume(history, directory, self._crossings)
        self._states: dict[str, CameraStatus] = {}
        self._clients: dict[EventQueue, asyncio.Task[None] | None] = {}
        self._closed = False
        directory.listeners.append(self._directory_changed)

    @property
    def clients(self) -> int:
        """How many event streams are open."""
        return len(self._clients)

    def close(self) -> None:
        """End every stream and take on no more."""
        self._closed = True
        for client in self._clients:
            client.end()

    async def stream(self, last_event_id: str | None) -> AsyncIterator[bytes]:
        """Yield every camera's state, then the crossings after ``last_event_id``, then all that happens."""
        client = EventQueue(last_event_id or self._crossings.newest)
        client.put(RETRY)
        for camera, status in self._states.items():
            client.put(_state_event(camera, status))
        self._clients[client] = None
        if self._closed:
            client.end()
        elif last_event_id is not None:
            self._continue(client, last_event_id)
        try:
            while (event := await client.next()) is not None:
                yield event
        finally:
            catching_up = self._clients.pop(client)
            if catching_up is not None:
                catching_up.cancel()

    def _continue(self, client: EventQueue, last_event_id: str) -> None:
        """Send what came after ``last_event_id``: from memory if that reaches back so far, or else from the store."""
        if is_event_id(last_event_id) and not self._crossings.complete_after(last_event_id):
            self._catch_up(client)
            return
        for crossing in self._crossings.after(last_event_id):
            client.put_crossing(CrossingEvent.of(crossing))

    def _catch_up(self, client: EventQueue) -> None:
        if client.hold():
            task = asyncio.get_running_loop().create_task(self._resume.catch_up(client), name="events-catch-up")
            task.add_done_callback(_log_failure)
            self._clients[client] = task

    def _directory_changed(self, changed: Set[str]) -> None:
        for camera in sorted(changed):
            self._tell_state(camera)
        gaps = self._crossings.gaps
        happened = self._crossings.take(self._directory.cameras.values())
        if self._crossings.gaps > gaps:
            self._fill_gap()
        for new in happened:
            event = CrossingEvent.of(new.crossing)
            for client in self._clients:
                missed = client.cursor is not None and event.id > client.cursor
                if new.happened_now or missed:
                    client.put_crossing(event)

    def _fill_gap(self) -> None:
        """Have clients catch up by the store: inference was out of reach for more crossings than it still names."""
        log.warning("crossings were missed: clients are sent them from the store")
        for client in self._clients:
            if client.cursor is not None:
                self._catch_up(client)

    def _tell_state(self, camera: str) -> None:
        status = self._directory.status(camera) if camera in self._directory.cameras else None
        if status == self._states.get(camera):
            return
        if status is None:
            del self._states[camera]
        else:
            self._states[camera] = status
        event = _state_event(camera, status)
        for client in self._clients:
            client.put(event)


def _state_event(camera: str, status: CameraStatus | None) -> bytes:
    # Without an id: the last id that a client knows is to be a crossing's, so that any replica can resume after it.
    return encode_event("state", state_view(camera, status))


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("%s: %s", task.get_name(), error, exc_info=error)
