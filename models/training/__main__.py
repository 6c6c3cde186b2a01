"""``make train``: the built-in detector, from nothing to models/."""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path
from typing import Final

from services.capture.demo.training import USUAL_VIEW_SHARE

MODELS: Final = Path(__file__).resolve().parents[1]
TARGET: Final = MODELS / "builtin_openvino_model"
VALIDATION_SCENES: Final = 25
VALIDATION_SEEDS: Final = 900_000
JUDGED_SCENES: Final = 250  # 2,000 frames
EMPTY_SCENES: Final = 63  # 504 frames
CONFIDENCE: Final = 0.25  # of services.common.config


def main() -> None:
    """Render the pictures, train, export and judge."""
    wanted = _arguments()
    # Ultralytics looks for the network when it is imported, and installs what it misses.
    os.environ.setdefault("YOLO_OFFLINE", "true")
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    from models.training import card, export, judge, train  # noqa: PLC0415 - torch takes seconds, --help should not

    out: Path = wanted.out.absolute()
    description = out / "data" / "data.yaml"
    weights = out / "run" / "weights" / "best.pt"
    if not wanted.judge_only:
        _render(out / "data", range(wanted.first, wanted.first + wanted.scenes), wanted.usual_view)
        weights = train.train(
            description,
            out / "run",
            epochs=wanted.epochs,
            seed=wanted.seed,
            device=wanted.device,
            start=wanted.after[-1] / "weights" / "best.pt" if wanted.after else None,
        )
        (out / "run" / card.SCENES).write_text(f"{wanted.first} {wanted.scenes} {wanted.usual_view}\n", "ascii")
    candidates = [TARGET]
    if weights.exists():
        candidates = [
            export.export(weights, description, out / name, int8=int8)
            for name, int8 in (("int8", True), ("fp16", False))
        ]
    threads = os.cpu_count() or 1
    verdicts = [
        judge.judge(model, scenes=JUDGED_SCENES, empty_scenes=EMPTY_SCENES, confidence=CONFIDENCE, threads=threads)
        for model in candidates
    ]
    for model, verdict in zip(candidates, verdicts, strict=True):
        print(f"{model.name}: {verdict}")
    if wanted.judge_only and not weights.exists():
        return
    shutil.rmtree(TARGET, ignore_errors=True)
    shutil.copytree(candidates[0], TARGET)
    runs = [*wanted.after, out / "run"]
    card.draw_curves(runs, MODELS / "curves.png")
    card.write_card(MODELS / "README.md", runs=runs, verdicts=verdicts)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m models.training", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/training"), help="pictures, run and exports")
    parser.add_argument("--scenes", type=int, default=700, help="eight pictures each")
    parser.add_argument("--first", type=int, default=0, help="seed of the first of them")
    parser.add_argument("--usual-view", type=float, default=USUAL_VIEW_SHARE, help="share of the demo's own camera")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=26)
    parser.add_argument(
        "--after",
        type=Path,
        action="append",
        default=[],
        help="folder of an earlier run; of several, the first one first: the weights of the last are gone on from",
    )
    parser.add_argument("--device", default="cpu", help="cpu, or the number of a GPU")
    parser.add_argument(
        "--judge-only", action="store_true", help="of what --out holds, else of models/, the figures alone"
    )
    return parser.parse_args()


def _render(folder: Path, scenes: range, usual_view: float) -> None:
    from models.training import dataset  # noqa: PLC0415

    processes = os.cpu_count() or 1
    validation = range(VALIDATION_SEEDS, VALIDATION_SEEDS + VALIDATION_SCENES)
    for name, seeds, share in (("train", scenes, usual_view), ("val", validation, USUAL_VIEW_SHARE)):
        dataset.write(folder, name=name, seeds=seeds, usual_view=share, processes=processes)
    text = f"path: {folder}\ntrain: images/train\nval: images/val\nnames: {{0: person}}\n"
    (folder / "data.yaml").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
