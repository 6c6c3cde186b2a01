"""What can be said of a camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from proto.turnstile_pb2 import Camera, CameraState

State = Literal["connecting", "live", "stalled", "offline", "ended", "waiting"]
STATES: Final[tuple[State, ...]] = ("connecting", "live", "stalled", "offline", "ended")
_STATES: Final[dict[int, State]] = {
    CameraState.CAMERA_STATE_CONNECTING: "connecting",
    CameraState.CAMERA_STATE_LIVE: "live",
    CameraState.CAMERA_STATE_STALLED: "stalled",
    CameraState.CAMERA_STATE_OFFLINE: "offline",
    CameraState.CAMERA_STATE_ENDED: "ended",
}


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """A state and the reason for it.

    Attributes:
        state: As in DESIGN.md, or ``waiting`` before inference was heard at all.
        cause: One sentence for people; empty while live.
        since_ns: Wall clock, ns.
    """

    state: State
    cause: str
    since_ns: int

    @classmethod
    def of(cls, camera: Camera) -> CameraStatus:
        """Return what inference says of a camera; a state that we do not know is none to show pictures in."""
        state = _STATES.get(camera.state, "offline")
        return cls(state, "" if state == "live" else camera.cause, camera.since_ns)

    @property
    def live(self) -> bool:
        """Whether the camera's pictures are to be shown."""
        return self.state == "live"
