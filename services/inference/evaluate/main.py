"""``turnstile evaluate``: the command."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2

from proto.turnstile_pb2 import Settings
from services.common.errors import UsageError
from services.common.video_file import VideoFileError
from services.inference.analyze.identities import Identities
from services.inference.analyze.interrupt import Interrupt
from services.inference.analyze.lookout import Lookout, load
from services.inference.analyze.main import check_video, refuse, say
from services.inference.analyze.pipeline import Counted
from services.inference.analyze.progress import ProgressBar
from services.inference.analyze.reader import VideoInfo, VideoReader
from services.inference.analyze.result import Result
from services.inference.analyze.run import count_video
from services.inference.analyze.task import Request, Task
from services.inference.detector.types import ModelError
from services.inference.evaluate.alignment import find_offset
from services.inference.evaluate.crossings import TrueCrossing, true_crossings
from services.inference.evaluate.matching import Event, wrong_crossings
from services.inference.evaluate.report import check_folder, write_report
from services.inference.evaluate.score import Score, line_scores
from services.inference.evaluate.tracking import Boxes, score
from services.inference.evaluate.truth import Truth, read_truth

DEFAULT_BAND: Final = 4.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is to be done with a video beside counting it.

    Attributes:
        truth: The file.
        band: Half the dead band around a line within which true boxes tell no side, pixels.
        offset: Frame 1 of the truth is frame 1 + offset of the video; None to find that out.
        report: The folder for the report; None for none.
        overwrite: Whether the report may take the place of what is there.
    """

    truth: Path
    band: float = DEFAULT_BAND
    offset: int | None = None
    report: Path | None = None
    overwrite: bool = False


class Sightings:
    """Keeps who was tracked where, frame by frame."""

    def __init__(self) -> None:
        self._frames: dict[int, Boxes] = {}
        self._times: dict[int, float] = {}
        self._identities = Identities()

    def add(self, counted: Counted) -> None:
        """Take note of a frame."""
        people = counted.people
        self._identities.add(people)
        self._frames[counted.frame.number] = Boxes(
            [person.id for person in people],
            [(person.left, person.top, person.width, person.height) for person in people],
        )
        self._times[counted.frame.number] = counted.frame.seconds

    def at(self, frame: int) -> Boxes:
        """Return who was tracked in ``frame``, by the ids that they have in the end."""
        boxes = self._frames.get(frame, Boxes([], []))
        return Boxes([self._identities.final(identity) for identity in boxes.ids], boxes.ltwh)

    def time(self, frame: int, fps: float) -> float:
        """Return when ``frame`` was shown; from the rate where it was damaged."""
        return self._times.get(frame, (frame - 1) / fps)


def main(video: Path, request: Request, judgement: Judgement, *, as_json: bool) -> int:
    """Judge the counts of one video, tell it, and return the exit status."""
    cv2.setNumThreads(1)
    try:
        task = request.task()
        truth = read_truth(judgement.truth)
        if judgement.report is not None:
            check_folder(judgement.report, overwrite=judgement.overwrite)
        check_video(video, task.shapes)
        with Interrupt() as interrupt:
            judged = _evaluate(video, task, truth, judgement, interrupt)
    except (UsageError, VideoFileError, ModelError) as error:
        return refuse("evaluate", error)
    if judged is None:
        return interrupt.status
    print(json.dumps(judged.as_json(), indent=2, ensure_ascii=False) if as_json else judged.as_text())
    return 0


def _evaluate(video: Path, task: Task, truth: Truth, judgement: Judgement, interrupt: Interrupt) -> Score | None:
    with VideoReader(video) as reader:
        info = reader.info
        if info.frames:
            truth.check_length(info.frames, info.fps)
        detector = load(task.model, task.imgsz, task.selection.classes, say, low_latency=False)
        if detector.info.notice:
            say(detector.info.notice)
        seen = Sightings()
        with Lookout(detector, task.selection) as lookout, ProgressBar(video.name, info) as progress:
            result = count_video(reader, task, lookout, [seen.add, progress.advance], interrupt.asked)
    if not result.complete:
        return None
    truth.check_length(result.frames, info.fps)
    offset = judgement.offset
    if offset is None:
        offset = find_offset(truth.boxes, seen.at, result.frames)
    settings = task.shapes.settings(info.width, info.height)
    shifted = Shifted(truth, offset, result.frames)
    judged = judge(result, seen, shifted, settings, info, judgement.band, pixels=task.shapes.pixels)
    if judgement.report is not None:

        def boxes(frame: int) -> tuple[Boxes, Boxes]:
            return shifted.at(frame), seen.at(frame)

        write_report(judgement.report, judged, settings, boxes, overwrite=judgement.overwrite)
    return judged


@dataclass(frozen=True, slots=True)
class Shifted:
    """A truth on the video's frames.

    Attributes:
        offset: Frame 1 of the truth is frame 1 + offset of the video.
        frames: Of the video.
    """

    truth: Truth
    offset: int
    frames: int

    def at(self, frame: int) -> Boxes:
        """Return the true boxes of the video's ``frame``."""
        return self.truth.boxes(frame - self.offset)

    @property
    def judged(self) -> range:
        """The video's frames that the truth tells of."""
        return range(max(1, 1 + self.offset), min(self.frames, self.frames + self.offset) + 1)

    def crossings(self, settings: Settings, size: tuple[int, int], band: float) -> list[TrueCrossing]:
        """Return the true crossings, in the video's frames."""
        return [
            replace(found, frame=min(max(1, found.frame + self.offset), self.frames))
            for found in true_crossings(self.truth, settings, size, band)
        ]


def judge(
    result: Result,
    seen: Sightings,
    truth: Shifted,
    settings: Settings,
    info: VideoInfo,
    band: float,
    *,
    pixels: bool,
) -> Score:
    """Compare what was counted and tracked in a whole video with the truth."""
    scale = (1, 1) if pixels else (info.width, info.height)
    counted = [
        Event(row.frame, row.time_s, row.line, row.direction, row.track, row.x * scale[0], row.y * scale[1])
        for row in result.crossings
    ]
    true = [
        Event(found.frame, seen.time(found.frame, info.fps), found.line, found.direction, found.id, found.x, found.y)
        for found in truth.crossings(settings, (info.width, info.height), band)
    ]
    return Score(
        video=result.video,
        truth=truth.truth.path,
        offset=truth.offset,
        frames=result.frames,
        model=result.model,
        lines=line_scores([line.name for line in settings.lines], counted, true),
        tracking=score([truth.at(number) for number in truth.judged], [seen.at(number) for number in truth.judged]),
        wrong=wrong_crossings(counted, true),
    )
