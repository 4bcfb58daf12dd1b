"""One garage at work: its loops, made of its configuration and of the world they run in."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import requests

from connector import adapters
from connector.backoff import PROBING, Probing
from connector.batches import Batches
from connector.config import GarageConfig, ListFileConfig, SourceConfig
from connector.crash import CrashPoint, survive
from connector.delivery import LEASE_MARGIN, Delivery, longest_wait
from connector.errors import AdapterFailed
from connector.feedback import Feedback
from connector.fleets import Fleets, key
from connector.http import BoundedSession, SourceSession, system_trust
from connector.igarage.client import Client
from connector.inbox import Lookout
from connector.intake import Intake
from connector.judging import Source
from connector.ledger import Ledger
from connector.ledger.batch_book import By
from connector.lists import Lists
from connector.log import Log
from connector.plan import Policy
from connector.polling import Range
from connector.service.reaching import Reaching
from connector.statement import Stating
from connector.telling import LIMIT

Reach = Callable[[SourceConfig, threading.Event], AbstractContextManager[SourceSession]]
"""Makes the session of a polled source; the event ends its waits."""

PLUGIN_TIMEOUT = 10.0
"""Seconds for each read of what a plugin asks the garage's own system."""
Connect = Callable[[GarageConfig, threading.Event], AbstractContextManager[Client]]
"""Makes the client of a garage; the event ends its waits."""


@dataclass(frozen=True, slots=True)
class World:
    """What the service runs in. `wait` sleeps so many seconds, or ends early when the service is to stop."""

    ledger: Ledger
    connect: Connect
    log: Log
    stop: threading.Event
    wait: Callable[[float], None]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    probing: Probing = PROBING
    crash: CrashPoint = survive
    reach: Reach = field(default_factory=Reaching)

    @contextmanager
    def session(self, source: SourceConfig) -> Iterator[requests.Session]:
        """What a plugin tells the garage's own system with: as the source is polled, where it is."""
        if source.http is None:
            with BoundedSession(system_trust, PLUGIN_TIMEOUT) as session:
                yield session
        else:
            with self.reach(source, self.stop) as own:
                own.within(LIMIT)
                yield own

    def today(self, garage: GarageConfig) -> Callable[[], date]:
        """The garage's local date."""
        return lambda: self.now().astimezone(garage.zone).date()

    def intake(self, garage: GarageConfig) -> Intake:
        """The intake loop of a garage."""
        return Intake(
            self.ledger,
            policy_of(garage),
            self.today(garage),
            self.now,
            self.log,
            self.crash,
        )

    def lookout(self, source: SourceConfig, settle: float) -> Lookout:
        """A lookout on the folder of a source."""
        return Lookout(source.folder, source.pattern, settle, monotonic=self.monotonic, now=self.now)

    def delivery(self, garage: GarageConfig, client: Client) -> Delivery:
        """The delivery loop of a garage."""
        return Delivery(
            garage=garage.garage,
            ledger=self.ledger,
            client=client,
            policy=policy_of(garage),
            today=self.today(garage),
            now=self.now,
            monotonic=self.monotonic,
            wait=self.wait,
            chance=self.chance,
            timeout=garage.door.timeout,
            workers=garage.delivery.workers,
            route=garage.delivery.way,
            retry=garage.delivery.retry.policy,
            probing=self.probing,
            log=self.log,
            stop=self.stop,
        )

    def batches(self, garage: GarageConfig, client: Client) -> Batches:
        """The batches of a garage."""
        delivery = self.delivery(garage, client)
        return Batches(
            garage=garage.garage,
            ledger=self.ledger,
            client=client,
            workers=delivery.workers,
            route=delivery.route,
            by=delivery.by,
            zone=garage.zone,
            now=self.now,
            chance=self.chance,
            retry=delivery.retry,
            probing=self.probing,
            log=self.log,
            stop=self.stop,
        )

    def lists(self, garage: GarageConfig, config: ListFileConfig) -> Lists:
        """The customer lists of a garage."""
        retry, policy, today = garage.delivery.retry.policy, policy_of(garage), self.today(garage)
        return Lists(
            garage=garage.garage,
            ledger=self.ledger,
            folder=config.folder,
            at=config.time,
            most=config.max_rows,
            form=config.form,
            by=lambda: By(policy, today(), LEASE_MARGIN, longest_wait(retry)),
            zone=garage.zone,
            now=self.now,
            log=self.log,
            crash=self.crash,
        )

    def feedback(self, garage: GarageConfig, client: Client) -> Feedback:
        """The feedback loop of a garage."""
        return Feedback(
            garage=garage.garage,
            ledger=self.ledger,
            client=client,
            policy=policy_of(garage),
            today=self.today(garage),
            chance=self.chance,
            probing=self.probing,
            log=self.log,
            stop=self.stop,
        )

    def stating(self, garage: GarageConfig, client: Client) -> Stating:
        """The nightly statements of a garage."""
        return Stating(
            garage=garage.garage,
            ledger=self.ledger,
            client=client,
            sample=garage.statement.sample,
            whole=[source.name for source in garage.sources if source.contains == "all"],
            policy=policy_of(garage),
            today=self.today(garage),
            zone=garage.zone,
            now=self.now,
            chance=self.chance,
            probing=self.probing,
            log=self.log,
            stop=self.stop,
            follow=lambda: self.feedback(garage, client).follow().failed,
        )


def policy_of(garage: GarageConfig) -> Policy:
    """What the garage wants, as the plan takes it."""
    select = garage.delivery.select
    return Policy(
        send=garage.delivery.send,
        select=select.window if select else None,
        suspect=garage.addresses.suspect.suspects,
        owner_change=garage.delivery.owner_change,
        mails=garage.brake.mails,
        shared_limit=garage.addresses.shared_limit,
        by_list=garage.lists is not None,
    )


def fleets_of(garage: GarageConfig, accounts: Collection[str] | None = None) -> Fleets:
    """What the garage's file says of fleets, beside the Wagenparkaccounts that iGarage has (None: it has not said)."""
    names = {key(name): account for name, account in garage.delivery.fleet_accounts.items()}
    return Fleets(names, None if accounts is None else frozenset(accounts))


def source_of(garage: GarageConfig, source: SourceConfig, accounts: Collection[str] | None = None) -> Source:
    """A configured source with its adapter; `accounts` as in `fleets_of`. Raises `AdapterFailed`."""
    if source.unusable:
        raise AdapterFailed(source.unusable)
    return Source(
        garage=garage.garage,
        name=source.name,
        watch=source.watch or Path(),
        patterns=source.pattern,
        contains=source.contains,
        adapter=adapters.load(source.adapter),
        settings=source.settings,
        archive=source.archive,
        limits=garage.brake.limits,
        own=garage.addresses.own,
        fleets=fleets_of(garage, accounts),
    )


def set_aside(garage: GarageConfig, source: SourceConfig, error: AdapterFailed, ledger: Ledger) -> str:
    """Note that a source's adapter itself cannot be used: the source stands alone. Why, as it is shown."""
    ledger.note_source(garage.garage, source.name, source.adapter, "unavailable", str(error))
    return str(error)


def asked_of(garage: GarageConfig, source: SourceConfig) -> Range:
    """What is asked of a polled source."""
    return Range(source.since, timedelta(seconds=source.lag), garage.zone)
