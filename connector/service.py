"""The running service: one full pass over every garage.

A garage's trouble is its own: whatever one of them does wrong, the others are served.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from connector import adapters, inbox
from connector.config import GarageConfig, SourceConfig
from connector.delivery import Delivered, Delivery
from connector.errors import ConfigError, ConnectorError, Mistake, SourceUnavailable
from connector.igarage.client import Client
from connector.intake import Intake, Scan, Source
from connector.ledger import Ledger
from connector.ledger import looking as look
from connector.log import Log, described
from connector.plan import Policy

Connect = Callable[[GarageConfig, threading.Event], AbstractContextManager[Client]]
"""Makes the client of a garage; the event ends its waits."""
Trouble = Literal["configuration", "not_authorised", "not_connected", "unexpected"]

NO_TOKEN = "token_unusable"  # noqa: S105  # the code of a pause
NOT_AUTHORISED = frozenset({"unauthorised", "forbidden", "wrong_service", "other_garage", NO_TOKEN})
"""Codes of a pause that a person must end, with the token, the URL or iGarage's support."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass over one garage came to. `counts` are the passports of the garage afterwards, by state."""

    garage: str
    scans: tuple[Scan, ...] = ()
    delivered: Delivered = field(default_factory=Delivered)
    counts: Mapping[str, int] | None = None
    troubles: tuple[Trouble, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    def balance(self, count: str) -> int:
        """The sum of a count over the files that this pass took."""
        return sum(getattr(file, count) for scan in self.scans for file in scan.read if file.state == "taken")

    @property
    def has_questions(self) -> bool:
        """Whether something is left: a new rejection, or anything held or pending."""
        counts = self.counts or {}
        held_files = any(scan.state == "held" for scan in self.scans)
        return bool(held_files or self.balance("new_rejected") or counts.get("held") or counts.get("pending"))


@dataclass(frozen=True, slots=True)
class Service:
    """Serves garages from one ledger. `wait` sleeps, or ends early when the service is to stop."""

    ledger: Ledger
    connect: Connect
    now: Callable[[], datetime]
    chance: Callable[[], float]
    wait: Callable[[float], object]
    log: Log
    stop: threading.Event

    def run_once(self, garages: Sequence[GarageConfig]) -> list[Pass]:
        """One full pass: take in what stands still, deliver what is due. Waits out `settle` once."""
        looks = {garage.garage: _first_looks(garage) for garage in garages}
        if any(listing for listings in looks.values() for listing in listings.values()):
            self.wait(max(source.settle for garage in garages for source in garage.sources))
        return [self._serve(garage, looks[garage.garage]) for garage in garages]

    def _serve(self, garage: GarageConfig, looks: Mapping[str, inbox.Listing]) -> Pass:
        try:
            return self._pass(garage, looks)
        except ConfigError as error:
            return Pass(garage.garage, troubles=("configuration",), mistakes=error.mistakes)
        except ConnectorError as error:
            self.log.error("service.garage_failed", garage=garage.garage, error=described(error))
            return Pass(garage.garage, troubles=("unexpected",))
        except Exception as error:  # one garage's defect must not stop the others
            self.log.error("service.garage_broke", garage=garage.garage, error=described(error))
            return Pass(garage.garage, troubles=("unexpected",))

    def _pass(self, garage: GarageConfig, looks: Mapping[str, inbox.Listing]) -> Pass:
        intake = Intake(self.ledger, policy_of(garage), self._today(garage), self.now, self.log)
        intake.recover(garage.garage)
        scans = tuple(intake.scan(source_of(garage, source), looks[source.name]) for source in garage.sources)
        result = Pass(garage.garage, scans)
        try:
            with self.connect(garage, self.stop) as client:
                result = replace(result, delivered=self._delivery(garage, client).deliver_due())
        except ConfigError as error:  # there is no token, or none any more
            self.ledger.pause(garage.garage, NO_TOKEN)
            result = replace(result, delivered=Delivered(paused=NO_TOKEN), mistakes=error.mistakes)
        with self.ledger.looking() as connection:
            counts = look.counts(connection, garage.garage, self.now())
        return replace(result, counts=counts, troubles=tuple(_troubles(result)))

    def _delivery(self, garage: GarageConfig, client: Client) -> Delivery:
        return Delivery(
            garage=garage.garage,
            ledger=self.ledger,
            client=client,
            policy=policy_of(garage),
            today=self._today(garage),
            now=self.now,
            chance=self.chance,
            timeout=garage.igarage.timeout,
            workers=garage.delivery.workers,
            retry=garage.delivery.retry.policy,
            log=self.log,
            stop=self.stop,
        )

    def _today(self, garage: GarageConfig) -> Callable[[], date]:
        return lambda: self.now().astimezone(garage.zone).date()


def policy_of(garage: GarageConfig) -> Policy:
    """What the garage wants, as the plan takes it."""
    return Policy(send=garage.delivery.send)


def source_of(garage: GarageConfig, source: SourceConfig) -> Source:
    """A configured source with its adapter. Raises `AdapterFailed`."""
    return Source(
        garage=garage.garage,
        name=source.name,
        watch=source.watch,
        patterns=source.pattern,
        contains=source.contains,
        adapter=adapters.load(source.adapter),
        settings=source.settings,
    )


def _first_looks(garage: GarageConfig) -> dict[str, inbox.Listing]:
    return {source.name: _first_look(source) for source in garage.sources}


def _first_look(source: SourceConfig) -> inbox.Listing:
    """A folder that cannot be listed now is told of by the scan, which looks again."""
    try:
        return inbox.listing(source.watch, source.pattern)
    except SourceUnavailable:
        return {}


def _troubles(result: Pass) -> list[Trouble]:
    troubles: list[Trouble] = ["configuration"] if result.mistakes else []
    paused = result.delivered.paused
    if paused:
        troubles.append("not_authorised" if paused in NOT_AUTHORISED else "not_connected")
    if any(scan.state == "unavailable" for scan in result.scans):
        troubles.append("not_connected")
    return troubles
