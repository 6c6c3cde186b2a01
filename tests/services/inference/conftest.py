"""A clip with its truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.capture.demo.main import Outputs
from services.capture.demo.main import main as write_demo

CLIP_FRAMES = 60


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A busy street, four seconds, 640x360 at 15 fps; its truth lies beside it, named street.csv."""
    folder = tmp_path_factory.mktemp("clip")
    outputs = Outputs(folder / "street.mp4", folder / "street.csv")
    assert write_demo("demo://street?people=30&seed=3&fps=15&size=640x360", CLIP_FRAMES, outputs) == 0
    return folder / "street.mp4"
