"""What one event stream is still to be sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from proto.turnstile_pb2 import Crossing
from services.streamer.views import View, crossing_view

HEARTBEAT_SECONDS: Final = 15.0
HEARTBEAT: Final = b": still here\n\n"
# A client this far behind is cut off; it comes back with its Last-Event-ID and misses nothing.
MAX_BACKLOG: Final = 1000


@dataclass(frozen=True, slots=True)
class CrossingEvent:
    """A crossing as it is sent: encoded once, for all clients."""

    id: str
    encoded: bytes

    @classmethod
    def of(cls, crossing: Crossing) -> CrossingEvent:
        """Encode a crossing that was heard."""
        return cls(crossing.id, encode_crossing(crossing.id, crossing_view(crossing)))


class EventQueue:
    """The events of one client, in order.

    Attributes:
        cursor: The last crossing that the client was sent, or saw before; None if it saw none.
    """

    def __init__(self, cursor: str | None) -> None:
        self.cursor = cursor
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._held: list[CrossingEvent] | None = None
        self._taken = asyncio.Event()
        self._ended = False

    def put(self, event: bytes) -> None:
        """Send ``event``, or end a client that takes none."""
        if self._queue.qsize() >= MAX_BACKLOG:
            self.end()
        elif not self._ended:
            self._queue.put_nowait(event)

    def put_crossing(self, crossing: CrossingEvent) -> None:
        """Send a crossing, at once or after those that the client missed."""
        if self._held is not None:
            self._held.append(crossing)
            if len(self._held) >= MAX_BACKLOG:
                self.end()
        else:
            self.cursor = crossing.id
            self.put(crossing.encoded)

    def put_missed(self, crossings: Iterable[View]) -> None:
        """Send crossings from the store, in order."""
        events: list[bytes] = []
        for view in crossings:
            self.cursor = view["id"]
            events.append(encode_crossing(view["id"], view))
        if events:
            self.put(b"".join(events))

    def hold(self) -> bool:
        """Keep crossings back from now on; return False if that is so already."""
        if self._held is not None:
            return False
        self._held = []
        return True

    def release(self, known: Iterable[CrossingEvent]) -> None:
        """Send the crossings kept back, and those among ``known`` that the client was not sent, and end to hold."""
        held, self._held = self._held or [], None
        later = {crossing.id: crossing for crossing in (*known, *held) if crossing.id > (self.cursor or "")}
        for crossing_id in sorted(later):
            self.put_crossing(later[crossing_id])

    def end(self) -> None:
        """Let the stream end after what is already in it."""
        if not self._ended:
            self._ended = True
            self._queue.put_nowait(None)

    async def next(self) -> bytes | None:
        """Return the next event, a comment if there is none for a while, or None at the end."""
        self._taken.set()
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                return await self._queue.get()
        except TimeoutError:
            return HEARTBEAT

    async def wait_taken(self) -> None:
        """Wait until the client has taken all that was put."""
        while self._queue.qsize():
            self._taken.clear()
            await self._taken.wait()


def encode_crossing(crossing_id: str, data: View) -> bytes:
    """Return the event of a crossing; its id is what a client resumes after."""
    return b"id: " + crossing_id.encode() + b"\n" + encode_event("crossing", data)


def encode_event(kind: str, data: View) -> bytes:
    """Return an event as it is sent."""
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
