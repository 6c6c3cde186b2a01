"""``turnstile demo``: a scene as a video, and the truth about it as a table."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.video.frame import VideoFrame

from services.capture.demo.mot import MotWriter
from services.capture.demo.scene import Bytes, Scene
from services.common.demo_url import DemoSettings, parse_demo
from services.common.errors import EXIT_FAILURE, EXIT_USAGE
from services.common.video_frames import reason

CRF: Final = "20"


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
        for number in range(frames):
            if video is not None:
                video.add(scene.picture(number))
            if truth is not None:
                truth.add(number, scene.truth(number))


class _Video:
    """An H.264 stream that takes BGR24 pictures."""

    def __init__(self, container: av.container.OutputContainer, settings: DemoSettings) -> None:
        self._container = container
        rate = Fraction(settings.fps).limit_denominator(1001)
        self._stream = container.add_stream("libx264", rate=rate, options={"crf": CRF, "preset": "veryfast"})
        self._stream.width, self._stream.height, self._stream.pix_fmt = settings.width, settings.height, "yuv420p"

    def add(self, picture: Bytes) -> None:
        self._container.mux(self._stream.encode(VideoFrame.from_ndarray(picture, format="bgr24")))

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))


@contextmanager
def _video(path: Path, settings: DemoSettings) -> Iterator[_Video]:
    with av.open(f"file:{path}", "w", format="mp4") as container:
        video = _Video(container, settings)
        yield video
        video.finish()


def _refuse(sentence: str, status: int) -> int:
    print(f"turnstile demo: {sentence}", file=sys.stderr)
    return status
