"""The Prometheus registry of a process. Each service makes one and passes it down, so that tests can make many."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Final, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from proto.codec import WireFault

# From a tenth of a millisecond to a stalled second; the limits of our own targets (18, 28, 50 ms) are edges.
STAGE_BUCKETS: Final = (
    0.0005, 0.001, 0.002, 0.004, 0.008, 0.012, 0.018, 0.028, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0,
)  # fmt: skip


def turnstile_version() -> str:
    """Return the installed version, or ``unknown`` when run from a bare checkout."""
    try:
        return version("turnstile")
    except PackageNotFoundError:
        return "unknown"


def new_registry(service: str) -> CollectorRegistry:
    """Return a registry with this process's CPU, memory and build in it."""
    # A series more for each counter, of which our dashboards have no use.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    build = Gauge(
        "turnstile_build_info", "Version of this service.", ["service", "version", "python"], registry=registry
    )
    build.labels(service, turnstile_version(), platform.python_version()).set(1)
    return registry


def wire_errors(registry: CollectorRegistry) -> Counter:
    """Return the counter of messages that could not be read, by fault (see :class:`proto.codec.WireError`)."""
    errors = Counter(
        "turnstile_wire_errors_total", "Messages dropped because they could not be read.", ["fault"], registry=registry
    )
    for fault in get_args(WireFault):
        errors.labels(fault)  # shown at zero: of a series that begins at one, Prometheus would miss the one
    return errors
