"""Settings of a process, from ``TURNSTILE_…`` environment variables: where it listens and whom it talks to.

What it counts is configuration and stands in a file (see :mod:`services.common.config`).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from proto.sockets import Bus, BusError
from services.common.demo_url import is_demo
from services.common.errors import UsageError

Port = Annotated[int, Field(ge=1, le=65535)]
ENV_PREFIX = "TURNSTILE_"


def _default_bus(service: str) -> str:
    folder = os.environ.get("TURNSTILE_IPC_DIR") or str(Path(tempfile.gettempdir()) / f"turnstile-{os.getuid()}")
    return f"ipc://{Path(folder).absolute()}/{service}"


def _default_data_dir() -> Path:
    # As in the XDG Base Directory Specification.
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "turnstile"


class Settings(BaseSettings):
    """Settings of any service. Every field is the environment variable ``TURNSTILE_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    """Address that the HTTP servers listen on; 0.0.0.0 for all."""
    port: Port = 8000
    """The streamer's HTTP port."""
    capture_port: Port = 8001
    inference_port: Port = 8002
    capture_bus: str = Field(default_factory=lambda: _default_bus("capture"))
    """Where capture publishes: ipc:///path or tcp://host:port."""
    inference_bus: str = Field(default_factory=lambda: _default_bus("inference"))
    """Where inference publishes."""
    config: Path | None = None
    """The configuration file."""
    source: str | None = None
    """Instead of a file: the source of a single camera named main."""
    data_dir: Path = Field(default_factory=_default_data_dir)
    """Where everything is kept that is to outlast a restart and has no place of its own."""
    model: str | None = None
    """Overrides the configuration's model."""
    capture_url: str | None = None
    """Where the streamer finds capture's HTTP port; by default on this machine."""
    read_only: bool = False
    """Whether the page and its API refuse to change the configuration."""
    database_url: str | None = None
    """Where counts are kept: postgresql://user:password@host/database; by default SQLite in the data folder."""
    retention_days: Annotated[int, Field(ge=0, le=36_500)] = 400
    """For which single crossings, visits and samples are kept; 0: for ever. Their sums are kept for ever."""
    spool_mb: Annotated[int, Field(ge=4, le=1_000_000)] = 512
    """Disk that rows may take while the database is out of reach: some two million crossings."""
    max_viewers: Annotated[int, Field(ge=1, le=10_000)] = 200
    """Streams that one streamer serves at a time; one more gets 503."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @property
    def counts_folder(self) -> Path:
        """Where counts are kept, or wait for the database. What a demo counted is kept apart."""
        return self.data_dir / ("demo" if self.source is not None and is_demo(self.source) else "counts")

    @property
    def capture(self) -> Bus:
        """The bus that capture publishes on."""
        return Bus.parse(self.capture_bus)

    @property
    def inference(self) -> Bus:
        """The bus that inference publishes on."""
        return Bus.parse(self.inference_bus)


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        UsageError: A variable has a value that is not allowed, named with what is.
    """
    try:
        settings = Settings()
        _ = settings.capture, settings.inference
    except ValidationError as error:
        raise UsageError(
            *(f"{ENV_PREFIX}{str(e['loc'][0]).upper()}={e['input']}: {e['msg']}" for e in error.errors())
        ) from error
    except BusError as error:
        raise UsageError(str(error)) from error
    return settings


def make_ipc_folder(bus: Bus) -> None:
    """Make the folder that an ipc bus lives in, readable by its owner alone.

    Raises:
        UsageError: It cannot be made or written to.
    """
    if not bus.is_ipc:
        return
    folder = Path(bus.url.removeprefix("ipc://")).parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(f"the ipc folder {folder} cannot be written: {error.strerror or error}") from error
