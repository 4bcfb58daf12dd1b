"""One full pass over every garage: take in what stands still, deliver what is due.

A garage's trouble is its own: whatever one of them does wrong, the others are served.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from math import inf
from typing import Literal

from connector.config import GarageConfig, SourceConfig
from connector.delivery import Delivered
from connector.errors import (
    AdapterFailed,
    ConfigError,
    ConnectorError,
    LedgerError,
    Mistake,
    SourceUnavailable,
)
from connector.igarage.client import Client
from connector.inbox import Lookout
from connector.intake import Intake, Scan
from connector.judging import Source
from connector.ledger import Pause
from connector.ledger import looking as look
from connector.ledger.looking import FileSummary
from connector.ledger.mails import brake
from connector.log import described
from connector.polling import Polling
from connector.service.garage import World, asked_of, set_aside, source_of
from connector.service.telling import telling_of

Trouble = Literal["configuration", "not_authorised", "not_connected", "unexpected"]

NO_TOKEN = "token_unusable"  # noqa: S105  # the code of a pause
NOT_AUTHORISED = frozenset({"unauthorised", "forbidden", "wrong_service", "other_garage", NO_TOKEN})
"""Codes of a pause that a person must end, with the token, the URL or iGarage's support."""


SIDE_BY_SIDE = 8
"""Garages that wait for a garage system of theirs at the same time, and sources of one garage that do."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass over one garage came to. `counts` are the passports of the garage afterwards, by state."""

    garage: str
    scans: tuple[Scan, ...] = ()
    delivered: Delivered = field(default_factory=Delivered)
    counts: Mapping[str, int] | None = None
    troubles: tuple[Trouble, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    braked: bool = False
    """Whether invitations wait for a person, for they are more than go on one day without asking."""

    def balance(self, count: str) -> int:
        """The sum of a count over the files that this pass took."""
        return sum(getattr(file, count) for scan in self.scans for file in scan.read if file.state == "taken")

    @property
    def has_questions(self) -> bool:
        """Whether something is left: a new rejection, or anything held or pending."""
        counts = self.counts or {}
        held_files = any(scan.state == "held" for scan in self.scans)
        if held_files or self.braked:
            return True
        return bool(self.balance("new_rejected") or counts.get("held") or counts.get("pending"))


def run_once(garages: Sequence[GarageConfig], world: World) -> list[Pass]:
    """One full pass. Waits out `settle` once, for all; garages that poll wait for nobody, and nobody for them.

    Raises `LedgerError` when the ledger itself cannot go on.
    """
    lookouts = {garage.garage: _first_looks(garage, world) for garage in garages}
    if any(lookout.sees_files for each in lookouts.values() for lookout in each.values()):
        world.wait(max(source.settle for garage in garages for source in garage.watched))
    crew = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="garage")
    try:
        polling = {
            garage.garage: crew.submit(_serve, garage, lookouts[garage.garage], world)
            for garage in garages
            if garage.polled
        }
        others = (garage for garage in garages if not garage.polled)
        passes = {garage.garage: _serve(garage, lookouts[garage.garage], world) for garage in others}
        passes |= {name: each.result() for name, each in polling.items()}
    except BaseException as error:
        world.stop.set()  # what still polls ends with its page; who pressed Ctrl-C waits for no far host
        crew.shutdown(wait=isinstance(error, Exception), cancel_futures=True)
        raise
    crew.shutdown()
    return [passes[garage.garage] for garage in garages]


def _first_looks(garage: GarageConfig, world: World) -> dict[str, Lookout]:
    """Lookouts that have looked once. They need not measure how long a file stands still: the pass waits for that."""
    lookouts = {source.name: world.lookout(source, settle=0) for source in garage.watched}
    for lookout in lookouts.values():
        with suppress(SourceUnavailable):  # a folder that cannot be listed now is told of by the scan
            lookout.look()
    return lookouts


def _serve(garage: GarageConfig, lookouts: Mapping[str, Lookout], world: World) -> Pass:
    try:
        return _pass(garage, lookouts, world)
    except ConfigError as error:
        return Pass(garage.garage, troubles=("configuration",), mistakes=error.mistakes)
    except LedgerError:
        raise
    except ConnectorError as error:
        world.log.error("service.garage_failed", garage=garage.garage, error=described(error))
        return Pass(garage.garage, troubles=("unexpected",))
    except Exception as error:  # one garage's defect must not stop the others
        world.log.error("service.garage_broke", garage=garage.garage, error=described(error))
        return Pass(garage.garage, troubles=("unexpected",))


