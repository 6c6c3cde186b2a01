"""What can be wrong with a store, as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError


class StoreError(Exception):
    """The store cannot be used now; the message is one sentence that says why."""


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn what the database or its driver raises into :class:`StoreError`."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(describe(error)) from error


def describe(error: SQLAlchemyError) -> str:
    """Return the driver's own words, without the statement and its values."""
    cause = str(error.orig) if isinstance(error, DBAPIError) and error.orig is not None else str(error)
    lines = [line.strip() for line in cause.splitlines() if line.strip()]
    return f"the database says: {lines[0]}" if lines else f"the database failed ({type(error).__name__})"
