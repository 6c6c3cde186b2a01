"""What to watch and what to count: the configuration file, checked whole at start.

Every mistake is one sentence that names the file, its line, the key and what is allowed. Environment variables
override the file: ``TURNSTILE_MODEL``, ``TURNSTILE_CAMERAS__ENTRANCE__FPS`` (two underscores between levels, ``-`` in
a name written as ``_``), and for the only USB camera ``CAMERA_USB_FPS``, ``CAMERA_USB_WIDTH``, ``CAMERA_USB_HEIGHT``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from services.common.demo_url import is_demo, parse_demo
from services.common.errors import UsageError
from services.common.yaml_source import YamlSource

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
Fraction = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Point = tuple[Fraction, Fraction]
Anchor = Literal["centre", "feet"]


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("holds a character that cannot be shown; a title is one line of text")
    return text


Title = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60), AfterValidator(_one_line)]

ENV_PREFIX: Final = "TURNSTILE_"
ENV_NESTING: Final = "__"
USB_VARIABLES: Final = {"CAMERA_USB_FPS": "fps", "CAMERA_USB_WIDTH": "width", "CAMERA_USB_HEIGHT": "height"}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class LineConfig(_Part):
    """A counting line from A to B, in fractions of the picture; ``in`` is from its left to its right."""

    start: Point = Field(alias="from")
    end: Point = Field(alias="to")
    anchor: Anchor = "centre"
    title: Title = ""
    """What people are shown instead of the name, under which it is counted for ever."""

    @model_validator(mode="after")
    def _has_length(self) -> LineConfig:
        if self.start == self.end:
            raise ValueError("from and to are the same point; a line needs two different ends")
        return self


class ZoneConfig(_Part):
    """An area, in fractions of the picture, whose occupants are counted."""

    polygon: tuple[Point, ...]
    anchor: Anchor = "feet"
    title: Title = ""

    @field_validator("polygon")
    @classmethod
    def _has_area(cls, polygon: tuple[Point, ...]) -> tuple[Point, ...]:
        if len(set(polygon)) < 3:
            raise ValueError(f"has {len(set(polygon))} different points; a zone needs at least 3")
        return polygon


_Shown = TypeVar("_Shown", LineConfig, ZoneConfig)


def _reject_bool(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("expected a number, not yes or no")  # noqa: TRY004 - pydantic wants ValueError
    return value


Fps = Annotated[float, BeforeValidator(_reject_bool), Field(gt=0, le=240, allow_inf_nan=False)]
Side = Annotated[int, BeforeValidator(_reject_bool), Field(ge=16, le=7680)]


class CameraConfig(_Part):
    """One camera: where its pictures come from, how many of them, and what is counted in them."""

    source: Annotated[str, Field(min_length=1)]
    fps: Fps | None = None
    width: Side | None = None
    height: Side | None = None
    loop: bool = True
    wire: Literal["auto", "jpeg", "raw"] = "auto"
    overlay: Literal["exact", "live"] = "exact"
    lines: dict[Name, LineConfig] = Field(default_factory=dict)
    zones: dict[Name, ZoneConfig] = Field(default_factory=dict)

    @field_validator("source")
    @classmethod
    def _names_a_scene(cls, source: str) -> str:
        if is_demo(source):
            parse_demo(source)
        return source

    @field_validator("lines", "zones")
    @classmethod
    def _titles_differ(cls, parts: dict[str, _Shown]) -> dict[str, _Shown]:
        shown: dict[str, str] = {}
        for name, part in parts.items():
            title = part.title or name
            if (other := shown.setdefault(title.casefold(), name)) != name:
                raise ValueError(f"{name} and {other} are both shown as {title!r}; give one of them another title")
        return parts

    @model_validator(mode="after")
    def _scene_has_size(self) -> CameraConfig:
        if is_demo(self.source):
            parse_demo(self.source).sized(self.width, self.height)
        return self


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # what zoneinfo raises for odd names
        raise ValueError("no time zone; write one such as Europe/Berlin or UTC") from error
    return name


def _time_of_day(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError("no time of day; write hours and minutes, such as '04:30'")
    return text


class ResetConfig(_Part):
    """When the totals that are shown begin again at 0 every day; what was counted stays."""

    at: Annotated[str, AfterValidator(_time_of_day)] = "00:00"
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"


def _http_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("no address to send to; write one such as https://example.org/turnstile")
    return text


class WebhookConfig(_Part):
    """Whom to tell of what happens.

    Attributes:
        secret: Signs each request, so that its receiver knows whom it is from.
        events: A crossing; a zone that becomes crowded; a camera that is lost or comes back.
        crowded: So many people in one zone are a crowd.
    """

    url: Annotated[str, AfterValidator(_http_url)]
    secret: Annotated[SecretStr, Field(min_length=16)]
    events: Annotated[tuple[Literal["crossing", "crowded", "camera"], ...], Field(min_length=1)] = (
        "crossing",
        "crowded",
        "camera",
    )
    crowded: Annotated[int, BeforeValidator(_reject_bool), Field(ge=1)] = 10


class Config(_Part):
    """The whole configuration.

    Attributes:
        model: A path, an Ultralytics model name, or ``auto``.
        confidence: Detections below this never start a track.
        classes: Names of the model's classes that are counted.
        reset: When the shown totals begin anew; never, if left out.
    """

    model: Annotated[str, Field(min_length=1)] = "auto"
    imgsz: Annotated[int, Field(ge=64, le=1920, multiple_of=32)] | None = None
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.25
    classes: Annotated[tuple[str, ...], Field(min_length=1)] = ("person",)
    reset: ResetConfig | None = None
    webhooks: dict[Name, WebhookConfig] = Field(default_factory=dict)
    cameras: dict[Name, CameraConfig] = Field(default_factory=dict)


DEFAULT_LINES: Final = {"middle": LineConfig.model_validate({"from": (0.5, 0.0), "to": (0.5, 1.0)})}


def single_camera(source: str | None, *, model: str | None = None, env: Mapping[str, str] | None = None) -> Config:
    """Return the configuration of one camera named ``main`` with one line, ``middle``; of none without a source.

    Raises:
        UsageError: An environment variable holds something that is not allowed.
    """
    env = env or {}
    tree: dict[str, Any] = {"cameras": {"main": {"source": source}}}
    if source is None:  # a service without cameras shares its environment with one that has them
        tree = {}
        env = {name: value for name, value in env.items() if not name.startswith(f"{ENV_PREFIX}CAMERAS{ENV_NESTING}")}
    return _validate(YamlSource.from_tree(tree), model=model, env=env)


def load_config(path: Path, *, model: str | None = None, env: Mapping[str, str] | None = None) -> Config:
    """Read and check a configuration file.

    Args:
        path: The YAML file.
        model: Takes the place of the file's ``model``.
        env: The environment whose ``TURNSTILE_…`` variables override the file.

    Raises:
        UsageError: One sentence for each mistake, with file, line, key and what is allowed.
    """
    return _validate(YamlSource.from_file(path), model=model, env=env or {})


def parse_config(text: str, path: Path, *, env: Mapping[str, str] | None = None) -> Config:
    """Check ``text`` as :func:`load_config` checks the file ``path``.

    Raises:
        UsageError: One sentence for each mistake; they name ``path``.
    """
    return _validate(YamlSource.from_text(text, path), model=None, env=env or {})


def parse_camera(tree: Mapping[str, Any]) -> CameraConfig:
    """Check one camera that came from elsewhere than a file; without lines it has the line ``middle``.

    Raises:
        pydantic.ValidationError: It has a key or a value that is not allowed.
    """
    return _with_default_line(CameraConfig.model_validate(dict(tree)))


def _validate(source: YamlSource, *, model: str | None, env: Mapping[str, str]) -> Config:
    problems = list(source.problems)
    _apply_env(source, env, problems)
    if model is not None:
        source.tree["model"] = model
    try:
        config = Config.model_validate(source.tree)
    except ValidationError as error:
        problems += [_sentence(source, e["loc"], e["type"], e["msg"], e.get("ctx") or {}) for e in error.errors()]
    if problems:
        raise UsageError(*problems)
    cameras = {name: _with_default_line(camera) for name, camera in config.cameras.items()}
    return config.model_copy(update={"cameras": cameras})


def _with_default_line(camera: CameraConfig) -> CameraConfig:
    # A camera that says nothing of lines and zones still counts: that is what Turnstile is for. `lines: {}` says no.
    if camera.lines or camera.zones or "lines" in camera.model_fields_set:
        return camera
    return camera.model_copy(update={"lines": DEFAULT_LINES})


def _apply_env(source: YamlSource, env: Mapping[str, str], problems: list[str]) -> None:
    cameras = source.tree.get("cameras")
    cameras = cameras if isinstance(cameras, dict) else {}
    for variable, value in sorted(env.items()):
        key = variable.removeprefix(ENV_PREFIX).lower()
        if not variable.startswith(ENV_PREFIX) or (key not in _SCALARS and not key.startswith(_BRANCHES)):
            continue
        path = key.split(ENV_NESTING)
        if path[0] == "cameras":
            wanted = path[1]
            name = next((n for n in cameras if str(n).lower().replace("-", "_") == wanted), None)
            if name is None:
                known = ", ".join(map(str, cameras)) or "none"
                problems.append(f"{variable}: there is no camera {wanted}; configured: {known}")
                continue
            path[1] = name
        source.set(path, value, origin=variable)
    usb = [c for c in cameras.values() if isinstance(c, dict) and str(c.get("source", "")).startswith("/dev/")]
    if len(usb) == 1:
        for variable, key in USB_VARIABLES.items():
            if env.get(variable):
                name = next(n for n, c in cameras.items() if c is usb[0])
                source.set(["cameras", name, key], env[variable], origin=variable)


_BRANCHES = ("cameras" + ENV_NESTING, "reset" + ENV_NESTING)
_SCALARS = frozenset(Config.model_fields) - {"cameras", "reset", "webhooks"}


def _sentence(
    source: YamlSource, loc: tuple[int | str, ...], kind: str, message: str, context: Mapping[str, Any]
) -> str:
    message = re.sub(r"^Value error, ", "", message)
    message = message[:1].lower() + message[1:]
    if loc and loc[-1] == "[key]":  # pydantic marks a bad mapping key so
        loc = loc[:-1]
    if kind == "extra_forbidden":
        message = f"unknown key; allowed here: {', '.join(_allowed_keys(loc))}"
    elif kind == "string_pattern_mismatch":
        message = "a name has 1 to 63 letters, digits, _ or -, and starts with a letter or digit"
    elif kind in {"model_type", "dict_type", "model_attributes_type"}:
        message = f"expected keys and values; allowed here: {', '.join(_allowed_keys((*loc, '')))}"
    elif kind == "literal_error":
        message = f"allowed: {context.get('expected', '')}"
    where = source.where(loc)
    value = source.value(loc)
    tellable = isinstance(value, str | int | float) and kind != "extra_forbidden" and loc[-1:] != ("secret",)
    shown = f" is {value!r}," if tellable else ""
    return f"{where}:{shown} {message}" if shown else f"{where}: {message}"


def _allowed_keys(loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that may stand beside the last part of ``loc``."""
    model: type[BaseModel] = Config
    if len(loc) >= 2 and loc[0] == "reset":
        model = ResetConfig
    if len(loc) >= 3 and loc[0] == "webhooks":
        model = WebhookConfig
    if len(loc) >= 3 and loc[0] == "cameras":
        model = CameraConfig
        if len(loc) >= 5:
            model = LineConfig if loc[2] == "lines" else ZoneConfig
    return [field.alias or name for name, field in model.model_fields.items()]
