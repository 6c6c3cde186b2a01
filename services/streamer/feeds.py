"""The streams that somebody watches: one feed per camera and kind, whatever the number of viewers."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Set
from typing import Final

from proto.turnstile_pb2 import Frame
from services.streamer.directory import FORGET_SECONDS
from services.streamer.feed import Feed, Kind, Upstream, Watcher
from services.streamer.tally import Tally
from services.streamer.viewer import Viewer

SWEEP_SECONDS: Final = 1.0
FeedKey = tuple[str, Kind]


class Feeds:
    """Opens a feed for whoever comes first and closes it a moment after the last one left.

    Attributes:
        feeds: Those that are open.
        viewers: All that are connected, with what they watch.
        closed: Whether the process is about to end.
    """

    def __init__(self, upstream: Upstream) -> None:
        self.feeds: dict[FeedKey, Feed] = {}
        self.viewers: dict[Viewer, FeedKey] = {}
        self.closed = False
        self._upstream = upstream
        self._tallies: dict[FeedKey, Tally] = {}
        self._unknown: dict[FeedKey, float] = {}  # feeds of cameras that inference never named: since when
        self._loop = asyncio.get_running_loop()
        self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep)
        upstream.directory.listeners.append(self._directory_changed)

    def close(self) -> None:
        """End every stream and take on no more."""
        self.closed = True
        self._sweeper.cancel()
        for feed in tuple(self.feeds.values()):
            self._close_feed(feed)

    def tally(self, camera: str, kind: Kind) -> Tally:
        """Return what was sent of a stream since the process began."""
        return self._tallies.setdefault((camera, kind), Tally())

    def tallies(self) -> list[tuple[FeedKey, Tally]]:
        """Return those of all streams; safe in any thread."""
        return list(self._tallies.items())

    def count_viewers(self, camera: str) -> int:
        """Return how many viewers ``camera`` has here."""
        return sum(key[0] == camera for key in self.viewers.values())

    @contextlib.contextmanager
    def watched(self, camera: str, kind: Kind, watcher: Watcher) -> Iterator[None]:
        """Show ``watcher`` the stream for as long as the context lasts."""
        key = (camera, kind)
        feed = self.feeds.get(key)
        if feed is None:
            feed = self.feeds[key] = Feed(camera, kind, self._upstream, self._unwatched)
        feed.attach(watcher)
        try:
            yield
        finally:
            feed.detach(watcher)

    @contextlib.contextmanager
    def viewed(self, camera: str, kind: Kind, viewer: Viewer) -> Iterator[None]:
        """Show a viewer the stream, count it, and see that it does not stall."""
        self.viewers[viewer] = (camera, kind)
        try:
            with self.watched(camera, kind, viewer):
                yield
        finally:
            del self.viewers[viewer]

    def age(self, camera: str) -> float | None:
        """Return the seconds since capture of the newest frame at hand, or None if there is none."""
        ages = [feed.age for key, feed in list(self.feeds.items()) if key[0] == camera and feed.age is not None]
        return min(ages, default=None)

    def newest(self, camera: str) -> Frame | None:
        """Return the header of the newest annotated picture that is shown live, None while nobody watches."""
        feed = self.feeds.get((camera, "annotated"))
        return feed.newest if feed is not None and feed.age is not None else None

    def _unwatched(self, feed: Feed) -> None:
        if not feed.watchers:
            self._close_feed(feed)

    def _close_feed(self, feed: Feed) -> None:
        key = (feed.camera, feed.kind)
        del self.feeds[key]
        self._unknown.pop(key, None)
        if feed.camera not in self._upstream.directory.cameras:
            self._tallies.pop(key, None)  # or any name that is asked for would stay
        feed.close()
        self._upstream.slates.forget(feed.camera)

    def _directory_changed(self, changed: Set[str]) -> None:
        now = self._loop.time()
        for key, feed in tuple(self.feeds.items()):
            if feed.camera in changed:
                feed.refresh()
            if feed.camera in self._upstream.directory.cameras:
                self._unknown.pop(key, None)
            elif now - self._unknown.setdefault(key, now) > FORGET_SECONDS:
                self._close_feed(feed)

    def _sweep(self) -> None:
        self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep)
        now = time.monotonic()
        for viewer in tuple(self.viewers):
            viewer.check_progress(now)
