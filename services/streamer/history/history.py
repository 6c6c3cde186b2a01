"""The store as HTTP sees it: to be asked, and now and then out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import HTTPException
from sqlalchemy import URL, Connection

from services.common.store.engine import open_store
from services.common.store.errors import StoreError, store_errors

RETRY_AFTER_SECONDS = 5


class History:
    """Connections to the store, which somebody else owns. Any thread may ask.

    Args:
        url: Of the store.
    """

    def __init__(self, url: URL) -> None:
        self._engine = open_store(url, "use")
        # Slow downloads use up these connections alone.
        self._for_exports = open_store(url, "use")

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()
        self._for_exports.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Ask within one transaction.

        Raises:
            StoreError: The store cannot be used now.
        """
        with store_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def asked(self, *, export: bool = False) -> Iterator[Connection]:
        """As :meth:`transaction`, for routes.

        Args:
            export: The answer may take as long as its reader likes.

        Raises:
            HTTPException: 503.
        """
        engine = self._for_exports if export else self._engine
        try:
            with store_errors(), engine.begin() as connection:
                yield connection
        except StoreError as error:
            raise unavailable(error) from error


def unavailable(error: StoreError) -> HTTPException:
    """Return the answer where the store cannot be used."""
    return HTTPException(
        503, f"the store cannot be used now, try again: {error}", {"Retry-After": str(RETRY_AFTER_SECONDS)}
    )
