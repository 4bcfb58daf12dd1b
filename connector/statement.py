"""The nightly statement: after iGarage's run it is asked what it has of some passports, and one line tells of it.

It asks one passport at a time, and only while nothing else is to be done for the garage. Nothing is mailed, made or
written over: what differs becomes a question, in the transaction that keeps the statement.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from connector.backoff import Probing
from connector.comparing import difference
from connector.errors import DeliveryError
from connector.igarage.client import Client
from connector.ledger import Ledger
from connector.ledger.statement_book import StatementBook
from connector.ledger.stating import Candidate, Heard
from connector.log import Log
from connector.plan import Policy
from connector.rounds import UNTOLD, USUAL_RUN, due_round, run_of, turn_of, wall_clock, zone_named

ENOUGH = 3
"""Passports in a row about which nothing came back: it is the service then, and it is asked another time."""
Follow = Callable[[], str | None]
"""Follows the feed of address changes; the code for which that broke off, or None."""


@dataclass(slots=True)
class Round:
    """A statement under way. `begun` is when its passports were chosen; `left` are those still to be asked about."""

    day: date
    begun: datetime
    left: list[Candidate]
    heard: list[Heard] = field(default_factory=list)

    @property
    def needs_the_feed(self) -> bool:
        """Whether an address differs: the feed may tell why by now."""
        return any(difference(each.facts, answer) == "other_address" for each, answer in self.heard)


@dataclass(slots=True)
class Stating:
    """The statements of one garage. `sample`: passports asked about at random, beside those of the night (0: no
    statement is made); `whole`: its sources that export all their customers. `chance` draws from [0, 1)."""

    garage: str
    ledger: Ledger
    client: Client
    sample: int
    whole: Collection[str]
    policy: Policy
    today: Callable[[], date]
    zone: ZoneInfo
    now: Callable[[], datetime]
    chance: Callable[[], float]
    probing: Probing
    log: Log
    stop: threading.Event
    follow: Follow
    under_way: Round | None = field(init=False, default=None)

    @property
    def book(self) -> StatementBook:
        """Where the ledger keeps them."""
        return self.ledger.statement_book

    def make(self, may_ask: Callable[[], bool] = lambda: True) -> str | None:
        """Make the statement that is due, if one is; the code for which it broke off, or None.

        Whenever it may not ask it leaves off, and goes on the next time.
        """
        self.under_way = self.under_way or self._begun()
        if self.under_way is None:
            return None
        failed = self._ask(self.under_way, may_ask)
        if failed is None and not self.under_way.left:
            failed = self._write(self.under_way)
        if failed:
            self.log.info("statement.put_off", garage=self.garage, code=failed)
        return failed

    def _begun(self) -> Round | None:
        """The round that is due: once for each run of iGarage, when its batches have told; the first is the next."""
        if self.sample == 0:
            return None
        terms = self.ledger.batch_book.terms(self.garage)
        at, zone = wall_clock(terms.at) or USUAL_RUN, zone_named(terms.zone, self.zone)
        now = self.now()
        day = due_round(now, at, timedelta(0), zone)
        turn = turn_of(day, self.book.stated_for(self.garage))
        if turn == "first":
            self.book.begin(self.garage, day)
        if turn != "due" or (now - run_of(day, at, zone) < UNTOLD and self._waits_for_batches(now)):
            return None
        return Round(day, now, self.book.candidates(self.garage, self.sample, self.chance))

    def _waits_for_batches(self, now: datetime) -> bool:
        """Whether a batch that was to be run has not told its results."""
        return any(each.run_at and each.run_at <= now for each in self.ledger.batch_book.open(self.garage))

    def _ask(self, under_way: Round, may_ask: Callable[[], bool]) -> str | None:
        """Ask about what is left, while that may be; the code for which it broke off, or None."""
        in_vain = 0
        while under_way.left and not self.stop.is_set() and may_ask():
            candidate = under_way.left[-1]
            try:
                under_way.heard.append((candidate, self.client.look(candidate.plate)))
            except DeliveryError as error:
                in_vain += 1
                pauses = self.ledger.pause_after(self.garage, error, self.probing, self.chance())
                if pauses or in_vain == ENOUGH:
                    return error.code
            else:
                in_vain = 0
            under_way.left.pop()
        return None

    def _write(self, under_way: Round) -> str | None:
        """Keep the statement; first what the feed tells of addresses that differ is heard."""
        if under_way.needs_the_feed and (failed := self.follow()):
            return failed
        made = self.book.state(
            self.garage,
            under_way.day,
            under_way.begun,
            under_way.heard,
            self.whole,
            self.policy,
            self.today(),
        )
        self.under_way = None
        tell = self.log.warning if made.is_out_of_proportion else self.log.info
        tell("statement.made", garage=self.garage, statement=made.line)
        return None
