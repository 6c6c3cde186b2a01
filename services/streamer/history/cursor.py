"""Where the next page begins, as text that can only be passed back as it is."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Final

from services.common.store.crossings import Order, Place, Span

CHECK_BYTES: Final = 9


class CursorError(ValueError):
    """A text that is no cursor, or one of another question."""


def encode(place: Place, span: Span, order: Order) -> str:
    """Return the cursor that continues the question after ``place``."""
    body = json.dumps([place[0], place[1]], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check(body, span, order) + body).decode().rstrip("=")


def decode(cursor: str, span: Span, order: Order) -> Place:
    """Return where the question goes on.

    Raises:
        CursorError: It was altered, or belongs to a question with other parameters.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise CursorError("is not written like one") from error
    check, body = raw[:CHECK_BYTES], raw[CHECK_BYTES:]
    if check != _check(body, span, order):
        raise CursorError("was altered, or is of a request with other parameters")
    time_ns, event_id = json.loads(body)
    return int(time_ns), str(event_id)


def _check(body: bytes, span: Span, order: Order) -> bytes:
    # No secret: whoever makes up a cursor sees what they may see anyhow. It finds mistakes, and mixed up questions.
    question = repr((sorted(span.which.cameras), sorted(span.which.names), sorted(span.which.labels)))
    text = f"{question}|{span.direction}|{order}|".encode() + body
    return hashlib.blake2s(text, digest_size=CHECK_BYTES, person=b"cursor").digest()
