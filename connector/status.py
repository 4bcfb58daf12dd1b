"""How every garage stands, as a value: what `status` prints, and what monitoring reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from connector.comparing import Statement
from connector.config import GarageConfig, ListFileConfig, Loaded
from connector.ledger import Ledger, consents, leaves, listing, missing, stating
from connector.ledger import looking as look
from connector.ledger.fleets import known as fleet_accounts
from connector.ledger.garages import Standing, standing
from connector.ledger.listing import CustomerList
from connector.ledger.looking import FileSummary, SourceSummary
from connector.ledger.mails import Brake, brake
from connector.ledger.rescue import told
from connector.ledger.room import Room
from connector.service import fleets_of

Health = Literal["ok", "degraded", "paused", "error"]

NO_ROOM = "de schijf van de koppeling is vol: er wordt niets ingelezen tot er ruimte is; maak ruimte"
NOT_CLEANED = (
    "wie op verzoek is vergeten staat nog in de bestanden van de koppeling: dat verdwijnt vanzelf zodra de dienst "
    "draait en de schijf twee keer de grootte van de administratie vrij heeft"
)
TOO_MANY_MAILS = (
    "{0.due} uitnodigingen wachten: vandaag zouden er {0.wanted} gaan, en meer dan {0.limit} op één dag gaan niet "
    "vanzelf; kijk of dat klopt en geef ze vrij met release --mails AANTAL of release --all"
)
NO_CONSENT = (
    "bron {}: in de laatste export ontbreekt de kolom met toestemming of afmelding; uit deze bron wordt niemand "
    "uitgenodigd tot een export haar weer heeft"
)
NO_ACCOUNT = (
    "iGarage kent Wagenparkaccount {} uit delivery.fleet_accounts niet: die auto's gaan zonder; herstel de id in het "
    "garagebestand"
)
ALL_DIFFERS = (
    "iGarage heeft van {0.differences} van de {0.asked} AutoPaspoorten waarnaar is gevraagd iets anders dan hier "
    "bekend is: vraag iGarage wat daar is gebeurd"
)
UNWRITTEN = (
    "klantenlijst {0.number} met {0.passports} AutoPaspoorten kan niet naar de map {1} worden geschreven: maak die map "
    "schrijfbaar"
)
UNCONFIRMED = (
    "klantenlijst {0.number} ({0.name}) wacht: upload hem in iGarage {1} het vinkje versturen, en meld het met batches "
    "done {0.number}"
)
NOTHING_READ = "er is nog niets gelezen: zet een export in de map"
NOTHING_POLLED = "er is nog niets gelezen: het garagesysteem wordt vanzelf bevraagd als de dienst draait"
LONGEST_READ = timedelta(minutes=30)
"""So long a file may be read or accepted before its source is held to be stuck."""
LONGEST_POLL = 3600.0
"""Seconds: so long a polled source may be silent, for its garage system asks to wait, or does not let it in."""
GRACE = timedelta(seconds=10)
REMEMBERED = timedelta(days=14)
"""So long `status` tells of a ledger that was rescued."""

PAUSES = {
    "unauthorised": "iGarage kent het token niet: zet een geldig token in het tokenbestand",
    "forbidden": "iGarage laat deze garage niet toe: vraag iGarage of de koppeling aan staat",
    "wrong_service": "op dit adres antwoordt geen iGarage: controleer igarage.url",
    "other_garage": "het token hoort bij een andere garage: zet het token van deze garage terug",
    "token_unusable": "het token ontbreekt, is leeg of beschadigd: zet een geldig token in het tokenbestand",
    "slow_down": "iGarage vraagt om te wachten: het gaat vanzelf verder",
    "unavailable": "iGarage is even niet beschikbaar: het gaat vanzelf verder",
    "unreachable": "iGarage is niet te bereiken: controleer de internetverbinding",
    "redirected": "er antwoordt iets anders dan iGarage: controleer de internetverbinding en igarage.url",
    "bad_answer": "er antwoordt iets anders dan iGarage: controleer de internetverbinding en igarage.url",
    "tls": "de verbinding met iGarage is niet te vertrouwen: controleer de klok en igarage.url",
}
"""Why a garage is paused and what to do, in a person's words."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source stands. `last_file` is the name of the last file that was taken or held.

    `leave`: the findings for which a person let the next file pass.
    """

    name: str
    adapter: str
    state: str
    last_scan: datetime | None
    last_file: str | None
    warnings: dict[str, int]
    message: str | None
    leave: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PauseStatus:
    """Why nothing is asked of iGarage, since when, and what is being done: probes in vain, and when the next is due.

    `until`: before then nothing is asked at all, for iGarage said so.
    """

    code: str
    since: datetime | None
    until: datetime | None
    probes: int
    next_probe: datetime | None


LedgerState = Literal["ok", "full", "unclean", "rescued"]
"""`unclean`: something that an erasure removed still lies in the files of the ledger."""


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """Whether the service runs (`pid` 0: it cannot be told which process), and how its ledger stands."""

    running: bool
    pid: int | None
    ledger: LedgerState
    message: str | None


@dataclass(frozen=True, slots=True)
class ListStatus:
    """A customer list that waits for a person. `written_at` None: it could not be written yet."""

    number: int
    name: str
    send: bool
    passports: int
    written_at: datetime | None
    message: str


@dataclass(frozen=True, slots=True)
class GarageStatus:
    """How a garage stands. `message` is one Dutch sentence on what to do next."""

    garage: str
    state: Health
    message: str
    passports: dict[str, int]
    invitations: dict[str, int]
    rejected_rows: int
    sources: tuple[SourceStatus, ...]
    last_contact: datetime | None
    pause: PauseStatus | None = None
    unknown_fleet_accounts: tuple[str, ...] = ()
    """The ids in `delivery.fleet_accounts` that iGarage does not have: their cars go without."""
    missing: int = 0
    """Passports whose plate no export names any more; nothing is withdrawn for that."""
    statement: Statement | None = None
    """What the last nightly statement came to; None where none was made."""
    lists: tuple[ListStatus, ...] = ()
    """The customer lists of which nobody has said yet what became of them, oldest first."""


def version() -> str:
    """The installed version of this program."""
    return metadata.version("igarage-connector")


def garage_status(
    garage: GarageConfig, ledger: Ledger, now: datetime, *, running: bool = False
) -> GarageStatus:
    """How one garage stands now. `running`: the service runs, so that every source should be looked at."""
    with ledger.looking() as connection:
        name = garage.garage
        counts = look.counts(connection, name, now)
        held = look.file_summaries(connection, name, "held")
        judged = look.file_summaries(connection, name, "taken", "held")
        sources = {each.source: each for each in look.source_summaries(connection, name)}
        stands = standing(connection, name)
        found = tuple(
            _source(
                source.name,
                source.adapter,
                sources.get(source.name),
                judged,
                look.warnings(connection, name, source.name),
            )
            for source in garage.sources
        )
        given = leaves.standing(connection, name)
        found = tuple(replace(each, leave=tuple(given.get(each.name, ()))) for each in found)
        if running:
            busy = {each.source for each in look.file_summaries(connection, name, "reading", "accepting")}
            found = tuple(_looked_after(each, garage, busy, now) for each in found)
        pause = _pause(stands.at(now))
        paused, day = _paused(pause, garage, now) if pause else None, look.next_day(connection, name)
        lacking = consents.lacking(connection, name)
        braked = brake(connection, name, garage.brake.mails, now.astimezone(garage.zone).date(), now)
        lists = tuple(_lists(connection, garage))
        fleets = fleets_of(garage, fleet_accounts(connection, name))
        watches = bool(garage.watched)
        statement = stating.last(connection, name)
        health, message = _judge(
            paused, counts, held, found, day, lacking, braked, fleets.lacking, statement, watches=watches
        )
        if health == "ok" and lists and garage.lists:
            health, message = "degraded", lists[0].message
        return GarageStatus(
            garage=name,
            state=health,
            message=message,
            passports={"total": sum(counts.values()), **counts},
            invitations=look.invitations(connection, name),
            rejected_rows=len(look.rejected(connection, name, everything=False)),
            sources=found,
            last_contact=stands.last_contact,
            pause=pause,
            unknown_fleet_accounts=tuple(fleets.lacking),
            missing=missing.count(connection, name),
            statement=statement,
            lists=lists,
        )


def _lists(connection: Connection, garage: GarageConfig) -> Iterator[ListStatus]:
    for state in ("composed", "listed"):
        for each in listing.lists(connection, garage.garage, state):
            said = (each.number, each.name, each.sends, each.passports, each.run_at)
            yield ListStatus(*said, _what_to_do(each, garage.lists))


def _what_to_do(made: CustomerList, config: ListFileConfig | None) -> str:
    if made.run_at is None:
        return UNWRITTEN.format(made, config.folder if config else "van delivery.list_file")
    return UNCONFIRMED.format(made, "mét" if made.sends else "zónder")


def service_status(ledger: Ledger, folder: Path | None, process: int | None, now: datetime) -> ServiceStatus:
    """How the service itself stands. `folder` is the state folder, `process` the one that serves it (None: none)."""
    state, message = _ledger_state(ledger, folder, now)
    return ServiceStatus(process is not None, process, state, message)


def _ledger_state(ledger: Ledger, folder: Path | None, now: datetime) -> tuple[LedgerState, str | None]:
    if folder is not None and Room(folder).given_up:
        return "full", NO_ROOM
    if ledger.erasures.unclean():
        return "unclean", NOT_CLEANED
    with ledger.looking() as connection:
        rescued = told(connection)
    if rescued is None or now - rescued.at > REMEMBERED:
        return "ok", None
    aside = f"de oude staat apart als ledger.sqlite3.damaged-{rescued.stamp}"
    if rescued.restored == "backup":
        return "rescued", f"de administratie was beschadigd en is uit de reservekopie hersteld; {aside}"
    return "rescued", f"de administratie was beschadigd en is opnieuw begonnen, zonder reservekopie; {aside}"


def broken_garages(loaded: Loaded) -> list[GarageStatus]:
    """The garages whose file is wrong: they do not start until it is mended."""
    runs = {garage.garage for garage in loaded.garages}  # but for a source of which the adapter is broken
    first = {each.file.stem: each for each in reversed(loaded.mistakes) if each.file.stem not in runs}
    nothing = dict.fromkeys(("total", *look.STATES), 0), dict.fromkeys(look.INVITATIONS, 0)
    message = "het garagebestand klopt niet, regel {}: voer config check uit en herstel het"
    return [
        GarageStatus(name, "error", message.format(mistake.line), *nothing, 0, (), None)
        for name, mistake in sorted(first.items())
    ]


def as_json(service: ServiceStatus, statuses: list[GarageStatus]) -> dict[str, Any]:
    """The statuses as `status --json` prints them; instants in RFC 3339."""
    return {
        "version": version(),
        "service": {"running": service.running, "pid": service.pid},
        "ledger": {"state": service.ledger, "message": service.message},
        "garages": statuses,
    }


def _pause(stands: Standing) -> PauseStatus | None:
    if stands.paused_code is None:
        return None
    return PauseStatus(
        stands.paused_code, stands.paused_since, stands.paused_until, stands.probes, stands.probe_at
    )


def _paused(pause: PauseStatus, garage: GarageConfig, now: datetime) -> str:
    """Since when, why, what to do and what is being done, in one sentence."""
    why = PAUSES.get(pause.code, "iGarage antwoordt niet: het wordt vanzelf opnieuw geprobeerd")
    since = f"sinds {_clock(pause.since, garage, now)} gepauzeerd" if pause.since else "gepauzeerd"
    if pause.next_probe is None:
        return f"{since}: {why}"
    tries = f"na {pause.probes} keer vergeefs; " if pause.probes > 1 else ""
    return f"{since}: {why} ({tries}volgende poging om {_clock(pause.next_probe, garage, now)})"


def _clock(instant: datetime, garage: GarageConfig, now: datetime) -> str:
    """A time as the garage's clock shows it, with the date where it is not today's."""
    local, today = instant.astimezone(garage.zone), now.astimezone(garage.zone).date()
    return local.strftime("%H:%M" if local.date() == today else "%d-%m %H:%M")


def _source(
    name: str,
    adapter: str,
    summary: SourceSummary | None,
    judged: list[FileSummary],
    warnings: dict[str, int],
) -> SourceStatus:
    last = next((file.name for file in judged if file.source == name), None)
    if summary is None:
        return SourceStatus(name, adapter, "new", None, last, warnings, "nog niet bekeken")
    return SourceStatus(name, adapter, summary.state, summary.last_scan, last, warnings, summary.message)


def _looked_after(source: SourceStatus, garage: GarageConfig, busy: set[str], now: datetime) -> SourceStatus:
    """A source that the running service has not looked at for long: it cannot write, or hangs on the folder."""
    config = next(each for each in garage.sources if each.name == source.name)
    every = config.scan_every if config.poll is None else max(config.poll, LONGEST_POLL)
    patience = LONGEST_READ if source.name in busy else timedelta(seconds=2 * every) + GRACE
    if source.last_scan is None or now - source.last_scan <= patience:
        return source
    since = _clock(source.last_scan, garage, now)
    return replace(
        source,
        state="unavailable",
        message=f"sinds {since} niet bekeken: de dienst hangt of kan niet schrijven",
    )


def _judge(
    paused: str | None,
    counts: dict[str, int],
    held: list[FileSummary],
    sources: tuple[SourceStatus, ...],
    next_day: date | None,
    lacking: list[str],
    braked: Brake,
    no_accounts: list[str],
    statement: Statement | None,
    *,
    watches: bool,
) -> tuple[Health, str]:
    """The worst that is true of a garage, and what to do about it."""
    if paused:
        return "paused", paused
    if away := [source for source in sources if source.state in ("unavailable", "paused")]:
        why = (away[0].message or "controleer de map").removesuffix(".")
        return "degraded", f"bron {away[0].name}: {why}"
    if held:
        return "degraded", f"bestand {held[0].name} wordt vastgehouden: {held[0].message}"
    if question := _question(counts, lacking, braked, statement):
        return "degraded", question
    if no_accounts:
        return "degraded", NO_ACCOUNT.format(no_accounts[0])
    return "ok", _all_is_well(counts, next_day, watches=watches)


def _question(
    counts: dict[str, int], lacking: list[str], braked: Brake, statement: Statement | None
) -> str | None:
    """What waits for a person, or for a better export; the first that is true."""
    if statement and statement.is_out_of_proportion:
        return ALL_DIFFERS.format(statement)
    if braked.is_closed:
        return TOO_MANY_MAILS.format(braked)
    if lacking:
        return NO_CONSENT.format(lacking[0])
    return f"{_number(counts['held'], 'wacht', 'wachten')} op een mens: zie held" if counts["held"] else None


def _all_is_well(counts: dict[str, int], next_day: date | None, *, watches: bool) -> str:
    if counts["pending"]:
        return (
            f"{_number(counts['pending'], 'staat', 'staan')} klaar voor iGarage: er hoeft niets te gebeuren"
        )
    if not any(counts.values()):
        return NOTHING_READ if watches else NOTHING_POLLED
    if next_day:
        return (
            "alles wat mag is bij iGarage; de volgende komt in het venster op "
            f"{next_day:%d-%m-%Y}: er hoeft niets te gebeuren"
        )
    if counts["waiting"]:
        return "alles wat mag is bij iGarage: er hoeft niets te gebeuren"
    return "alles is bij iGarage: er hoeft niets te gebeuren"


def _number(passports: int, does: str, do: str) -> str:
    return f"1 AutoPaspoort {does}" if passports == 1 else f"{passports} AutoPaspoorten {do}"
