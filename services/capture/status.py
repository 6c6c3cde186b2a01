"""How a camera is doing."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from proto.turnstile_pb2 import (
    CAMERA_STATE_CONNECTING,
    CAMERA_STATE_ENDED,
    CAMERA_STATE_LIVE,
    CAMERA_STATE_OFFLINE,
    CAMERA_STATE_STALLED,
    CameraState,
)

State = Literal["connecting", "live", "stalled", "offline", "ended"]
STATES: Final[tuple[State, ...]] = get_args(State)
STATE_ON_WIRE: Final[dict[State, CameraState]] = {
    "connecting": CAMERA_STATE_CONNECTING,
    "live": CAMERA_STATE_LIVE,
    "stalled": CAMERA_STATE_STALLED,
    "offline": CAMERA_STATE_OFFLINE,
    "ended": CAMERA_STATE_ENDED,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A camera's state, why it is in it, and since when (wall clock).

    Attributes:
        cause: One sentence for people, without credentials; empty while live.
    """

    state: State = "connecting"
    cause: str = ""
    since_ns: int = field(default_factory=time.time_ns)


@dataclass(frozen=True, slots=True)
class Format:
    """What the newest frame was like; zeros before the first."""

    width: int = 0
    height: int = 0
    pixel_format: str = ""
    nominal_fps: float = 0.0
