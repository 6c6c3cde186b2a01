"""The slates of all cameras: what they say, drawn off the event loop, once a second and camera."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final

from proto.turnstile_pb2 import Camera, Frame
from services.streamer.slate import RGB, SlateClock, SlateText, draw_slate, fit
from services.streamer.status import CameraStatus, State

DEFAULT_SIZE: Final = (1280, 720)
AMBER: Final[RGB] = (240, 178, 62)
RED: Final[RGB] = (235, 94, 85)
GREY: Final[RGB] = (139, 151, 165)
HEADLINES: Final[dict[State, tuple[str, RGB]]] = {
    "waiting": ("Starting up", AMBER),
    "connecting": ("Connecting to the camera", AMBER),
    "live": ("Waiting for the next picture", AMBER),
    "stalled": ("The pictures stopped coming", AMBER),
    "offline": ("The camera is offline", RED),
    "ended": ("The video has ended", GREY),
}


@dataclass(frozen=True, slots=True)
class _LastFrame:
    captured_ns: int
    size: tuple[int, int]


class Slates:
    """Draws slates in a thread of its own; feeds of one camera share them."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="slates")
        self._last: dict[str, _LastFrame] = {}
        self._drawn: dict[str, tuple[object, asyncio.Future[bytes]]] = {}

    def close(self) -> None:
        """Wait for the drawing in progress and end the thread."""
        self._pool.shutdown(cancel_futures=True)

    def note_frame(self, camera: str, frame: Frame) -> None:
        """Remember the size and time of a camera's newest frame."""
        self._last[camera] = _LastFrame(frame.capture_time_ns, (frame.width, frame.height))

    def forget(self, camera: str) -> None:
        """Drop the slate of a camera that nobody watches any more."""
        self._drawn.pop(camera, None)

    async def draw(self, camera: str, status: CameraStatus, known: Camera | None) -> bytes:
        """Return the slate of this second, as JPEG."""
        now = time.time()
        last = self._last.get(camera)
        key = (int(now), status, last)
        drawn_for, future = self._drawn.get(camera, (None, None))
        if future is None or drawn_for != key:
            task = partial(draw_slate, _text(camera, status), _clock(now, status, last), _size(known, last))
            future = asyncio.get_running_loop().run_in_executor(self._pool, task)
            self._drawn[camera] = (key, future)
        return await asyncio.shield(future)  # another feed may wait for it


def _text(camera: str, status: CameraStatus) -> SlateText:
    headline, accent = HEADLINES[status.state]
    cause = status.cause
    if cause and cause[-1] not in ".!?…":
        cause += "."
    return SlateText(camera, headline, cause[:1].upper() + cause[1:], accent)


def _clock(now: float, status: CameraStatus, last: _LastFrame | None) -> SlateClock:
    since = status.since_ns / 1e9
    return SlateClock(
        now=time.strftime("%Y-%m-%d  %H:%M:%S %Z", time.localtime(now)),
        since=f"Since {_moment(since, now)}, for {duration(now - since)}",
        last_picture=f"Last picture {_moment(last.captured_ns / 1e9, now)}" if last else "",
    )


def _size(known: Camera | None, last: _LastFrame | None) -> tuple[int, int]:
    if last:
        return fit(*last.size)
    if known and known.stats.width and known.stats.height:
        return fit(known.stats.width, known.stats.height)
    return DEFAULT_SIZE


def _moment(then: float, now: float) -> str:
    today = time.localtime(then)[:3] == time.localtime(now)[:3]
    return time.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M:%S", time.localtime(then))


def duration(seconds: float) -> str:
    """Return a length of time in its two largest units, for people."""
    whole = max(0, int(seconds))
    days, hours, minutes = whole // 86400, whole // 3600 % 24, whole // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    if minutes:
        return f"{minutes} min {whole % 60} s"
    return f"{whole} s"
