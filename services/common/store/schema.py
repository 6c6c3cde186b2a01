"""The tables. What changes here needs a migration beside it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    false,
)

# A roll-up's slot. Every offset of a time zone in use is a multiple of it, so an hour of any zone is a sum of slots.
SLOT_SECONDS: Final = 900
SLOT_NS: Final = SLOT_SECONDS * 1_000_000_000

metadata = MetaData()

# Compared byte by byte: PostgreSQL would sort by the rules of a language otherwise.
_Text = String().with_variant(String(collation="C"), "postgresql")

crossings = Table(
    "crossings",
    metadata,
    Column("id", _Text, primary_key=True),
    Column("time_ns", BigInteger, nullable=False),
    Column("camera", _Text, nullable=False),
    Column("line", _Text, nullable=False),
    Column("direction", _Text, nullable=False),
    Column("label", _Text, nullable=False),
    Column("track", BigInteger, nullable=False),
    Column("confidence", REAL, nullable=False),
    Column("x", REAL, nullable=False),
    Column("y", REAL, nullable=False),
    Column("corrects", _Text),
    Column("late", Boolean, nullable=False, server_default=false()),
    Index("ix_crossings_time_ns", "time_ns", "id"),
    sqlite_with_rowid=False,
)

zone_visits = Table(
    "zone_visits",
    metadata,
    Column("id", _Text, primary_key=True),
    Column("camera", _Text, nullable=False),
    Column("zone", _Text, nullable=False),
    Column("track", BigInteger, nullable=False),
    Column("label", _Text, nullable=False),
    Column("entered_ns", BigInteger, nullable=False),
    Column("left_ns", BigInteger, nullable=False),
    Index("ix_zone_visits_entered_ns", "entered_ns"),
    Index("ix_zone_visits_left_ns", "left_ns"),
    sqlite_with_rowid=False,
)

zone_samples = Table(
    "zone_samples",
    metadata,
    Column("camera", _Text, primary_key=True),
    Column("zone", _Text, primary_key=True),
    Column("time_ns", BigInteger, primary_key=True),
    Column("occupancy", Integer, nullable=False),
    Index("ix_zone_samples_time_ns", "time_ns"),
    sqlite_with_rowid=False,
)

crossing_rollups = Table(
    "crossing_rollups",
    metadata,
    Column("camera", _Text, primary_key=True),
    Column("line", _Text, primary_key=True),
    Column("label", _Text, primary_key=True),
    Column("slot_ns", BigInteger, primary_key=True),
    Column("count_in", BigInteger, nullable=False),
    Column("count_out", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

zone_rollups = Table(
    "zone_rollups",
    metadata,
    Column("camera", _Text, primary_key=True),
    Column("zone", _Text, primary_key=True),
    Column("slot_ns", BigInteger, primary_key=True),
    Column("entries", BigInteger, nullable=False),
    Column("exits", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

resets = Table(
    "resets",
    metadata,
    Column("id", _Text, primary_key=True),
    Column("at_ns", BigInteger, nullable=False),
    Column("name", String, nullable=False),
    Column("camera", _Text),
    Column("line", _Text),
    Column("undone_ns", BigInteger),
    sqlite_with_rowid=False,
)

# How far each spool was taken over; written in the transaction that takes its rows over.
spools = Table(
    "spools",
    metadata,
    Column("spool", _Text, primary_key=True),
    Column("segment", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# How far each webhook was sent the crossings.
webhooks = Table(
    "webhooks",
    metadata,
    Column("name", _Text, primary_key=True),
    Column("after", _Text, nullable=False),
    sqlite_with_rowid=False,
)
