"""The detector as `turnstile doctor` sees it: which model would be used, and how fast it is here."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from services.common.config import Config, load_config, single_camera
from services.common.demo_url import is_demo
from services.common.errors import UsageError
from services.common.finding import Finding
from services.common.settings import Settings
from services.inference.detector.catalogue import AUTO, BUILT_IN, DEFAULT, NAME, at_path, built_in, cache_folder, cached
from services.inference.detector.loader import load_detector
from services.inference.detector.threads import cpu_quota
from services.inference.detector.types import ModelError

SUBJECT: Final = "model"
PICTURE: Final = (384, 640, 3)
ROUNDS: Final = 5


def examine_model(settings: Settings) -> Iterator[Finding]:
    """Yield which model would be used and how fast it is; nothing is fetched."""
    try:
        config = _config(settings)
    except UsageError as error:
        yield Finding(SUBJECT, "broken", str(error), "correct the configuration")
        return
    drawn = bool(config.cameras) and all(is_demo(camera.source) for camera in config.cameras.values())
    try:
        path = _on_this_machine(config.model, drawn=drawn)
        yield _absent(config.model) if path is None else _try_out(path, config)
    except ModelError as error:
        yield Finding(SUBJECT, "broken", str(error), "set TURNSTILE_MODEL to auto, or to a model that is there")


def _config(settings: Settings) -> Config:
    if settings.config is not None:
        return load_config(settings.config, model=settings.model, env=os.environ)
    return single_camera(settings.source, model=settings.model, env=os.environ)


def _on_this_machine(model: str, *, drawn: bool) -> Path | None:
    """Return where ``model`` is, None where it would have to be fetched.

    Raises:
        ModelError: There is no such model, or one of its files was altered.
    """
    if model == AUTO and drawn:
        return built_in().path
    if model != AUTO and (path := at_path(model)) is not None:
        return path
    named = NAME.match(DEFAULT if model == AUTO else model)
    if named is None:
        raise ModelError(f"{model}: there is no such model")
    there = cached(named[1])
    return there if there.is_dir() else None


def _absent(model: str) -> Finding:
    if model == AUTO:
        told = f"{DEFAULT} is not in {cache_folder()}: it is fetched at start; offline, {BUILT_IN.name} takes its place"
        return Finding(SUBJECT, "doubtful", told, "start once with a way to the internet, or set TURNSTILE_MODEL")
    return Finding(SUBJECT, "absent", f"{model} is not in {cache_folder()} yet: it is fetched at start")


def _try_out(path: Path, config: Config) -> Finding:
    threads = cpu_quota()
    detector = load_detector(path, imgsz=config.imgsz, threads=threads, classes=config.classes)
    picture = np.zeros(PICTURE, np.uint8)
    if detector.info.square:
        picture = np.zeros((detector.info.imgsz, detector.info.imgsz, 3), np.uint8)
    detector.detect(picture, config.confidence)
    begun = time.perf_counter()
    for _ in range(ROUNDS):
        detector.detect(picture, config.confidence)
    taken = (time.perf_counter() - begun) / ROUNDS
    height, width = picture.shape[:2]
    told = f"{path} works: {1000 * taken:.0f} ms for {width}x{height} on {threads} threads, {1 / taken:.0f} pictures/s"
    return Finding(SUBJECT, "works", told)
