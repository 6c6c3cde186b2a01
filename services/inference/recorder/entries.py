"""How a row is written in the spool: a line of its own, ``CRC32 JSON``, that says whether it is whole."""

from __future__ import annotations

import json
from binascii import crc32
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from services.common.store.records import CrossingRow, Row, SampleRow, VisitRow

_KINDS: Final[dict[str, type[Row]]] = {"crossing": CrossingRow, "visit": VisitRow, "sample": SampleRow}
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}
_VALUES: Final = {kind: attrgetter(*(field.name for field in fields(kind))) for kind in _KINDS.values()}


class TornEntryError(ValueError):
    """A line that was not written whole, or was changed since."""


def encode_row(row: Row) -> bytes:
    """Return the line of a row."""
    kind = type(row)
    return encode([_NAMES[kind], *_VALUES[kind](row)])


def decode_row(line: bytes) -> Row:
    """Return the row of a line. Fields that a later version added at the end have their defaults.

    Raises:
        TornEntryError: It is not whole, or no row.
    """
    value = decode(line)
    try:
        return _KINDS[value[0]](*value[1:])
    except (LookupError, TypeError) as error:
        raise TornEntryError("is no row") from error


def encode(value: Any) -> bytes:
    """Return ``value`` as a line."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return b"%08x %b\n" % (crc32(body), body)


def decode(line: bytes) -> Any:
    """Return the value of a line.

    Raises:
        TornEntryError: It is not whole.
    """
    checksum, _, body = line.rstrip(b"\n").partition(b" ")
    if not line.endswith(b"\n") or checksum != b"%08x" % crc32(body):
        raise TornEntryError("does not have the checksum that it was written with")
    return json.loads(body)
