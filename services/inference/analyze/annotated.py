"""The annotated video: what a viewer of the live picture would have seen, every frame of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from proto.turnstile_pb2 import Settings
from services.inference.analyze.pipeline import Aside, Counted
from services.inference.analyze.reader import VideoInfo
from services.inference.analyze.run import Observer
from services.inference.analyze.writer import VideoWriter
from services.inference.render.overlay import Scene, draw

# Frames that may wait for the encoder: it takes some in a tenth of the time of others.
WAITING: Final = 4


@contextmanager
def annotated_video(path: Path, info: VideoInfo, settings: Settings, *, low_latency: bool) -> Iterator[Observer]:
    """Give an observer that has each frame drawn and encoded, in another thread.

    Raises:
        av.FFmpegError: The video cannot be written.
    """
    with VideoWriter(path, info.width, info.height, info.fps, low_latency=low_latency) as writer:

        def add(counted: Counted) -> None:
            frame = counted.frame
            draw(frame.image, _scene(info, settings, counted))
            writer.add(frame.image, frame.seconds, frame.duration)

        aside = Aside(add, room=1 if low_latency else WAITING)
        try:
            yield aside.add
            aside.finish()
        finally:
            aside.close()


def _scene(info: VideoInfo, settings: Settings, counted: Counted) -> Scene:
    minutes, seconds = divmod(counted.frame.seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return Scene(
        camera="",
        settings=settings,
        people=counted.people,
        totals=counted.totals,
        occupancy=counted.occupancy,
        notice="",
        captured_ns=0,
        caption=f"{info.path.stem}   {hours}:{minutes:02}:{seconds:04.1f}   {counted.frame.number}",
    )
