"""From a model's files to a detector that runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from services.inference.detector.catalogue import Progress, find_model
from services.inference.detector.types import Detector, ModelError

FILE_SUFFIXES: Final = (".pt", ".onnx", ".engine")


def load_model(
    model: str,
    progress: Progress,
    *,
    drawn: bool,
    imgsz: int | None,
    threads: int,
    classes: tuple[str, ...],
    streams: int = 1,
) -> Detector:
    """Find ``model`` as :func:`services.inference.detector.catalogue.find_model` does, and load it.

    Raises:
        ModelError: There is no such model, it cannot be fetched, or it cannot be used.
    """
    found = find_model(model, progress, drawn=drawn)
    detector = load_detector(found.path, imgsz=imgsz, threads=threads, classes=classes, streams=streams)
    detector.info = replace(detector.info, name=found.name, notice=found.notice, missing=found.missing)
    return detector


def load_detector(
    path: Path, *, imgsz: int | None, threads: int, classes: tuple[str, ...], streams: int = 1
) -> Detector:
    """Load the model at ``path`` and check that it can find ``classes``.

    Args:
        path: An OpenVINO folder, or a .pt, .onnx or .engine file.
        imgsz: The longer side of the detector's input; None for the model's own.
        threads: CPUs to use.
        classes: Names of the classes that are to be found.
        streams: Pictures that are to be looked at at once, where the model's runtime can do that.

    Raises:
        ModelError: It cannot be used; the message names the path and the reason.
    """
    detector = _load(path, imgsz=imgsz, threads=threads, streams=streams)
    missing = set(classes) - set(detector.info.names.values())
    if missing:
        known = ", ".join(list(detector.info.names.values())[:8])
        raise ModelError(f"{path}: does not know the class {', '.join(sorted(missing))}; it knows {known}")
    return detector


def _load(path: Path, *, imgsz: int | None, threads: int, streams: int) -> Detector:
    if path.is_dir():
        # Imported here: the format decides which of two heavy runtimes is needed.
        from services.inference.detector.openvino_backend import OpenVinoDetector  # noqa: PLC0415

        return OpenVinoDetector(path, imgsz=imgsz, threads=threads, streams=streams)
    if not path.exists():
        raise ModelError(f"{path}: there is no such model")
    if path.suffix not in FILE_SUFFIXES:
        raise ModelError(f"{path}: is no model; give an OpenVINO folder or a file ending in {', '.join(FILE_SUFFIXES)}")
    from services.inference.detector.ultralytics_backend import UltralyticsDetector  # noqa: PLC0415

    return UltralyticsDetector(path, imgsz=imgsz, threads=threads)
