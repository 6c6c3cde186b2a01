"""Whether the store of counts can be reached."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError

from services.common.errors import UsageError
from services.common.finding import Finding
from services.common.settings import Settings
from services.common.store.engine import open_store, shown, store_url
from services.common.store.errors import describe

SUBJECT = "store of counts"


def examine_store(settings: Settings) -> Finding:
    """Return whether the counts' store answers; nothing in it is touched."""
    try:
        url = store_url(settings.database_url, settings.counts_folder)
    except UsageError as error:
        return Finding(SUBJECT, "broken", str(error), "correct TURNSTILE_DATABASE_URL")
    if _not_made_yet(url):
        return Finding(SUBJECT, "absent", f"{shown(url)} is not there yet; inference makes it when it starts")
    engine = open_store(url, "use")
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return Finding(SUBJECT, "broken", f"{shown(url)}: {describe(error)}", _remedy(url))
    finally:
        engine.dispose()
    return Finding(SUBJECT, "works", f"{shown(url)} answers")


def _not_made_yet(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


def _remedy(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return "see that this user may read and write that file and its folder"
    return f"see that {url.host} runs and takes this user and password; counts wait on disk meanwhile"
