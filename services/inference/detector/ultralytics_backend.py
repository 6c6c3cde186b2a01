"""Runs every other format that Ultralytics knows: .pt, ONNX, TensorRT engines, and OpenVINO models with NMS."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ultralytics.models import YOLO

from services.inference.detector.types import Detections, Image, ModelError, ModelInfo


class UltralyticsDetector:
    """Any detector that ``ultralytics.YOLO`` loads, with its NMS-free head where it has one: that needs no torchvision.

    Args:
        path: The model.
        imgsz: The longer side of the input; None for the model's own.
        threads: CPUs that torch may use.

    Raises:
        ModelError: It cannot be loaded, or is no detector.
    """

    def __init__(self, path: Path, *, imgsz: int | None, threads: int) -> None:
        self.streams = 1  # a torch or ONNX session spreads over all threads by itself
        torch.set_num_threads(threads)
        try:
            self._model = YOLO(path, task=None if path.suffix == ".pt" else "detect")
            size = imgsz or 640
            self._model.predict(np.zeros((size, size, 3), np.uint8), imgsz=size, nms=False, verbose=False)
        except Exception as error:  # a loader of a dozen formats raises whatever theirs raise
            raise ModelError(f"{path}: cannot be loaded: {_first_line(error)}") from error
        if self._model.task != "detect":
            raise ModelError(f"{path}: is a model for the task {self._model.task}, not a detector")
        names = {int(index): str(name) for index, name in self._model.names.items()}
        self.info = ModelInfo(str(path), names, size, square=path.suffix != ".pt")

    def detect(self, image: Image, floor: float, *, relaxed: bool = False) -> Detections:  # noqa: ARG002
        """See :class:`services.inference.detector.types.Detector`."""
        result: Any = next(
            iter(self._model.predict(image, imgsz=image.shape[:2], conf=floor, nms=False, verbose=False))
        )
        boxes = result.boxes.cpu().numpy()
        return Detections(
            np.asarray(boxes.xyxy, np.float32), np.asarray(boxes.conf, np.float32), np.asarray(boxes.cls, np.float32)
        )


def _first_line(error: BaseException) -> str:
    """Return the reason without the decoration and the causes of causes that Ultralytics adds to it."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return re.sub(r"^ERROR\W+", "", lines[0]).partition(" (")[0]
