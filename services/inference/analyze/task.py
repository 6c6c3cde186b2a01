"""What is to be counted, and with what: from the command line and, where one is given, a configuration."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.common.config import CameraConfig, Config, load_config, single_camera
from services.common.errors import UsageError
from services.inference.analyze.counter import Selection
from services.inference.analyze.shapes import Shapes, parse_lines, parse_zones


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be counted, and with what.

    Attributes:
        low_latency: The first frame as early as possible, instead of all frames as soon as possible.
    """

    shapes: Shapes
    model: str
    imgsz: int | None
    selection: Selection
    low_latency: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """The part of the command line that says what is to be counted, and with what."""

    lines: Sequence[str] = ()
    zones: Sequence[str] = ()
    pixels: bool = False
    model: str | None = None
    config: Path | None = None
    camera: str | None = None
    low_latency: bool = False

    def task(self) -> Task:
        """Check it.

        Raises:
            UsageError: Something in it is not allowed.
        """
        config, camera = self._configuration()
        shapes = Shapes(parse_lines(self.lines), parse_zones(self.zones), self.pixels, camera)
        shapes.check()
        selection = Selection(config.classes, config.confidence)
        return Task(shapes, config.model, config.imgsz, selection, self.low_latency)

    def _configuration(self) -> tuple[Config, CameraConfig | None]:
        if self.config is None:
            if self.camera is not None:
                raise UsageError(f"--camera {self.camera} is one of a configuration; give that with --config")
            return single_camera(None, model=self.model, env=os.environ), None
        config = load_config(self.config, model=self.model, env=os.environ)
        names = ", ".join(config.cameras) or "none"
        if self.camera is None and len(config.cameras) != 1:
            raise UsageError(f"{self.config} has the cameras {names}; say with --camera whose lines are meant")
        name = self.camera or next(iter(config.cameras))
        if name not in config.cameras:
            raise UsageError(f"{self.config} has no camera {name}; it has {names}")
        return config, config.cameras[name]
