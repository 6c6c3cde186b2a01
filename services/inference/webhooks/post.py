"""One signed request."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, Final

from services.common.metrics import turnstile_version

ANSWER_SECONDS: Final = 10.0
# What a receiver says that may be different later: timed out, too early, too many.
MAY_PASS: Final = frozenset({408, 425, 429})


class UndeliveredError(Exception):
    """It did not arrive, and may do so later; the message says why."""


class RefusedError(Exception):
    """The receiver does not want it, now or later; the message says how it said so."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A receiver elsewhere than the person who configured it said is not asked."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


_opener: Final = urllib.request.build_opener(_NoRedirect)


def sign(secret: str, seconds: int, body: bytes) -> str:
    """Return the signature of ``body``: HMAC-SHA256 over the time, a full stop and the body, in hex."""
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()


def post(url: str, secret: str, event: Mapping[str, Any]) -> None:
    """Send ``event``.

    Raises:
        UndeliveredError: Nobody answered, or with a failure that may pass.
        RefusedError: The answer was another 3xx or 4xx.
    """
    body = json.dumps(event, ensure_ascii=False).encode()
    seconds = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Turnstile/{turnstile_version()}",
        "X-Turnstile-Id": event["id"],
        "X-Turnstile-Signature": f"t={seconds},v1={sign(secret, seconds, body)}",
    }
    request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310 - http and https, says the configuration
    try:
        with _opener.open(request, timeout=ANSWER_SECONDS):
            return
    except urllib.error.HTTPError as error:
        with error:
            if error.code >= 500 or error.code in MAY_PASS:
                raise UndeliveredError(f"the receiver answers {error.code}") from error
            raise RefusedError(f"the receiver answers {error.code}") from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise UndeliveredError(f"the receiver does not answer: {reason}") from error
