"""Resets of the totals that are shown: who may begin anew since when. The rows that were counted stay."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select, update

from services.common.store.schema import resets


@dataclass(frozen=True, slots=True)
class Reset:
    """Totals are shown from ``at_ns`` on.

    Attributes:
        camera: Whose lines; None: of every camera.
        line: Which of its lines; None: all of them.
        undone_ns: When it was taken back, or None.
    """

    id: str
    at_ns: int
    name: str
    camera: str | None = None
    line: str | None = None
    undone_ns: int | None = None


def add_reset(connection: Connection, reset: Reset) -> None:
    """Note a reset."""
    connection.execute(insert(resets).values(asdict(reset)))


def undo_reset(connection: Connection, reset_id: str, now_ns: int) -> bool:
    """Take a reset back; return False if there is none that can be."""
    statement = update(resets).where(resets.c.id == reset_id, resets.c.undone_ns.is_(None)).values(undone_ns=now_ns)
    return connection.execute(statement).rowcount > 0


def find_reset(connection: Connection, reset_id: str) -> Reset | None:
    """Return the reset with this id."""
    row = connection.execute(select(resets).where(resets.c.id == reset_id)).first()
    return Reset(**row._mapping) if row else None


def newest_resets(connection: Connection, limit: int) -> list[Reset]:
    """Return the newest resets, undone ones among them."""
    rows = connection.execute(select(resets).order_by(resets.c.id.desc()).limit(limit))
    return [Reset(**row._mapping) for row in rows]


def resets_in_force(connection: Connection) -> list[Reset]:
    """Return the resets that were not undone, of which only the last for each camera and line matters."""
    rows = connection.execute(select(resets).where(resets.c.undone_ns.is_(None)).order_by(resets.c.at_ns))
    newest = {(row.camera, row.line): Reset(**row._mapping) for row in rows}
    return list(newest.values())
