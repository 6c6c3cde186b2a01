"""Runs OpenVINO models on the CPU without torch between the picture and the network.

Same arithmetic as Ultralytics' own OpenVINO path (letterboxed BGR, to RGB, divided by 255; an NMS-free head that gives
300 rows), but the conversion from bytes is part of the compiled graph, and the threads are ours to count.
"""

from __future__ import annotations

import threading
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import openvino as ov
from openvino.preprocess import ColorFormat, PrePostProcessor
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from services.inference.detector.overlap import softened
from services.inference.detector.reshape import NotReshapableError, reshape
from services.inference.detector.types import Detections, Floats, Image, ModelError, ModelInfo

ROW = 6  # left, top, right, bottom, confidence, class


class OpenVinoDetector:
    """A YOLO with an NMS-free (``end2end``) head in an OpenVINO folder.

    Args:
        folder: As written by Ultralytics' export: NAME.xml, NAME.bin and metadata.yaml.
        imgsz: The longer side of the input; None for the model's own.
        threads: CPUs to use.
        streams: Pictures that may be looked at at once, by as many threads of ours; they share the CPUs.

    Raises:
        ModelError: The folder holds no such model.
    """

    def __init__(self, folder: Path, *, imgsz: int | None, threads: int, streams: int = 1) -> None:
        self._xml = _find_xml(folder)
        metadata = _read_metadata(folder)
        self._core = ov.Core()
        self._threads = threads
        self.streams = streams
        self._requests: dict[tuple[int, int, int], SimpleQueue[ov.InferRequest]] = {}
        self._compiling = threading.Lock()
        own_height, own_width = self._own_size()
        wanted = imgsz or max(own_height, own_width)
        square = not self._follows(wanted)
        if square and imgsz and imgsz != max(own_height, own_width):
            raise ModelError(f"{folder}: takes pictures of {own_width}x{own_height} only, not imgsz {imgsz}")
        self._soft_nms_iou = float(metadata.get("soft_nms_iou", 1.0))
        names = {int(index): str(name) for index, name in metadata["names"].items()}
        self.info = ModelInfo(str(folder), names, wanted, square)
        self._idle_requests(*((own_height, own_width) if square else (wanted, wanted)), threads)
        self._requests.clear()  # it loads, and has the output we read; the shapes in use are compiled when met

    def detect(self, image: Image, floor: float, *, relaxed: bool = False) -> Detections:
        """See :class:`services.inference.detector.types.Detector`.

        One thread alone never waits for another: it takes half as long again but a sixth less of the processors.
        """
        height, width = image.shape[:2]
        idle = self._idle_requests(height, width, 1 if relaxed else self._threads)
        request = idle.get()
        try:
            request.infer([image[np.newaxis]], share_inputs=True)
            rows = request.get_output_tensor(0).data[0]
            return self._detections(rows[rows[:, 4] >= floor].copy(), floor)
        finally:
            idle.put(request)

    def _detections(self, rows: Floats, floor: float) -> Detections:
        if self._soft_nms_iou < 1:  # a head that has not quite learnt to do without NMS; its metadata says so
            boxes, sure = rows[:, :4].astype(np.float64), rows[:, 4].astype(np.float64)
            rows[:, 4] = softened(boxes, sure, rows[:, 5].astype(np.int64), self._soft_nms_iou)
            rows = rows[rows[:, 4] >= floor]
        return Detections(rows[:, :4], rows[:, 4], rows[:, 5])

    def _own_size(self) -> tuple[int, int]:
        model = self._read()
        if len(model.inputs) != 1 or model.input(0).partial_shape.rank.get_length() != 4:
            raise ModelError(f"{self._xml}: is not a detector: it takes something else than one picture")
        shape = model.input(0).partial_shape
        if shape.is_dynamic:
            raise ModelError(f"{self._xml}: has an input without a fixed size; export it with dynamic=False")
        return int(shape[2].get_length()), int(shape[3].get_length())

    def _follows(self, imgsz: int) -> bool:
        try:
            reshape(self._read(), imgsz, imgsz)
            reshape(self._read(), max(imgsz // 64 * 32, 32), imgsz)
        except NotReshapableError:
            return False
        return True

    def _idle_requests(self, height: int, width: int, threads: int) -> SimpleQueue[ov.InferRequest]:
        with self._compiling:
            idle = self._requests.get((height, width, threads))
            if idle is None:
                idle = self._requests[height, width, threads] = self._compile(height, width, threads)
                if threads > 1 and self.streams == 1:
                    # Now, while the first picture waits anyway, and not when leisure begins.
                    self._requests[height, width, 1] = self._compile(height, width, 1)
            return idle

    def _compile(self, height: int, width: int, threads: int) -> SimpleQueue[ov.InferRequest]:
        model = self._read()
        reshape(model, height, width)
        output = list(model.output(0).shape) if model.output(0).partial_shape.is_static else []
        if len(model.outputs) != 1 or len(output) != 3 or output[2] != ROW:
            raise ModelError(f"{self._xml}: has no NMS-free head (its output is {output}); export a YOLO26")
        compiled = self._core.compile_model(_with_byte_input(model), "CPU", self._properties(threads))
        idle: SimpleQueue[ov.InferRequest] = SimpleQueue()
        for _ in range(self.streams):
            idle.put(compiled.create_infer_request())
        return idle

    def _properties(self, threads: int) -> dict[str, Any]:
        if self.streams == 1:
            return {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads}
        return {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": self.streams}

    def _read(self) -> ov.Model:
        try:
            return self._core.read_model(self._xml)
        except RuntimeError as error:
            raise ModelError(f"{self._xml}: cannot be read: {_last_line(error)}") from error


def _with_byte_input(model: ov.Model) -> ov.Model:
    processor = PrePostProcessor(model)
    tensor = processor.input().tensor()
    tensor.set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC")).set_color_format(ColorFormat.BGR)
    steps = processor.input().preprocess()
    steps.convert_element_type(ov.Type.f32).convert_color(ColorFormat.RGB).scale([255.0, 255.0, 255.0])
    processor.input().model().set_layout(ov.Layout("NCHW"))
    return processor.build()


def _find_xml(folder: Path) -> Path:
    found = sorted(folder.glob("*.xml"))
    if not found:
        raise ModelError(f"{folder}: has no .xml file, so it is no OpenVINO model")
    weights = found[0].with_suffix(".bin")
    if not weights.is_file():
        raise ModelError(f"{folder}: {weights.name} is missing")
    return found[0]


def _read_metadata(folder: Path) -> dict[str, Any]:
    path = folder / "metadata.yaml"
    try:
        metadata = YAML(typ="safe", pure=True).load(path)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}; Ultralytics' export writes it") from error
    except YAMLError as error:
        raise ModelError(f"{path}: is no YAML") from error
    if not isinstance(metadata, dict) or not isinstance(metadata.get("names"), dict):
        raise ModelError(f"{path}: does not name the model's classes")
    if metadata.get("task") != "detect":
        raise ModelError(f"{folder}: is a model for the task {metadata.get('task')}, not a detector")
    return metadata


def _last_line(error: BaseException) -> str:
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else type(error).__name__