def _pass(garage: GarageConfig, lookouts: Mapping[str, Lookout], world: World) -> Pass:
    intake = world.intake(garage)
    intake.recover(garage.garage)
    accounts = world.ledger.fleet_accounts(garage.garage)
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="poll") as crew:
        polls = [
            crew.submit(_read, world, garage, each, partial(_polled, world, garage, each))
            for each in garage.polled
        ]
        watched = [
            _read(world, garage, each, partial(_scanned, intake, lookouts[each.name]), accounts)
            for each in garage.watched
        ]
        scans = (*watched, *(each.result() for each in polls))
    note_read(garage, {scan.source: scan for scan in scans}, world)
    result = Pass(garage.garage, scans)
    try:
        if garage.lists:
            world.lists(garage, garage.lists).write_now()
        else:
            with world.connect(garage, world.stop) as client:
                result = replace(result, delivered=_deliver(garage, client, world))
    except ConfigError as error:  # there is no token, or none any more
        world.ledger.pause(garage.garage, Pause(NO_TOKEN, None, world.probing, world.chance(), is_probe=True))
        result = replace(result, delivered=Delivered(paused=NO_TOKEN), mistakes=error.mistakes)
    if telling := telling_of(garage, world):
        telling.tell()
    with world.ledger.looking() as connection:
        now, today = world.now(), world.today(garage)()
        counts = look.counts(connection, garage.garage, now)
        braked = brake(connection, garage.garage, garage.brake.mails, today, now).is_closed
    return replace(result, counts=counts, troubles=tuple(_troubles(result)), braked=braked)


def _read(
    world: World,
    garage: GarageConfig,
    config: SourceConfig,
    read: Callable[[Source], Scan],
    accounts: Collection[str] | None = None,
) -> Scan:
    """What a source gives; one whose adapter cannot be used stands alone."""
    try:
        source = source_of(garage, config, accounts)
    except AdapterFailed as error:
        return Scan(config.name, "unavailable", set_aside(garage, config, error, world.ledger))
    return read(source)


def _scanned(intake: Intake, lookout: Lookout, source: Source) -> Scan:
    return intake.scan(source, lookout)


def _polled(world: World, garage: GarageConfig, config: SourceConfig, source: Source) -> Scan:
    """One whole poll of a source."""
    polling = Polling(world.intake(garage), world.monotonic, world.stop)
    with world.reach(config, world.stop) as session:
        read: list[FileSummary] = []
        while True:
            polled = polling.poll(source, session, asked_of(garage, config), seconds=inf)
            read += polled.read
            if not polled.more or world.stop.is_set():
                return replace(polled, read=tuple(read))


def _deliver(garage: GarageConfig, client: Client, world: World) -> Delivered:
    """Hear once what iGarage learned of addresses, and then deliver: nobody is mailed where it knows better.

    A feed that fails is no reason to deliver nothing: whether iGarage is there, another greeting tells. What batches
    tell may ask for more. Last comes the nightly statement, where it is due.
    """
    delivery = world.delivery(garage, client)
    if paused := delivery.greet():
        return Delivered(paused=paused)
    heard = world.feedback(garage, client).follow()
    if heard.failed and (paused := delivery.greet()):
        return Delivered(paused=paused)
    delivered = delivery.deliver_due()
    if not delivered.paused and world.batches(garage, client).tend().told:
        then = delivery.deliver_due(silent=delivered.silent)
        delivered = Delivered(
            delivered.done + then.done,
            delivered.refused + then.refused,
            delivered.failed + then.failed,
            then.paused,
            then.silent,
        )
    if not delivered.paused:
        world.stating(garage, client).make()
    return delivered


def note_read(garage: GarageConfig, scans: Mapping[str, Scan], world: World) -> None:
    """After a rescue a garage is written to again when each of its sources has spoken: until then it is old news."""
    whole = [each.name for each in garage.sources if each.contains == "all"]
    speak = whole or [each.name for each in garage.sources]
    spoken = all(name in scans and scans[name].saw_files and scans[name].state == "ok" for name in speak)
    if spoken and world.ledger.standing(garage.garage).unread:
        world.ledger.note_read(garage.garage)


def _troubles(result: Pass) -> list[Trouble]:
    troubles: list[Trouble] = ["configuration"] if result.mistakes else []
    paused = result.delivered.paused
    if paused:
        troubles.append("not_authorised" if paused in NOT_AUTHORISED else "not_connected")
    if any(scan.state in ("unavailable", "paused") for scan in result.scans):
        troubles.append("not_connected")
    return troubles
