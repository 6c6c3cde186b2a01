"""``turnstile analyze``: the command."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import cv2

from services.common.errors import EXIT_USAGE, UsageError
from services.common.video_file import VideoFileError
from services.inference.analyze.annotated import annotated_video
from services.inference.analyze.interrupt import Interrupt
from services.inference.analyze.lookout import Lookout, load
from services.inference.analyze.progress import ProgressBar
from services.inference.analyze.reader import VideoReader
from services.inference.analyze.result import Result, write_events
from services.inference.analyze.run import Observer, count_video, telling_observer
from services.inference.analyze.shapes import Shapes
from services.inference.analyze.target import telling, whole_file
from services.inference.analyze.task import Request, Task
from services.inference.analyze.tracks import track_file
from services.inference.analyze.videos import Plan, VideoJob, Wanted, is_single, plan
from services.inference.detector.types import ModelError


def main(paths: Sequence[Path], request: Request, wanted: Wanted, *, as_json: bool) -> int:
    """Analyse videos, tell what was counted, and return the exit status."""
    cv2.setNumThreads(1)  # its pool would fight the detector's for the same processors
    results: list[Result] = []
    try:
        task = request.task()
        todo = plan(paths, wanted)
        for job in todo.jobs:
            check_video(job.video, task.shapes)
        with Interrupt() as interrupt:
            status = _analyse_all(todo, task, interrupt, results, tell=not as_json)
    except (UsageError, VideoFileError, ModelError) as error:
        status = refuse("analyze", error)
    if as_json and results:
        told = [result.as_json() for result in results]
        print(json.dumps(told[0] if is_single(paths) else told, indent=2, ensure_ascii=False))
    return status


def _analyse_all(todo: Plan, task: Task, interrupt: Interrupt, results: list[Result], *, tell: bool) -> int:
    """Analyse video after video into ``results``; one that turns out to be broken does not keep the others."""
    todo.make_folders()
    detector = load(task.model, task.imgsz, task.selection.classes, say, low_latency=task.low_latency)
    if detector.info.notice:
        say(detector.info.notice)
    status = 0
    with Lookout(detector, task.selection) as lookout:
        for number, job in enumerate(todo.jobs, start=1):
            if interrupt.asked():
                break
            label = f"{number} of {len(todo.jobs)}: {job.video.name}" if len(todo.jobs) > 1 else job.video.name
            begun = time.monotonic()
            try:
                result = _analyse(job, task, lookout, label, interrupt)
            except (UsageError, VideoFileError) as error:
                status = refuse("analyze", error)
                continue
            results.append(result)
            if tell:
                print(result.as_text(), flush=True)
                say(_pace(result, time.monotonic() - begun))
            if result.damaged:
                say(f"{job.video}: {result.damaged} of {result.frames} frames are damaged and were left out")
    return interrupt.status or status


def _pace(result: Result, seconds: float) -> str:
    rate = result.frames / seconds
    return f"{result.video.name}: {result.frames} frames in {seconds:.1f} s, {rate:.1f} frames/s"


def _analyse(job: VideoJob, task: Task, lookout: Lookout, label: str, interrupt: Interrupt) -> Result:
    """Analyse one video; its files are there when all went well, and none of them otherwise."""
    with ExitStack() as files:
        partial = {target: files.enter_context(whole_file(target)) for target in job.targets}
        with VideoReader(job.video) as reader, ExitStack() as stack:
            observers: list[Observer] = []
            if job.tracks is not None:
                tracks = track_file(partial[job.tracks])
                observers.append(stack.enter_context(telling_observer(job.tracks, tracks)))
            if job.output is not None:
                settings = task.shapes.settings(reader.info.width, reader.info.height)
                video = annotated_video(partial[job.output], reader.info, settings, low_latency=task.low_latency)
                observers.append(stack.enter_context(telling_observer(job.output, video)))
            observers.append(stack.enter_context(ProgressBar(label, reader.info)).advance)
            result = count_video(reader, task, lookout, observers, interrupt.asked)
        if job.events is not None:
            with telling(job.events):
                write_events(partial[job.events], result.crossings)
        return result


def check_video(path: Path, shapes: Shapes) -> None:
    """Refuse a video before any other is analysed.

    Raises:
        VideoFileError: It cannot be read.
        UsageError: A line or zone lies outside its picture.
    """
    with VideoReader(path) as reader:
        shapes.settings(reader.info.width, reader.info.height)


def say(text: str) -> None:
    """Tell people something beside the results."""
    print(f"turnstile: {text}", file=sys.stderr, flush=True)


def refuse(command: str, error: Exception) -> int:
    """Tell people what is wrong; return the exit status."""
    for problem in error.problems if isinstance(error, UsageError) else [str(error)]:
        print(f"turnstile {command}: {problem}", file=sys.stderr)
    return EXIT_USAGE
