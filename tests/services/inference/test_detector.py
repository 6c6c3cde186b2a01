"""The detector on real pictures, and models that are none."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import openvino as ov
import pytest

from services.inference.detector.catalogue import export_to_openvino
from services.inference.detector.letterbox import letterbox
from services.inference.detector.loader import load_detector
from services.inference.detector.openvino_backend import OpenVinoDetector
from services.inference.detector.overlap import iou
from services.inference.detector.process import DetectorGoneError, DetectorProcess, ModelRefusedError
from services.inference.detector.protocol import Job, Question
from services.inference.detector.reshape import NotReshapableError, anchors, reshape
from services.inference.detector.types import Detections, Image, ModelError, ModelInfo

CLASSES = ("person",)


def pictures(clip: Path, every: int) -> list[Image]:
    """Return five pictures of the clip."""
    with av.open(str(clip)) as video:
        return [
            frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)
            for number, frame in enumerate(video.decode(video=0))
            if number % every == 0
        ][:5]


@pytest.fixture(scope="module")
def street(drawn_street: Path) -> list[Image]:
    return pictures(drawn_street, 60)


@dataclass(frozen=True)
class Seen:
    """A model, pictures in which it sees people, and whether it was exported for square ones."""

    model: Path
    street: list[Image]
    square: bool


@pytest.fixture(scope="module", params=["drawn", "real"])
def seen(request: pytest.FixtureRequest) -> Seen:
    clip, model = {"drawn": ("drawn_street", "builtin_model"), "real": ("town_centre", "real_model")}[request.param]
    street = pictures(request.getfixturevalue(clip), 60)
    return Seen(request.getfixturevalue(model), street, square=request.param == "real")


@pytest.fixture
def model_copy(builtin_model: Path, tmp_path: Path) -> Path:
    """A copy of the model, to be damaged."""
    folder = tmp_path / "yolo_openvino_model"
    shutil.copytree(builtin_model, folder, copy_function=shutil.copyfile)
    folder.chmod(0o755)
    return folder


def find(detector: OpenVinoDetector, image: Image, *, square: bool) -> Detections:
    box = letterbox(image.shape[1], image.shape[0], detector.info.imgsz, square=square)
    fitted = np.empty((box.height, box.width, 3), np.uint8)
    box.fit(image, fitted)
    found = detector.detect(fitted, 0.4)
    people = found.class_id == 0
    return Detections(box.to_picture(found.xyxy[people]), found.confidence[people], found.class_id[people])


def test_a_reshaped_model_sees_the_same_people(seen: Seen) -> None:
    detector = OpenVinoDetector(seen.model, imgsz=None, threads=2)
    assert not detector.info.square
    matched = total = 0
    for image in seen.street:
        wide, full = (find(detector, image, square=square) for square in (False, True))
        sure = full.xyxy[full.confidence > 0.5]
        total += len(sure)
        matched += int((iou(sure.astype(np.float64), wide.xyxy.astype(np.float64)).max(axis=1) > 0.8).sum())
    assert total > 30
    assert matched >= 0.95 * total


def test_ultralytics_reads_the_same_boxes_from_the_same_model(seen: Seen) -> None:
    from ultralytics.models import YOLO

    ours = find(OpenVinoDetector(seen.model, imgsz=None, threads=2), seen.street[0], square=seen.square)
    theirs: Any = next(
        iter(YOLO(seen.model, task="detect").predict(seen.street[0], conf=0.4, classes=[0], verbose=False))
    )
    boxes = np.asarray(theirs.boxes.cpu().numpy().xyxy, np.float64)
    shared = iou(boxes, ours.xyxy.astype(np.float64))
    assert shared.max(axis=0).min() > 0.95
    # Where two overlap we may doubt one of them (its metadata's soft_nms_iou); all others are the same people.
    alone = (iou(boxes, boxes) > 0.3).sum(axis=1) == 1
    assert alone.sum() >= 3
    assert shared[alone].max(axis=1).min() > 0.95


def test_anchors_are_those_that_ultralytics_computes() -> None:
    import torch
    from ultralytics.utils.tal import make_anchors

    height, width = 384, 640
    levels = [torch.zeros(1, 1, height // s, width // s) for s in (8, 16, 32)]
    points, strides = make_anchors(  # type: ignore[no-untyped-call]
        levels, torch.tensor([8.0, 16.0, 32.0])
    )
    ours = anchors(height, width)
    assert np.array_equal(ours[0], points.numpy().T)
    assert np.array_equal(ours[1], strides.numpy().ravel())


def test_a_model_is_not_reshaped_off_the_grid(builtin_model: Path) -> None:
    model = ov.Core().read_model(next(builtin_model.glob("*.xml")))
    with pytest.raises(NotReshapableError, match="multiple of 32"):
        reshape(model, 380, 640)


def test_another_input_size_is_taken_where_the_model_allows_it(builtin_model: Path) -> None:
    detector = load_detector(builtin_model, imgsz=320, threads=1, classes=CLASSES)
    assert detector.info.imgsz == 320
    assert len(detector.detect(np.full((192, 320, 3), 114, np.uint8), 0.25)) == 0


def truncate(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def no_metadata(folder: Path) -> None:
    (folder / "metadata.yaml").unlink()


def another_task(folder: Path) -> None:
    metadata = folder / "metadata.yaml"
    metadata.write_text(metadata.read_text().replace("task: detect", "task: pose"))


def without_the_class(folder: Path) -> None:
    metadata = folder / "metadata.yaml"
    metadata.write_text(metadata.read_text().replace("0: person", "0: persona"))


DAMAGE = {
    "no weights": (lambda folder: (folder / "person.bin").unlink(), "person.bin is missing"),
    "truncated weights": (lambda folder: truncate(folder / "person.bin", 100_000), "cannot be read"),
    "truncated graph": (lambda folder: truncate(folder / "person.xml", 100_000), "cannot be read"),
    "no graph": (lambda folder: (folder / "person.xml").unlink(), "has no .xml file"),
    "no metadata": (no_metadata, "metadata.yaml: No such file"),
    "not a detector": (another_task, "task pose, not a detector"),
    "without the class": (without_the_class, "does not know the class person; it knows persona"),
}


@pytest.mark.parametrize(("damage", "expected"), DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_model_is_refused_in_one_sentence(model_copy: Path, damage: Any, expected: str) -> None:
    damage(model_copy)
    with pytest.raises(ModelError) as caught:
        load_detector(model_copy, imgsz=None, threads=1, classes=CLASSES)
    assert str(model_copy) in str(caught.value)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("missing", None, "there is no such model"),
        ("notes.txt", b"hello", "is no model; give an OpenVINO folder or a file ending in .pt"),
        ("broken.onnx", b"not onnx", "cannot be loaded"),
        ("broken.pt", b"not torch", "cannot be loaded"),
    ],
)
def test_what_is_no_model_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes | None, expected: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        load_detector(path, imgsz=None, threads=1, classes=CLASSES)
    assert str(path) in str(caught.value)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture
def process(builtin_model: Path) -> Iterator[DetectorProcess]:
    with closing(DetectorProcess(Job(str(builtin_model), False, None, 2, CLASSES, 0.25, nice=False))) as detector:
        detector.start()
        yield detector


def show(process: DetectorProcess, image: Image, number: int = 0, camera: str = "main") -> Question:
    """Write the picture ``number`` of a camera with 30 of them a second."""
    box = letterbox(image.shape[1], image.shape[0], 416, square=False)
    box.fit(image, process.input_buffer(box.height, box.width))
    return Question(camera, box, number / 30)


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A YOLO26n that has learnt nothing, as weights: what Ultralytics' releases hold, but for the numbers."""
    from ultralytics.models import YOLO

    path = tmp_path_factory.mktemp("weights") / "yolo26n.pt"
    YOLO("yolo26n.yaml", task="detect").save(path)
    return path


