"""What is measured of the way from a count to the store."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

APPEND_BUCKETS: Final = (0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.005, 0.02, 0.1, 0.5)
WRITE_BUCKETS: Final = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class StoreMetrics:
    """Series of the spool and of the writer to the store."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.up = Gauge("turnstile_store_up", "Whether the store takes rows.", registry=registry)
        self.spooled = Gauge("turnstile_store_spooled_rows", "Rows on disk that the store lacks.", registry=registry)
        self.spool_bytes = Gauge("turnstile_store_spool_bytes", "Size of the spool on disk.", registry=registry)
        self.written = Counter("turnstile_store_rows_total", "Rows that the store took over.", registry=registry)
        self.lost = Counter(
            "turnstile_store_lost_rows_total",
            "Rows that are not kept: spool_full, unreadable (on disk), refused (by the store).",
            ["cause"],
            registry=registry,
        )
        for cause in ("spool_full", "unreadable", "refused"):
            self.lost.labels(cause)
        self.pruned = Counter("turnstile_store_pruned_rows_total", "Rows past their retention.", registry=registry)
        self.append = Histogram(
            "turnstile_store_append_seconds",
            "What recording costs the thread that counts.",
            buckets=APPEND_BUCKETS,
            registry=registry,
        )
        self.write = Histogram(
            "turnstile_store_write_seconds", "A transaction of the store.", buckets=WRITE_BUCKETS, registry=registry
        )
