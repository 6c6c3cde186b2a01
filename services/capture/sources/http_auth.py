"""The Authorization header that a camera asks for: Basic or Digest (RFC 7616, RFC 2617)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from typing import Final

_ALGORITHMS: Final = {"md5": "md5", "sha-256": "sha256"}
_FIELD = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


def answer(challenges: list[str], user: str, password: str, *, method: str, uri: str) -> str | None:
    """Return the Authorization header for the strongest challenge that we know, None where we know none.

    Args:
        challenges: The WWW-Authenticate headers of a 401 answer.
        user: User name.
        password: Password.
        method: Of the request.
        uri: Path and query of the request.
    """
    digests = [c for c in challenges if c.lower().startswith("digest")]
    for challenge in sorted(digests, key=lambda c: "sha-256" not in c.lower()):
        fields = {m[1].lower(): m[2] if m[2] is not None else m[3] for m in _FIELD.finditer(challenge)}
        if fields.get("algorithm", "MD5").lower() in _ALGORITHMS and "nonce" in fields:
            return _digest(fields, user, password, method=method, uri=uri)
    if any(c.lower().startswith("basic") for c in challenges):
        return basic(user, password)
    return None


def basic(user: str, password: str) -> str:
    """Return a Basic Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _digest(fields: dict[str, str], user: str, password: str, *, method: str, uri: str) -> str:
    algorithm = fields.get("algorithm", "MD5")
    realm, nonce = fields.get("realm", ""), fields["nonce"]

    def digest(text: str) -> str:
        return hashlib.new(_ALGORITHMS[algorithm.lower()], text.encode(), usedforsecurity=False).hexdigest()

    ours, theirs = digest(f"{user}:{realm}:{password}"), digest(f"{method}:{uri}")
    parts = {"username": user, "realm": realm, "nonce": nonce, "uri": uri}
    bare = {"algorithm": algorithm}
    if "auth" in [q.strip() for q in fields.get("qop", "").split(",")]:
        count, client_nonce = "00000001", secrets.token_hex(8)
        parts["cnonce"] = client_nonce
        bare |= {"qop": "auth", "nc": count}
        response = digest(f"{ours}:{nonce}:{count}:{client_nonce}:auth:{theirs}")
    else:
        response = digest(f"{ours}:{nonce}:{theirs}")
    parts["response"] = response
    if "opaque" in fields:
        parts["opaque"] = fields["opaque"]
    quoted = [f'{name}="{value}"' for name, value in parts.items()]
    return "Digest " + ", ".join([*quoted, *(f"{name}={value}" for name, value in bare.items())])
