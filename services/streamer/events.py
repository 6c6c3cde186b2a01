"""Crossings and changes of state as they happen, for any number of server-sent event streams."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Set
from typing import Final

from proto.turnstile_pb2 import Crossing
from services.streamer.crossings import Crossings
from services.streamer.directory import Directory
from services.streamer.status import CameraStatus
from services.streamer.views import View, crossing_view, state_view

HEARTBEAT_SECONDS: Final = 15.0
HEARTBEAT: Final = b": still here\n\n"
RETRY: Final = b"retry: 1000\n\n"
# A client this far behind is cut off; it comes back with its Last-Event-ID and misses nothing.
MAX_BACKLOG: Final = 1000


class EventClientQueue:
    """What one event stream is still to be sent.

    Attributes:
        resume_after: The last crossing that it saw before, or None if it saw none.
    """

    def __init__(self, resume_after: str | None) -> None:
        self.resume_after = resume_after
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._ended = False

    def put(self, event: bytes) -> None:
        """Send ``event``, or end a client that takes none."""
        if self._queue.qsize() >= MAX_BACKLOG:
            self.end()
        elif not self._ended:
            self._queue.put_nowait(event)

    def end(self) -> None:
        """Let the stream end after what is already in it."""
        if not self._ended:
            self._ended = True
            self._queue.put_nowait(None)

    async def next(self) -> bytes | None:
        """Return the next event, a comment if there is none for a while, or None at the end."""
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                return await self._queue.get()
        except TimeoutError:
            return HEARTBEAT


class Events:
    """Turns what the directory says into events."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._crossings = Crossings()
        self._states: dict[str, CameraStatus] = {}
        self._clients: set[EventClientQueue] = set()
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
        client = EventClientQueue(last_event_id)
        client.put(RETRY)
        for camera, status in self._states.items():
            client.put(_state_event(camera, status))
        for crossing in self._crossings.after(last_event_id) if last_event_id else ():
            client.put(_crossing_event(crossing))
        if self._closed:
            client.end()
        self._clients.add(client)
        try:
            while (event := await client.next()) is not None:
                yield event
        finally:
            self._clients.discard(client)

    def _directory_changed(self, changed: Set[str]) -> None:
        for camera in sorted(changed):
            self._tell_state(camera)
        for new in self._crossings.take(self._directory.cameras.values()):
            event = _crossing_event(new.crossing)
            for client in self._clients:
                missed = client.resume_after is not None and new.crossing.id > client.resume_after
                if new.happened_now or missed:
                    client.put(event)

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
    return _event("state", state_view(camera, status))


def _crossing_event(crossing: Crossing) -> bytes:
    return b"id: " + crossing.id.encode() + b"\n" + _event("crossing", crossing_view(crossing))


def _event(kind: str, data: View) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
