"""From trained weights to the OpenVINO folder that Turnstile loads."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ultralytics.models import YOLO

from models.training.dataset import HEIGHT, IMGSZ

NAME: Final = "person"
# Of Ultralytics' metadata, what says how to use the model; the rest tells of the machine that exported it.
KEPT: Final = ("version", "license", "stride", "task", "batch", "imgsz", "channels", "end2end")
# Two hours of training do not quite teach the head to do without NMS. The value is the paper's; of those tried (plain
# suppression at 0.45 to 0.8, Gaussian Soft-NMS) it gave the fewest wrong counts.
SOFT_NMS_IOU: Final = 0.3


def export(weights: Path, data: Path, target: Path, *, int8: bool) -> Path:
    """Export ``weights`` to the folder ``target`` and return it.

    Args:
        weights: What :func:`models.training.train.train` returned.
        data: The dataset's data.yaml: INT8 is calibrated on its validation pictures.
        target: Replaced.
        int8: Quantize (NNCF, post-training; the head stays in float, as Ultralytics does); else float16 weights.
    """
    precision = {"quantize": 8, "data": str(data)} if int8 else {"quantize": 16}
    made = Path(YOLO(weights).export(format="openvino", imgsz=(HEIGHT, IMGSZ), nms=False, dynamic=False, **precision))
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for suffix in (".xml", ".bin"):
        shutil.copyfile(next(made.glob(f"*{suffix}")), target / f"{NAME}{suffix}")
    _write_metadata(made / "metadata.yaml", target / "metadata.yaml")
    _write_sums(target)
    return target


def _write_metadata(source: Path, target: Path) -> None:
    known: dict[str, Any] = YAML(typ="safe", pure=True).load(source)
    kept = {
        "description": "People, as Turnstile's demo draws them",
        "author": "Turnstile",
        "names": {0: "person"},
        "soft_nms_iou": SOFT_NMS_IOU,
    }
    YAML().dump(kept | {key: known[key] for key in KEPT if key in known}, target)


def _write_sums(folder: Path) -> None:
    files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines), "ascii")
