"""Tables as CSV (RFC 4180), a piece at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

from fastapi import Response
from fastapi.responses import StreamingResponse

MEDIA_TYPE: Final = "text/csv; charset=utf-8"


def csv_response(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Return a table as a file to download; None is an empty field."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return Response(text.getvalue(), media_type=MEDIA_TYPE, headers=_headers(name))


def csv_stream(name: str, columns: Sequence[str], pieces: Iterator[bytes]) -> Response:
    """Return a table of any length; ``pieces`` are whole lines.

    Raises:
        HTTPException: The first piece cannot be had.
    """
    head = ",".join(columns).encode() + b"\r\n"
    first = next(pieces, b"")  # what fails at once is an answer of its own, and not a file that ends too soon
    return StreamingResponse(chain([head + first], pieces), media_type=MEDIA_TYPE, headers=_headers(name))


def _headers(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
