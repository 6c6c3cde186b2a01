"""The clips that are counted, each with its lines and its truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from av.video.frame import VideoFrame

from proto.turnstile_pb2 import Settings
from services.capture.demo.crossings import Line
from services.capture.demo.mot import MotWriter
from services.capture.demo.scene import Scene
from services.common.demo_url import parse_demo
from services.common.video_writer import Encoding, VideoWriter
from services.inference.analyze.reader import VideoReader
from services.inference.analyze.shapes import Shapes, parse_lines
from services.inference.detector.catalogue import BUILT_IN
from services.inference.detector.types import Image
from services.inference.evaluate.crossings import true_crossings
from services.inference.evaluate.main import DEFAULT_BAND
from services.inference.evaluate.truth import read_truth
from tests.conftest import SHARED

PETS = SHARED / "data" / "pets09-s2l1-first-half.mp4"
PETS_TRUTH = PETS.with_suffix(".gt.csv")
PETS_MODEL = SHARED / "models" / "yolo26n_int8_openvino_model"
PETS_LINES = [f"x{x}={x},60,{x},360" for x in (150, 240, 300, 360)] + [
    "y150=0,150,480,150",
    "y125=0,125,480,125",
    "diagonal=120,340,420,90",
]
DEMO_LINES = ["x30=0.3,0,0.3,1", "x50=0.5,0,0.5,1", "x70=0.7,0,0.7,1", "y60=0,0.6,1,0.6", "diagonal=0.2,0.9,0.8,0.3"]
DEMO_SIZE = (960, 540)
ENCODING = Encoding(crf=14, preset="ultrafast")


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip.

    Attributes:
        group: What it is compared with.
        video: A file.
        truth: Its true boxes; None where the clip leaves out frames.
        true: How many crossings there are, by line and direction.
        size: Of its pictures.
    """

    name: str
    group: str
    video: Path
    model: Path
    truth: Path | None
    true: Counter[tuple[str, str]]
    shapes: Shapes
    size: tuple[int, int]

    @property
    def settings(self) -> Settings:
        """The lines, in fractions."""
        return self.shapes.settings(*self.size)


@dataclass(frozen=True, slots=True)
class DemoCase:
    """A demo scene under one condition."""

    name: str
    query: str
    frames: int


# Seeds that the detector was not trained on (models.training: below 1 000 000).
DEMO = (
    DemoCase("street, clear", "street?people=20&seed=2100101&fps=30&weather=clear", 900),
    DemoCase("plaza, overcast", "plaza?people=20&seed=2100102&fps=30&weather=overcast", 900),
    DemoCase("street, dusk", "street?people=20&seed=2100103&fps=30&weather=dusk", 900),
    DemoCase("plaza, rain", "plaza?people=20&seed=2100104&fps=30&weather=rain", 900),
    DemoCase("street, a crowd", "street?people=60&seed=2100105&fps=30&weather=clear", 600),
    DemoCase("street, 10 frames/s", "street?people=20&seed=2100106&fps=10&weather=clear", 600),
    DemoCase("plaza, 5 frames/s", "plaza?people=20&seed=2100107&fps=5&weather=clear", 400),
)


def pets_clips(folder: Path) -> Iterator[Clip]:
    """Yield the PETS half as it is, and with every 2nd and every 3rd frame only; the truth is always that of all."""
    shapes = Shapes(parse_lines(PETS_LINES), pixels=True)
    size = (480, 360)
    found = true_crossings(read_truth(PETS_TRUTH), shapes.settings(*size), size, DEFAULT_BAND)
    true: Counter[tuple[str, str]] = Counter((crossing.line, crossing.direction) for crossing in found)
    yield Clip("all frames, 10/s", "PETS 2009", PETS, PETS_MODEL, PETS_TRUTH, true, shapes, size)
    for step, name in ((2, "every 2nd frame, 5/s"), (3, "every 3rd frame, 3.3/s")):
        video = thin_out(PETS, folder / f"pets-{step}.mp4", step)
        yield Clip(name, "PETS 2009", video, PETS_MODEL, None, true, shapes, size)


def demo_clip(case: DemoCase, folder: Path, frames: int | None = None) -> Clip:
    """Draw a demo scene into ``folder``.

    Args:
        case: Which.
        folder: Where the video goes.
        frames: How many, instead of as many as the case has.
    """
    settings = parse_demo(f"demo://{case.query}&size={DEMO_SIZE[0]}x{DEMO_SIZE[1]}")
    scene = Scene(settings)
    numbers = range(frames or case.frames)
    video = folder / f"{case.name.replace(' ', '-').replace('/', '-').replace(',', '')}.mp4"
    with MotWriter(video.with_suffix(".csv")) as truth:
        for number in numbers:
            truth.add(number, scene.truth(number))
    write(video, (scene.picture(number) for number in numbers), settings.fps, DEMO_SIZE)
    shapes = Shapes(parse_lines(DEMO_LINES))
    found = scene.crossings(_demo_lines(shapes), numbers)
    true: Counter[tuple[str, str]] = Counter((crossing.line, crossing.direction) for crossing in found)
    return Clip(case.name, "demo scenes", video, BUILT_IN, video.with_suffix(".csv"), true, shapes, DEMO_SIZE)


def thin_out(video: Path, target: Path, step: int) -> Path:
    """Write every ``step``-th frame of ``video``, at the same speed."""
    with VideoReader(video) as reader:
        pictures = (frame.image for frame in reader if (frame.number - 1) % step == 0)
        write(target, pictures, reader.info.fps / step, (reader.info.width, reader.info.height))
    return target


def write(path: Path, pictures: Iterable[Image], fps: float, size: tuple[int, int]) -> None:
    """Write BGR24 pictures of ``size`` as a video that hardly loses anything."""
    with VideoWriter(path, *size, fps, ENCODING) as writer:
        for number, picture in enumerate(pictures):
            writer.add(VideoFrame.from_numpy_buffer(picture, format="bgr24"), number / fps, 1 / fps)


def _demo_lines(shapes: Shapes) -> list[Line]:
    width, height = DEMO_SIZE
    return [
        Line(line.name, (line.start.x * width, line.start.y * height), (line.end.x * width, line.end.y * height))
        for line in shapes.settings(width, height).lines
    ]
