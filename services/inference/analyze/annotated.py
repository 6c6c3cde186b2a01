"""The annotated video: what a viewer of the live picture would have seen, every frame of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from proto.turnstile_pb2 import Settings
from services.common.video_writer import Encoding, VideoWriter
from services.inference.analyze.pipeline import Aside, Counted
from services.inference.analyze.reader import VideoInfo
from services.inference.analyze.run import Observer
from services.inference.analyze.yuv import YuvConverter, even
from services.inference.render.overlay import Scene, draw

# Half the time of superfast for the same loss (46 dB on a street at 1080p); the file is 1.7 times as large.
ENCODING: Final = Encoding(crf=23, preset="ultrafast")
IMMEDIATE: Final = replace(ENCODING, tune="zerolatency")  # each frame as it comes, without looking ahead
# Frames that may wait for the encoder: it takes some in a tenth of the time of others.
WAITING: Final = 4


@contextmanager
def annotated_video(path: Path, info: VideoInfo, settings: Settings, *, low_latency: bool) -> Iterator[Observer]:
    """Give an observer that has each frame drawn and encoded, in another thread.

    Raises:
        av.FFmpegError: The video cannot be written.
    """
    encoding = IMMEDIATE if low_latency else ENCODING
    with VideoWriter(path, even(info.width), even(info.height), info.fps, encoding) as writer:
        yuv = YuvConverter(info.width, info.height)

        def add(counted: Counted) -> None:
            frame = counted.frame
            draw(frame.image, _scene(info, settings, counted))
            writer.add(yuv.convert(frame.image), frame.seconds, frame.duration)

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
