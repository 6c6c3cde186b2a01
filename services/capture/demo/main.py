"""``turnstile demo``: a scene as a video, and the truth about it as a table."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
from av.video.frame import VideoFrame

from services.capture.demo.mot import MotWriter
from services.capture.demo.scene import Scene
from services.common.demo_url import DemoSettings, parse_demo
from services.common.errors import EXIT_FAILURE, EXIT_USAGE
from services.common.video_frames import reason
from services.common.video_writer import Encoding, VideoWriter

ENCODING: Final = Encoding(crf=20, preset="veryfast")


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where to write; None for nowhere."""

    video: Path | None
    truth: Path | None


def main(source: str, frames: int, outputs: Outputs) -> int:
    """Write so many frames of the scene that ``source`` names; return the exit status."""
    try:
        settings = parse_demo(source)
    except ValueError as error:
        return _refuse(str(error), EXIT_USAGE)
    if outputs.video is None and outputs.truth is None:
        return _refuse("there is nothing to write: give --video out.mp4, --truth gt.csv or both", EXIT_USAGE)
    if outputs.video is not None and (settings.width % 2 or settings.height % 2):
        size = f"{settings.width}x{settings.height}"
        return _refuse(f"size is {size}; a video needs an even width and height", EXIT_USAGE)
    try:
        write(Scene(settings), frames, outputs)
    except av.FFmpegError as error:
        return _refuse(f"{outputs.video} cannot be written: {reason(error)}", EXIT_FAILURE)
    except OSError as error:
        return _refuse(f"{error.filename or outputs.truth} cannot be written: {error.strerror}", EXIT_FAILURE)
    return 0


def write(scene: Scene, frames: int, outputs: Outputs) -> None:
    """Write the first frames of ``scene``.

    Raises:
        OSError: The truth cannot be written.
        av.FFmpegError: The video cannot be written (an OSError as well, where the file cannot be opened).
    """
    with ExitStack() as stack:
        truth = stack.enter_context(MotWriter(outputs.truth)) if outputs.truth else None
        video = stack.enter_context(_video(outputs.video, scene.settings)) if outputs.video else None
        fps = scene.settings.fps
        for number in range(frames):
            if video is not None:
                picture = VideoFrame.from_numpy_buffer(scene.picture(number), format="bgr24")
                video.add(picture, number / fps, 1 / fps)
            if truth is not None:
                truth.add(number, scene.truth(number))


def _video(path: Path, settings: DemoSettings) -> VideoWriter:
    return VideoWriter(path, settings.width, settings.height, settings.fps, ENCODING)


def _refuse(sentence: str, status: int) -> int:
    print(f"turnstile demo: {sentence}", file=sys.stderr)
    return status
