"""Crossings, zone visits and samples, their roll-ups, resets, and how far spools and webhooks came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
REAL: sa.REAL[float] = sa.REAL()
BIG = sa.BigInteger()


def upgrade() -> None:
    """Make the tables."""
    _rows()
    _rollups()
    op.create_table(
        "resets",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("at_ns", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("camera", TEXT),
        sa.Column("line", TEXT),
        sa.Column("undone_ns", BIG),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "spools",
        sa.Column("spool", TEXT, primary_key=True),
        sa.Column("segment", BIG, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "webhooks",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("after", TEXT, nullable=False),
        sqlite_with_rowid=False,
    )


def _rows() -> None:
    op.create_table(
        "crossings",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("time_ns", BIG, nullable=False),
        sa.Column("camera", TEXT, nullable=False),
        sa.Column("line", TEXT, nullable=False),
        sa.Column("direction", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("track", BIG, nullable=False),
        sa.Column("confidence", REAL, nullable=False),
        sa.Column("x", REAL, nullable=False),
        sa.Column("y", REAL, nullable=False),
        sa.Column("corrects", TEXT),
        sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_crossings_time_ns", "crossings", ["time_ns", "id"])
    op.create_table(
        "zone_visits",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("camera", TEXT, nullable=False),
        sa.Column("zone", TEXT, nullable=False),
        sa.Column("track", BIG, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("entered_ns", BIG, nullable=False),
        sa.Column("left_ns", BIG, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_zone_visits_entered_ns", "zone_visits", ["entered_ns"])
    op.create_index("ix_zone_visits_left_ns", "zone_visits", ["left_ns"])
    op.create_table(
        "zone_samples",
        sa.Column("camera", TEXT, primary_key=True),
        sa.Column("zone", TEXT, primary_key=True),
        sa.Column("time_ns", BIG, primary_key=True),
        sa.Column("occupancy", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_zone_samples_time_ns", "zone_samples", ["time_ns"])


def _rollups() -> None:
    op.create_table(
        "crossing_rollups",
        sa.Column("camera", TEXT, primary_key=True),
        sa.Column("line", TEXT, primary_key=True),
        sa.Column("label", TEXT, primary_key=True),
        sa.Column("slot_ns", BIG, primary_key=True),
        sa.Column("count_in", BIG, nullable=False),
        sa.Column("count_out", BIG, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "zone_rollups",
        sa.Column("camera", TEXT, primary_key=True),
        sa.Column("zone", TEXT, primary_key=True),
        sa.Column("slot_ns", BIG, primary_key=True),
        sa.Column("entries", BIG, nullable=False),
        sa.Column("exits", BIG, nullable=False),
        sqlite_with_rowid=False,
    )
