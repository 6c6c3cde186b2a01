"""The shapes of the answers, for OpenAPI."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

Problems = dict[int | str, dict[str, Any]]


class Problem(BaseModel):
    """Why a request was refused."""

    detail: str = Field(examples=["there is no camera 'enrance'; known: entrance, yard"])


class _Buckets(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    begin: str = Field(alias="from", examples=["2026-11-21T08:00:00+01:00"])
    to: str = Field(examples=["2026-11-21T08:10:00+01:00"])
    bucket: str | None = Field(examples=["5m"])
    timezone: str = Field(examples=["Europe/Berlin"])
    buckets: list[str] = Field(
        description="Where each begins.", examples=[["2026-11-21T08:00:00+01:00", "2026-11-21T08:05:00+01:00"]]
    )


class CountSeries(BaseModel):
    """Of one line, or of one zone."""

    model_config = ConfigDict(populate_by_name=True)

    camera: str = Field(examples=["entrance"])
    line: str | None = Field(examples=["door"])
    zone: str | None = Field(examples=[None])
    count_in: list[int] = Field(alias="in", examples=[[3, 7]])
    count_out: list[int] = Field(alias="out", examples=[[1, 2]])
    total_in: int = Field(examples=[10])
    total_out: int = Field(examples=[3])


class Counts(_Buckets):
    """Crossings of lines, and visits of zones, per bucket."""

    series: list[CountSeries]


class CrossingView(BaseModel):
    """Somebody crossed a line; or, with ``corrects``, an earlier crossing is taken back."""

    id: str = Field(examples=["01KBJ3V5ZC8Q6M4T1R9XW2YH7E"])
    time: str = Field(examples=["2026-11-21T07:03:12.345Z"])
    camera: str = Field(examples=["entrance"])
    line: str = Field(examples=["door"])
    direction: Literal["in", "out"]
    track: int = Field(examples=[17])
    label: str = Field(examples=["person"])
    confidence: float = Field(examples=[0.871])
    x: float = Field(examples=[0.4921])
    y: float = Field(examples=[0.6133])
    corrects: str | None = Field(examples=[None])
    late: bool = Field(examples=[False])


class CrossingPage(BaseModel):
    """Some crossings, and where the next ones are."""

    crossings: list[CrossingView]
    next: str | None = Field(examples=[None])


class OccupancySeries(BaseModel):
    """Of one zone; null where nothing was measured."""

    camera: str = Field(examples=["entrance"])
    zone: str = Field(examples=["queue"])
    mean: list[float | None] = Field(examples=[[2.31, None]])
    max: list[int | None] = Field(examples=[[5, None]])


class Occupancy(_Buckets):
    """How many were inside zones, per bucket."""

    series: list[OccupancySeries]


class DwellSeries(BaseModel):
    """Of one zone, seconds; null where no visit ended."""

    camera: str = Field(examples=["entrance"])
    zone: str = Field(examples=["queue"])
    visits: list[int] = Field(examples=[[12, 0]])
    mean: list[float | None] = Field(examples=[[34.2, None]])
    median: list[float | None] = Field(examples=[[28.0, None]])
    p95: list[float | None] = Field(examples=[[80.5, None]])
    max: list[float | None] = Field(examples=[[92.1, None]])


class Dwell(_Buckets):
    """How long visits lasted, per bucket."""

    series: list[DwellSeries]


class ResetRequest(BaseModel):
    """Whose totals are to begin anew."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$", description="Why.", examples=["the fair opens"]
    )
    camera: str | None = Field(None, description="Left out: every camera.", examples=["entrance"])
    line: str | None = Field(None, description="Left out: every line.", examples=["door"])


class ResetView(BaseModel):
    """A reset of shown totals."""

    id: str = Field(examples=["01KBJ3V5ZC8Q6M4T1R9XW2YH7E"])
    name: str = Field(examples=["the fair opens"])
    camera: str | None = Field(examples=["entrance"])
    line: str | None = Field(examples=["door"])
    at: str = Field(examples=["2026-11-21T07:03:12.345Z"])
    undone: str | None = Field(examples=[None])


class Resets(BaseModel):
    """The newest resets."""

    resets: list[ResetView]


class StoreView(BaseModel):
    """Whether rows get where they last."""

    state: Literal["ready", "unreachable", "full", "unknown"]
    cause: str = Field(examples=[""])
    spooled: int = Field(description="Rows that wait on disk.", examples=[0])
    lost: int = Field(description="Rows for which there was no room.", examples=[0])


UNKNOWN: Final[Problems] = {404: {"model": Problem, "description": "A name that is neither configured nor stored."}}
WRONG: Final[Problems] = {422: {"model": Problem, "description": "What was asked cannot be; the sentence says why."}}
AWAY: Final[Problems] = {503: {"model": Problem, "description": "The store cannot be used now."}}


def answer(model: type[BaseModel], columns: str | None = None) -> Problems:
    """Return the description of a good answer, also as CSV with ``columns``."""
    content = {"text/csv": {"schema": {"type": "string"}, "example": columns}} if columns else {}
    return {200: {"model": model, "content": content}}
