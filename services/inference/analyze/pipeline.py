"""One video's way: a thread decodes, the detector's threads look, this thread counts, another draws and encodes.

Between them are short queues that lose nothing, so the slowest stage sets the pace and memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from proto.turnstile_pb2 import Crossing, LineTotal, ZoneOccupancy
from services.inference.analyze.channel import Channel
from services.inference.analyze.counter import VideoCounter
from services.inference.analyze.lookout import Lookout
from services.inference.analyze.reader import Decoded, VideoReader
from services.inference.counting.tally import Person
from services.inference.detector.letterbox import Letterbox
from services.inference.detector.types import Detections


@dataclass(frozen=True, slots=True)
class Counted:
    """A frame with all that is known of it."""

    frame: Decoded
    people: list[Person]
    crossings: list[Crossing]
    totals: list[LineTotal]
    occupancy: list[ZoneOccupancy]


def analyse(
    reader: VideoReader,
    box: Letterbox,
    lookout: Lookout,
    counter: VideoCounter,
    stop: Callable[[], bool],
) -> Iterator[Counted]:
    """Yield each frame of ``reader``, counted, until it ends or ``stop`` says so.

    Args:
        reader: The video.
        box: How its pictures lie in the detector's input.
        lookout: The detector.
        counter: Of this video.
        stop: Asked before each frame is decoded.

    Raises:
        VideoFileError: The file ends before it should.
    """
    waiting: Channel[tuple[Decoded, Future[Detections]]] = Channel(lookout.ahead)
    with ThreadPoolExecutor(1, thread_name_prefix="decode") as thread:
        decoding = thread.submit(_decode, reader, box, lookout, waiting, stop)
        try:
            for frame, found in waiting:
                people, crossings = counter.update(found.result(), frame.seconds)
                yield Counted(frame, people, crossings, counter.tally.totals(), counter.tally.occupancy())
        finally:
            waiting.close()
        decoding.result()


def _decode(
    reader: VideoReader,
    box: Letterbox,
    lookout: Lookout,
    waiting: Channel[tuple[Decoded, Future[Detections]]],
    stop: Callable[[], bool],
) -> None:
    try:
        for frame in reader:
            image = np.empty((box.height, box.width, 3), np.uint8)
            box.fit(frame.image, image)
            if not waiting.put((frame, lookout.submit(image))) or stop():
                return
    finally:
        waiting.finish()


class Aside:
    """Hands frames on to a sink in a thread of its own.

    Args:
        sink: Called in that thread only.
        room: Frames that may wait.
    """

    def __init__(self, sink: Callable[[Counted], None], room: int) -> None:
        self._frames: Channel[Counted] = Channel(room)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encode")
        self._work = self._thread.submit(self._run, sink)

    def add(self, counted: Counted) -> None:
        """Hand on the next frame; what the sink failed with, if it did, is raised here."""
        if not self._frames.put(counted):
            self._work.result()

    def finish(self) -> None:
        """Wait until all is done; what the sink failed with, if it did, is raised here."""
        self._frames.finish()
        self._work.result()

    def close(self) -> None:
        """End the thread, whatever is left to do."""
        self._frames.close()
        self._thread.shutdown()

    def _run(self, sink: Callable[[Counted], None]) -> None:
        try:
            for counted in self._frames:
                sink(counted)
        finally:
            self._frames.close()