@pytest.mark.filterwarnings("ignore")  # of the exporter's own calls
def test_weights_are_exported_to_a_model_that_can_be_reshaped(untrained: Path, tmp_path: Path) -> None:
    export_to_openvino(untrained, tmp_path / "cache" / "yolo26n_openvino_model")
    detector = load_detector(tmp_path / "cache" / "yolo26n_openvino_model", imgsz=None, threads=2, classes=("0",))
    assert not detector.info.square
    assert len(detector.detect(np.full((384, 640, 3), 114, np.uint8), 0.9)) == 0


def test_weights_run_as_they_are(untrained: Path) -> None:
    detector = load_detector(untrained, imgsz=320, threads=2, classes=("0",))
    assert detector.info.names[0] == "0"  # untrained, so without names
    found = detector.detect(np.full((192, 320, 3), 114, np.uint8), 0.0001)
    assert found.xyxy.shape == (len(found), 4)


def test_the_process_tracks_each_camera_for_itself(process: DetectorProcess, street: list[Image]) -> None:
    info = process.await_model(60)
    assert isinstance(info, ModelInfo)
    assert info.names[0] == "person"
    first = process.track(show(process, street[0], 0))
    again = process.track(show(process, street[0], 1))
    other = process.track(show(process, street[0], 0, "other"))
    assert len(first.ids) > 5
    assert set(first.ids) <= set(again.ids)
    assert sorted(other.ids) == sorted(first.ids)  # its own numbers, from 1
    process.forget("main")
    assert min(process.track(show(process, street[0], 2)).ids) == 1


def test_a_process_that_dies_is_noticed_and_can_be_started_again(process: DetectorProcess, street: list[Image]) -> None:
    assert process.await_model(60)
    pid = process.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(DetectorGoneError, match="was ended by signal 9"):
        process.track(show(process, street[0]))
    process.start()
    assert process.await_model(60)
    assert len(process.track(show(process, street[0])).ids) > 5


def test_a_process_refuses_a_model_that_is_none(tmp_path: Path) -> None:
    with closing(DetectorProcess(Job(str(tmp_path), False, None, 1, CLASSES, 0.25, nice=True))) as process:
        process.start()
        with pytest.raises(ModelRefusedError, match=r"has no \.xml file"):
            process.await_model(60)
