"""Only pages of our own may change something: a page from elsewhere that a browser has open may not."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Header, HTTPException, Request

OWN: Final = {"same-origin", "none"}  # none: typed by a person, or no browser at all


def require_same_origin(
    request: Request,
    content_type: Annotated[str | None, Header()] = None,
    sec_fetch_site: Annotated[str | None, Header(include_in_schema=False)] = None,
    origin: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> None:
    """Let a request that changes something pass; a dependency of its route.

    A foreign page can send forms without being asked for, but no JSON; and a browser says who sends a request, by
    `Fetch Metadata <https://www.w3.org/TR/fetch-metadata/>`_ or, where it is too old for that, by ``Origin``.

    Raises:
        HTTPException: 403 or 415, with what is expected.
    """
    if sec_fetch_site is not None:
        foreign = sec_fetch_site not in OWN
    else:
        foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if foreign:
        raise HTTPException(403, "this request came from a page of another site; nothing was changed")
    if (content_type or "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "send Content-Type: application/json, also where there is no body")
