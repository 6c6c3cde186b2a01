"""The configuration in force: read, changed by one person at a time, and taken back."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from services.capture.configuration.atomic_file import replace_file
from services.capture.configuration.document import with_camera, without_camera
from services.common.config import CameraConfig, Config, parse_config
from services.common.errors import UsageError

log = logging.getLogger(__name__)

UNDO_STEPS: Final = 50


class ConfigError(Exception):
    """A change that was not made; the message is one sentence for people."""


class OutdatedError(ConfigError):
    """Somebody else changed it in between."""


class UnknownCameraError(ConfigError):
    """There is no camera of that name in the configuration."""


class ConflictError(ConfigError):
    """What is there stands in the way of the change."""


@dataclass(frozen=True, slots=True)
class Version:
    """The configuration at one moment.

    Attributes:
        text: Of the file.
        config: What it says, environment variables included.
    """

    text: str
    config: Config

    @property
    def tag(self) -> str:
        """What tells it from every other version."""
        return _digest(self.text)

    def camera_tag(self, name: str) -> str:
        """Return what tells the camera ``name`` in it from any other state of that camera."""
        return _digest(self.config.cameras[name].model_dump_json())


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was made and can be taken back."""

    what: str
    at: datetime
    before: str
    after: str


class ConfigStore:
    """Changes the configuration file and has the result taken over. Safe in any thread.

    Args:
        path: The file in force; it need not be there yet.
        initial: The text that counts while there is no file.
        env: The environment, whose variables override the file.
        apply: Takes a new configuration over.
    """

    def __init__(self, path: Path, initial: str, *, env: Mapping[str, str], apply: Callable[[Config], None]) -> None:
        self.path = path
        self._initial = initial
        self._env = env
        self._apply = apply
        self._lock = threading.Lock()
        self._changes: deque[Change] = deque(maxlen=UNDO_STEPS)

    def current(self) -> Version:
        """Return the configuration as the file has it.

        Raises:
            ConflictError: The file has mistakes now, so that another configuration is in force.
        """
        try:
            text = self.path.read_text("utf-8-sig")
        except FileNotFoundError:
            text = self._initial
        except (OSError, UnicodeDecodeError) as error:
            raise ConflictError(f"the configuration file {self.path} cannot be read: {error}") from error
        try:
            return Version(text, parse_config(text, self.path, env=self._env))
        except UsageError as error:
            raise ConflictError(f"the configuration file has mistakes, mend it first: {error.problems[0]}") from error

    def last_change(self) -> Change | None:
        """Return the change that :meth:`undo` would take back; None where there is none, or the file was edited."""
        change = self._changes[-1] if self._changes else None
        return change if change and change.after == self.current().text else None

    def change_camera(self, name: str, tag: str, keys: Mapping[str, Any], wanted: CameraConfig, what: str) -> Version:
        """Set keys of a camera.

        Args:
            name: Of the camera.
            tag: Of the camera's state that the change is based on.
            keys: As :func:`~services.capture.configuration.document.with_camera` takes them.
            wanted: What the camera is to be afterwards.
            what: What is changed, for people.

        Raises:
            ConfigError: It was not changed.
        """
        with self._lock:
            before = self._camera_at(name, tag)
            cameras = {**before.config.cameras, name: wanted}
            return self._store(before, with_camera(before.text, name, keys), cameras, what)

    def add_camera(self, name: str, keys: Mapping[str, Any], wanted: CameraConfig) -> Version:
        """Add a camera.

        Raises:
            ConfigError: It was not added.
        """
        with self._lock:
            before = self.current()
            twin = next((other for other in before.config.cameras if other.casefold() == name.casefold()), None)
            if twin is not None:
                raise ConflictError(f"there is a camera {twin} already; choose another name")
            cameras = {**before.config.cameras, name: wanted}
            return self._store(before, with_camera(before.text, name, keys), cameras, f"camera {name} added")

    def remove_camera(self, name: str, tag: str) -> Version:
        """Remove a camera.

        Raises:
            ConfigError: It was not removed.
        """
        with self._lock:
            before = self._camera_at(name, tag)
            cameras = {key: camera for key, camera in before.config.cameras.items() if key != name}
            return self._store(before, without_camera(before.text, name), cameras, f"camera {name} removed")

    def undo(self, tag: str) -> Change:
        """Take the last change back.

        Args:
            tag: Of the configuration that is undone.

        Raises:
            ConfigError: There is nothing to undo, or the configuration was changed since.
        """
        with self._lock:
            now = self.current()
            if not self._changes:
                raise ConflictError("there is nothing to undo")
            change = self._changes[-1]
            if now.tag != tag:
                raise OutdatedError("somebody changed the configuration in the meantime; look at it again first")
            if now.text != change.after:
                raise ConflictError("the file was edited by hand since, so that nothing can be undone")
            self._write(Version(change.before, self._check(change.before)), f"undone: {change.what}")
            self._changes.pop()
            return change

    def _camera_at(self, name: str, tag: str) -> Version:
        now = self.current()
        if name not in now.config.cameras:
            known = ", ".join(now.config.cameras) or "none"
            raise UnknownCameraError(f"there is no camera {name!r} in the configuration; known: {known}")
        if now.camera_tag(name) != tag:
            raise OutdatedError(
                f"somebody changed camera {name} in the meantime; nothing was stored, load its settings again"
            )
        return now

    def _store(self, before: Version, text: str, cameras: Mapping[str, CameraConfig], what: str) -> Version:
        after = Version(text, self._check(text))
        if after.config.cameras != cameras:
            # A variable of the environment overrides what was set, or YAML aliases share a part with another camera.
            raise ConflictError(
                "this setting is overridden by an environment variable (TURNSTILE_CAMERAS__…) or shared with another "
                "camera in the file; change it there"
            )
        if text != before.text:
            self._write(after, what)
            self._changes.append(Change(what, datetime.now(UTC), before.text, text))
        return after

    def _check(self, text: str) -> Config:
        try:
            return parse_config(text, self.path, env=self._env)
        except UsageError as error:
            raise ConflictError(error.problems[0]) from error

    def _write(self, version: Version, what: str) -> None:
        try:
            replace_file(self.path, version.text)
        except OSError as error:
            raise ConflictError(
                f"{self.path} cannot be written ({error.strerror or error}); let the service write to its folder"
            ) from error
        log.info("%s: %s", self.path, what)
        self._apply(version.config)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
