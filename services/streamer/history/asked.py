"""What may be asked of every part of the history: a span of time, buckets, a time zone, a format."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from services.common.store.buckets import ALLOWED, SECOND_NS, Bucket, BucketError, edges

DEFAULT_SPAN: Final = timedelta(hours=24)
FIRST_YEAR: Final = 1971
LAST_YEAR: Final = 2199
CSV: Final = "text/csv"

Name = Annotated[str, Field(max_length=80)]
Names = Annotated[list[Name], Field(default_factory=list, description="May be given several times.")]


class Query(BaseModel):
    """What may be said in any request. A parameter that there is not is refused: it would change nothing."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    camera: Names = Field(examples=[["entrance"]])
    begin: str | None = Field(
        None, alias="from", max_length=40, description="A moment or a date; 24 h before `to`.", examples=["2026-11-21"]
    )
    to: str | None = Field(
        None, max_length=40, description="Not included; now, if left out.", examples=["2026-11-21T18:00:00+01:00"]
    )
    timezone: str = Field("UTC", max_length=64, description="IANA name.", examples=["Europe/Berlin"])
    format: Literal["json", "csv"] | None = Field(None, description="Takes precedence over `Accept`.")

    def wants_csv(self, request: Request) -> bool:
        """Return whether the answer is to be CSV."""
        return self.format == "csv" or (self.format is None and CSV in request.headers.get("accept", ""))

    def span(self) -> tuple[int, int]:
        """Return the beginning and the end, ns since the epoch.

        Raises:
            HTTPException: 422 with a sentence.
        """
        return _span(self.begin, self.to, _zone(self.timezone))


class BucketQuery(Query):
    """What may be said where answers come in buckets."""

    bucket: str | None = Field(
        None, max_length=8, description=f"One of {', '.join(ALLOWED)}; one in all, if left out.", examples=["1h"]
    )

    def asked(self) -> Asked:
        """Return what it means.

        Raises:
            HTTPException: 422 with a sentence.
        """
        zone = _zone(self.timezone)
        begin_ns, end_ns = _span(self.begin, self.to, zone)
        try:
            size = Bucket.parse(self.bucket) if self.bucket is not None else None
            return Asked(edges(begin_ns, end_ns, size, zone), size, zone)
        except BucketError as error:
            raise HTTPException(422, str(error)) from error


@dataclass(frozen=True, slots=True)
class Asked:
    """A span of time, and how it is to be divided.

    Attributes:
        edges: Where buckets begin, ns since the epoch, and where the last one ends.
        bucket: None: one, from the beginning to the end.
        zone: Whose clocks count.
    """

    edges: list[int]
    bucket: Bucket | None
    zone: ZoneInfo

    def head(self) -> dict[str, Any]:
        """Return what every answer says of this."""
        starts = self.local_edges()
        return {
            "from": starts[0],
            "to": starts[-1],
            "bucket": str(self.bucket) if self.bucket else None,
            "timezone": self.zone.key,
            "buckets": starts[:-1],
        }

    def local_edges(self) -> list[str]:
        """Return the edges as the time zone's clocks show them."""
        return [datetime.fromtimestamp(edge / SECOND_NS, self.zone).isoformat() for edge in self.edges]


def _span(begin: str | None, end: str | None, zone: ZoneInfo) -> tuple[int, int]:
    until = _moment("to", end, zone) if end is not None else datetime.fromtimestamp(int(time.time()) + 1, UTC)
    since = _moment("from", begin, zone) if begin is not None else until - DEFAULT_SPAN
    if since >= until:
        raise HTTPException(422, f"from ({since.isoformat()}) is not before to ({until.isoformat()}); swap them")
    return _ns(since), _ns(until)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # the last two: what makes no file name
        detail = f"there is no time zone {name!r}; ask for one such as Europe/Berlin or UTC"
        raise HTTPException(422, detail) from error


def _moment(name: str, text: str, zone: ZoneInfo) -> datetime:
    try:
        # A plus sign that nobody escaped arrives as a space.
        moment = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text)
    except ValueError as error:
        detail = f"{name}={text!r} is no time; write one such as 2026-11-21 or 2026-11-21T08:00:00+01:00"
        raise HTTPException(422, detail) from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise HTTPException(422, f"{name}={text!r} is not between the years {FIRST_YEAR} and {LAST_YEAR}")
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _ns(moment: datetime) -> int:
    whole = moment.replace(microsecond=0)
    return round(whole.timestamp()) * SECOND_NS + moment.microsecond * 1000
