"""Feedback: follows what iGarage learns of addresses, page by page; it judges and mails nothing itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from connector.backoff import Probing
from connector.errors import DeliveryError, Refused
from connector.igarage.client import Client
from connector.ledger import Ledger
from connector.log import Log
from connector.plan import Policy

PAGE = 500
"""Items asked for at a time."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What following the feed came to. `judged`: addresses; `failed`: the code for which it broke off, or None."""

    judged: int = 0
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """The feedback loop of one garage. `today` is the garage's local date; `stop` ends it between two pages."""

    garage: str
    ledger: Ledger
    client: Client
    policy: Policy
    today: Callable[[], date]
    chance: Callable[[], float]
    probing: Probing
    log: Log
    stop: threading.Event

    def follow(self) -> Heard:
        """Read the feed to its end. What breaks it off is tried another time; what concerns the garage pauses it."""
        judged, more = 0, True
        try:
            while more and not self.stop.is_set():
                heard, more = self._next_page()
                judged += heard
        except DeliveryError as error:
            self.ledger.pause_after(self.garage, error, self.probing, self.chance())
            self.log.warning("feedback.failed", garage=self.garage, code=error.code, status=error.status)
            return Heard(judged, error.code)
        self.log.info("feedback.followed", garage=self.garage, changed=judged)
        return Heard(judged)

    def _next_page(self) -> tuple[int, bool]:
        """Hear one page; how many addresses it judged, and whether another follows."""
        after = self.ledger.address_book.feed_cursor(self.garage)
        try:
            page = self.client.email_changes(after, PAGE)
        except Refused as error:
            if after is None or error.status != 400:
                raise
            self.log.warning("feedback.started_over", garage=self.garage)
            self.ledger.address_book.start_feed_over(self.garage)
            return 0, True
        heard = self.ledger.address_book.hear_feed(
            self.garage, page.items, self.policy, self.today(), after=after, onward=page.next
        )
        return heard or 0, page.more and page.next != after
