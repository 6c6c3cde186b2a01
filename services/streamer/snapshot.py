"""One picture for who wants no stream."""

from __future__ import annotations

import asyncio
from typing import Final

from services.streamer.feed import Kind
from services.streamer.feeds import Feeds
from services.streamer.picture import Picture

# Longer than a feed waits for its camera before it draws a slate.
WAIT_SECONDS: Final = 2.5


class _FirstPicture:
    """A watcher that takes one picture."""

    def __init__(self) -> None:
        self.picture: asyncio.Future[Picture | None] = asyncio.get_running_loop().create_future()

    def offer(self, picture: Picture) -> None:
        if not self.picture.done():
            self.picture.set_result(picture)

    def end(self) -> None:
        if not self.picture.done():
            self.picture.set_result(None)


async def newest_picture(feeds: Feeds, camera: str, kind: Kind) -> Picture | None:
    """Return the newest picture of a stream, the next one if nobody watches it, a slate if none comes.

    None if the process ends, or the machine is too busy to draw a slate.
    """
    watcher = _FirstPicture()
    with feeds.watched(camera, kind, watcher):
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await watcher.picture
        except TimeoutError:
            return None
