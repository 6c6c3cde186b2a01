"""What the address of a built-in scene says: ``demo``, ``demo://plaza?people=12&seed=7&fps=30&size=1280x720``."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args
from urllib.parse import parse_qsl

SceneName = Literal["plaza", "street"]
Weather = Literal["clear", "overcast", "dusk", "rain"]
SCENES: Final[tuple[SceneName, ...]] = get_args(SceneName)
WEATHERS: Final[tuple[Weather, ...]] = get_args(Weather)
MIN_SIZE: Final = (160, 90)
MAX_SIZE: Final = (3840, 2160)
MAX_PEOPLE: Final = 200
MAX_FPS: Final = 240.0
MAX_SEED: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """One built-in scene.

    Attributes:
        scene: What is seen.
        people: How many walk in it; not all of them are in the picture all the time.
        seed: Everything random follows from it.
        fps: Frames per second.
        width: Pixels.
        height: Pixels.
        weather: Light, and rain.
    """

    scene: SceneName = "plaza"
    people: int = 12
    seed: int = 7
    fps: float = 30.0
    width: int = 1280
    height: int = 720
    weather: Weather = "clear"

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            ValueError: One is not allowed; the message is a sentence for people.
        """
        _choice("scene", self.scene, SCENES)
        _choice("weather", self.weather, WEATHERS)
        if not 0 <= self.people <= MAX_PEOPLE:
            raise ValueError(f"people is {self.people}; a demo scene has 0 to {MAX_PEOPLE} people")
        if not 0 <= self.seed <= MAX_SEED:
            raise ValueError(f"seed is {self.seed}; a demo scene's seed is 0 to {MAX_SEED}")
        if not (math.isfinite(self.fps) and 0 < self.fps <= MAX_FPS):
            raise ValueError(
                f"fps is {self.fps:g}; a demo scene has more than 0 and at most {MAX_FPS:g} frames per second"
            )
        inside = MIN_SIZE[0] <= self.width <= MAX_SIZE[0] and MIN_SIZE[1] <= self.height <= MAX_SIZE[1]
        if not inside:
            raise ValueError(
                f"size is {self.width}x{self.height}; a demo scene is at least {MIN_SIZE[0]}x{MIN_SIZE[1]} "
                f"and at most {MAX_SIZE[0]}x{MAX_SIZE[1]} pixels"
            )

    def sized(self, width: int | None, height: int | None) -> DemoSettings:
        """Return the same scene in another size; a side that is None keeps the shape.

        Raises:
            ValueError: A scene cannot be so small or so large.
        """
        if width is None and height is None:
            return self
        if width is None:
            width = round(self.width * (height or 0) / self.height)
        if height is None:
            height = round(self.height * width / self.width)
        return replace(self, width=width, height=height)


def is_demo(source: str) -> bool:
    """Return whether ``source`` names a built-in scene."""
    return source == "demo" or source.startswith(("demo:", "demo?"))


def parse_demo(source: str) -> DemoSettings:
    """Return what the address ``source`` asks for; what it leaves out has its default.

    Raises:
        ValueError: It asks for something that is not there; the message is a sentence for people.
    """
    address, _, query = source.partition("?")
    if not address.startswith("demo://") and address not in {"demo", "demo:"}:
        raise ValueError(f"a demo scene is written demo://{SCENES[0]}, not {address}")
    values: dict[str, Any] = {}
    scene = address.removeprefix("demo").removeprefix(":").removeprefix("//").rstrip("/")
    if scene:
        values["scene"] = scene
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key not in _READERS:
            raise ValueError(f"a demo scene has no {key or 'key without a name'}; it has {', '.join(_READERS)}")
        values |= _READERS[key](key, value)
    return DemoSettings(**values)


def _whole(key: str, value: str) -> dict[str, Any]:
    if not re.fullmatch(r"[+-]?[0-9]{1,12}", value):
        raise ValueError(f"{key} is {value!r}; it must be a whole number")
    return {key: int(value)}


def _number(key: str, value: str) -> dict[str, Any]:
    try:
        return {key: float(value)}
    except ValueError:
        raise ValueError(f"{key} is {value!r}; it must be a number") from None


def _size(key: str, value: str) -> dict[str, Any]:
    match = re.fullmatch(r"([0-9]{1,6})x([0-9]{1,6})", value)
    if match is None:
        raise ValueError(f"{key} is {value!r}; it must be WIDTHxHEIGHT, such as 1280x720")
    return {"width": int(match[1]), "height": int(match[2])}


def _word(key: str, value: str) -> dict[str, Any]:
    return {key: value}


_READERS: Final[dict[str, Callable[[str, str], dict[str, Any]]]] = {
    "people": _whole,
    "seed": _whole,
    "fps": _number,
    "size": _size,
    "weather": _word,
}


def _choice(key: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(
            f"{key} is {value!r}; a demo scene has the {key}s {', '.join(allowed)}".replace("weathers", "weather")
        )
