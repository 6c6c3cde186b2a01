"""All webhooks of the configuration."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter
from sqlalchemy import URL

from proto.turnstile_pb2 import Directory
from services.common.config import WebhookConfig
from services.common.store.engine import open_store
from services.inference.webhooks.crossing_feed import CrossingFeed
from services.inference.webhooks.sender import Sender


class Webhooks:
    """Tells others what happens.

    Args:
        hooks: By name.
        url: Of the store, which another part makes.
        registry: For the metrics.
    """

    def __init__(self, hooks: Mapping[str, WebhookConfig], url: URL, registry: CollectorRegistry) -> None:
        results = Counter(
            "turnstile_webhook_requests_total",
            "Requests of webhooks, by result: delivered, refused (not sent again), failed (sent again).",
            ["webhook", "result"],
            registry=registry,
        )
        for name in hooks:
            for result in ("delivered", "refused", "failed"):
                results.labels(name, result)
        self._engine = open_store(url, "use")
        self._senders = [Sender(name, hook, CrossingFeed(self._engine, name), results) for name, hook in hooks.items()]

    def start(self) -> None:
        """Begin to send."""
        for sender in self._senders:
            sender.start()

    def stop(self) -> None:
        """End."""
        for sender in self._senders:
            sender.stop()
        self._engine.dispose()

    def observe(self, directory: Directory) -> None:
        """Take note of what inference says of its cameras."""
        for sender in self._senders:
            sender.observe(directory)
