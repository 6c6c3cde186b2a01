"""Sources as they may be shown: without credentials."""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "***"
_TELLING = "pass|pwd|secret|token|auth|key|user|usr|login|sig"
_USERINFO = re.compile(r"(?<=://)[^/?#\s]*@")
_SECRET_QUERY = re.compile(rf"(?i)(?<=[?&;])([^=&#\s]*(?:{_TELLING})[^=&#\s]*=)[^&#;\s]*")


def redact(source: str) -> str:
    """Return ``source`` with user, password and secrets in its query replaced by ``***``."""
    return _SECRET_QUERY.sub(rf"\g<1>{HIDDEN}", _USERINFO.sub(f"{HIDDEN}@", source))
