"""Scenes to train and to judge a detector on: other cameras, light, crowds and sizes for each seed."""

from __future__ import annotations

import numpy as np

from services.capture.demo.scene import Scene
from services.capture.demo.view import View
from services.common.demo_url import SCENES, WEATHERS, DemoSettings

EMPTY_SHARE = 0.06
USUAL_VIEW_SHARE = 0.25


def training_scene(
    seed: int,
    *,
    width: int = 832,
    height: int = 512,
    empty: bool | None = None,
    usual_view: float = USUAL_VIEW_SHARE,
) -> Scene:
    """Return the scene of ``seed``.

    Args:
        seed: Everything follows from it, the camera and the weather too.
        width: Pixels.
        height: Pixels.
        empty: Without people, or with some; None leaves it to the seed.
        usual_view: How probably the camera is the demo's own.
    """
    random = np.random.default_rng([seed, 9])
    draw = random.random()
    people = 0 if (draw < EMPTY_SHARE if empty is None else empty) else int(random.choice((3, 8, 12, 16, 24, 40)))
    settings = DemoSettings(
        scene=SCENES[int(random.integers(len(SCENES)))],
        people=people,
        seed=seed,
        fps=float(random.choice((10, 15, 25, 30))),
        width=width,
        height=height,
        weather=WEATHERS[int(random.choice(len(WEATHERS), p=(0.45, 0.25, 0.15, 0.15)))],
    )
    usual = random.random() < usual_view
    other = View(
        elevation=float(random.uniform(4.0, 10.0)),
        near=float(random.uniform(8.0, 11.5)),
        focal=float(random.uniform(0.75, 1.25)),
    )
    return Scene(settings, View() if usual else other, jpeg_quality=int(random.integers(55, 96)))
