"""The thread that sends one webhook's events, until each has arrived or was refused."""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import Final

from prometheus_client import Counter

from proto.turnstile_pb2 import Directory
from services.common.backoff import Backoff
from services.common.config import WebhookConfig
from services.common.store.errors import StoreError
from services.inference.webhooks.crossing_feed import CrossingFeed, crossing_event
from services.inference.webhooks.post import RefusedError, UndeliveredError, post
from services.inference.webhooks.watcher import Event, Watcher

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
RETRY_FIRST_SECONDS: Final = 1.0
RETRY_MAX_SECONDS: Final = 300.0
STOP_SECONDS: Final = 0.5
# Of cameras and crowds, which no store remembers: the oldest go.
KEEP: Final = 1000


class Sender:
    """Sends crossings from the store, and what the directory tells, each in its order.

    Args:
        name: Of the webhook.
        hook: Whom to tell of what.
        feed: The crossings.
        results: Counts by webhook and result: delivered, refused, failed.
    """

    def __init__(self, name: str, hook: WebhookConfig, feed: CrossingFeed, results: Counter) -> None:
        self._name = name
        self._hook = hook
        self._feed = feed
        self._results = results
        self._watcher = Watcher(hook.crowded)
        self._waiting: deque[Event] = deque(maxlen=KEEP)
        self._stop = threading.Event()
        self._cause = ""
        self._thread = threading.Thread(target=self._run, name=f"webhook-{name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; a crossing that did not arrive is sent again by the next process."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS)

    def observe(self, directory: Directory) -> None:
        """Send what ``directory`` brings, soon."""
        self._waiting.extend(event for event in self._watcher.observe(directory) if event["event"] in self._hook.events)

    def _run(self) -> None:
        backoff = Backoff(RETRY_FIRST_SECONDS, RETRY_MAX_SECONDS)
        while not self._stop.is_set():
            try:
                self._send_waiting()
                if "crossing" in self._hook.events:
                    self._send_crossings()
            except (UndeliveredError, StoreError) as error:
                self._note(str(error))
                self._results.labels(self._name, "failed").inc()
                self._stop.wait(backoff.delay())
            else:
                self._note("")
                backoff.reset()
                self._stop.wait(LOOK_SECONDS)

    def _send_waiting(self) -> None:
        while self._waiting and not self._stop.is_set():
            event = self._waiting[0]
            self._send(event)
            if self._waiting and self._waiting[0] is event:  # a full queue may have dropped it meanwhile
                self._waiting.popleft()

    def _send_crossings(self) -> None:
        while rows := self._feed.next():
            for row in rows:
                if self._stop.is_set():
                    return
                self._send(crossing_event(row))
                self._feed.done(row)

    def _send(self, event: Event) -> None:
        try:
            post(self._hook.url, self._hook.secret.get_secret_value(), event)
            self._results.labels(self._name, "delivered").inc()
        except RefusedError as error:
            self._note(str(error))
            self._results.labels(self._name, "refused").inc()

    def _note(self, cause: str) -> None:
        if cause and cause != self._cause:
            log.warning("webhook %s: %s", self._name, cause)
        self._cause = cause
