"""Writes the model card and the picture of the curves: what was trained, how, and how good it is."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import matplotlib
from ruamel.yaml import YAML

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from models.training.dataset import FRAMES_PER_SCENE, HEIGHT, IMGSZ, MIN_VISIBLE, MIN_VISIBLE_AT_EDGE, UNSEEN_SEEDS
from models.training.judge import Verdict

# In a run's folder: the seed of its first scene, how many there were, and how probably one had the demo's own camera.
SCENES: Final = "scenes.txt"
PANELS: Final = {
    "Training loss": {"box": "train/box_loss", "class": "train/cls_loss"},
    "Validation loss": {"box": "val/box_loss", "class": "val/cls_loss"},
    "Validation": {"mAP50": "metrics/mAP50(B)", "mAP50-95": "metrics/mAP50-95(B)", "recall": "metrics/recall(B)"},
}

CARD: Final = """# The built-in detector

YOLO26n (person only, NMS-free head, {width} x {height}), trained from scratch on scenes that Turnstile draws itself. No
photograph, no downloaded weights, no data of anybody. It is here so that the demo and the tests need nothing from
outside.

**It knows drawn people only.** Real people it mostly misses: for a real camera use YOLO26n, which `model: auto`
fetches, or a model of your own. Turnstile says so on the page, in the log and in `/api/cameras` when it has to count
a real camera with this one.

## How it was made

{commands}

(`make train TRAIN="--scenes …"` makes the virtual environment for it and then runs this.) {per_scene} frames of each
scene, {seeds}: plaza and street, clear, overcast,
dusk and rain, 0 to 40 people, cameras 4 to 10 m up (or the demo's own, in a share of them: `--usual-view`), five
picture sizes, JPEG quality 55 to 95. Who is seen to less than {visible:.0%} has no box, unless only the picture's edge
cuts them off: then {at_edge:.0%} will do. Random mirror image, scale, shift and colour on top. AdamW, {epochs} epochs,
bfloat16 on the CPU.{restarts}

![Loss, precision and recall over the epochs](curves.png)

## How good it is

`python -m models.training --judge-only` on seeds from {unseen} on, which it never saw:

| | INT8 (shipped) | float16 |
| --- | --- | --- |
{rows}

Limits: people drawn by Turnstile, upright, from above; nothing else. Four hours on two cores are short: the head sees
some people twice, which Soft-NMS (`soft_nms_iou` in its metadata) mostly takes back, whoever is half hidden is
sometimes missed, and at the picture's sides it takes posts for slivers of people (the tracker is told of none). Where
twelve people walk, one or two crossings of a hundred are counted wrong (`python -m tests.accuracy.seeds`).

Licence: AGPL-3.0, like Turnstile and like Ultralytics, with which it was trained.
"""

RESTARTED: Final = """ Each run goes on from the
weights of the one before it, at a full learning rate again. (The first one saw an earlier drawing: groups walked 0.8 m
apart instead of 1.1, and whoever was seen to 15% had a box. The second one had no boxes below 25% at the edge.)"""

LABELS: Final = {
    "map50": "mAP50",
    "recall": "recall at the confidence in use",
    "precision": "precision at the confidence in use",
    "confidence": "confidence in use",
    "frames": "frames with people",
    "people": "people in them",
    "empty_frames": "frames of empty scenes",
    "seen_in_empty": "people seen in empty scenes",
    "frames_per_second": "frames/s of the network, two cores",
}


def write_card(path: Path, *, runs: list[Path], verdicts: list[Verdict]) -> None:
    """Write the card to ``path``.

    Args:
        path: Markdown.
        runs: Folders of the trainings, each gone on from the one before it.
        verdicts: Of the INT8 model and of the float16 one.
    """
    rows = "\n".join(
        f"| {label} | " + " | ".join(_figure(getattr(verdict, name)) for verdict in verdicts) + " |"
        for name, label in LABELS.items()
    )
    settings = [YAML(typ="safe", pure=True).load(run / "args.yaml") for run in runs]
    scenes = [(run / SCENES).read_text("ascii").split() for run in runs]
    text = CARD.format(
        width=IMGSZ,
        height=HEIGHT,
        commands="\n".join(
            f"    python -m models.training --first {first} --scenes {count} --usual-view {share}"
            f" --epochs {each['epochs']} --seed {each['seed']}"
            + "".join(f" --after RUN_{earlier + 1}" for earlier in range(index))
            for index, (each, (first, count, share)) in enumerate(zip(settings, scenes, strict=True))
        ),
        per_scene=FRAMES_PER_SCENE,
        seeds=", then ".join(f"seeds {first} to {int(first) + int(count) - 1}" for first, count, _ in scenes),
        at_edge=MIN_VISIBLE_AT_EDGE,
        visible=MIN_VISIBLE,
        epochs=" + ".join(str(each["epochs"]) for each in settings),
        restarts=RESTARTED if len(runs) > 1 else "",
        unseen=f"{UNSEEN_SEEDS:,}".replace(",", " "),
        rows=rows,
    )
    path.write_text(text, "utf-8")


def _figure(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"


def draw_curves(runs: list[Path], path: Path) -> None:
    """Draw Ultralytics' results.csv of the ``runs``, one after another, as a PNG."""
    epochs: list[dict[str, float]] = []
    for run in runs:
        with (run / "results.csv").open(encoding="utf-8") as file:
            epochs += [{key.strip(): float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    figure, axes = plt.subplots(1, len(PANELS), figsize=(12, 3.2), layout="constrained")
    for axis, (title, series) in zip(axes, PANELS.items(), strict=True):
        for label, column in series.items():
            axis.plot(range(1, len(epochs) + 1), [row[column] for row in epochs], label=label)
        axis.set_title(title)
        axis.set_xlabel("epoch")
        axis.grid(alpha=0.3)
        axis.legend()
    figure.savefig(path, dpi=80)
    plt.close(figure)
