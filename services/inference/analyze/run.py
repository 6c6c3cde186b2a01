"""Counts one video from its first frame to its last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from services.inference.analyze.counter import VideoCounter
from services.inference.analyze.lookout import Lookout
from services.inference.analyze.pipeline import Counted, analyse
from services.inference.analyze.reader import VideoReader
from services.inference.analyze.result import Events, Result
from services.inference.analyze.target import telling
from services.inference.analyze.task import Task
from services.inference.detector.letterbox import letterbox

Observer = Callable[[Counted], None]


@contextmanager
def telling_observer(path: Path, observer: AbstractContextManager[Observer]) -> Iterator[Observer]:
    """Enter ``observer``, which writes ``path``, and turn what goes wrong with that into a sentence.

    Raises:
        UsageError: The file cannot be written.
    """
    with telling(path):
        observe = observer.__enter__()

    def observe_telling(counted: Counted) -> None:
        with telling(path):
            observe(counted)

    try:
        yield observe_telling
    except BaseException as error:
        with telling(path):  # closing the file writes what is left, and may fail too
            observer.__exit__(type(error), error, error.__traceback__)
        raise
    with telling(path):
        observer.__exit__(None, None, None)


def count_video(
    reader: VideoReader,
    task: Task,
    lookout: Lookout,
    observers: Sequence[Observer],
    stop: Callable[[], bool],
) -> Result:
    """Count ``reader``'s video until it ends or ``stop`` says so.

    Args:
        reader: At its first frame.
        task: What is to be counted.
        lookout: The detector.
        observers: Called with each frame, in order.
        stop: Asked before each frame is decoded.

    Raises:
        VideoFileError: The file ends before it should.
        UsageError: A line or zone lies outside the picture.
    """
    info = reader.info
    settings = task.shapes.settings(info.width, info.height)
    box = letterbox(info.width, info.height, lookout.info.imgsz, square=lookout.info.square)
    counter = VideoCounter(lookout.info, task.selection, settings, (info.width, info.height), box)
    events = Events()
    frames, end = 0, 0.0
    for counted in analyse(reader, box, lookout, counter, stop):
        frames, end = counted.frame.number, counted.frame.seconds + counted.frame.duration
        events.add(frames, counted.frame.seconds, counted.people, counted.crossings)
        for observe in observers:
            observe(counted)
    complete = not stop()
    return Result(
        video=info.path,
        frames=reader.frames if complete else frames,
        duration_s=end,
        fps=frames / end if end else info.fps,
        model=lookout.info.name,
        lines=counter.tally.totals(),
        zones=counter.tally.occupancy(),
        crossings=events.rows(*((info.width, info.height) if task.shapes.pixels else (1, 1))),
        damaged=reader.damaged,
        complete=complete,
    )
