"""How every garage stands, as a value: what `status` prints, and what monitoring reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from typing import Any, Literal

from connector.config import GarageConfig, Loaded
from connector.ledger import Ledger
from connector.ledger import looking as look
from connector.ledger.garages import standing
from connector.ledger.looking import FileSummary, SourceSummary

Health = Literal["ok", "degraded", "paused", "error"]

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
    """How a source stands. `last_file` is the name of the last file that was taken or held."""

    name: str
    adapter: str
    state: str
    last_scan: datetime | None
    last_file: str | None
    warnings: dict[str, int]
    message: str | None


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


def version() -> str:
    """The installed version of this program."""
    return metadata.version("igarage-connector")


def garage_status(garage: GarageConfig, ledger: Ledger, now: datetime) -> GarageStatus:
    """How one garage stands now."""
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
        health, message = _judge(stands.paused_code, counts, held, found)
        return GarageStatus(
            garage=name,
            state=health,
            message=message,
            passports={"total": sum(counts.values()), **counts},
            invitations=look.invitations(connection, name),
            rejected_rows=len(look.rejected(connection, name, everything=False)),
            sources=found,
            last_contact=stands.last_contact,
        )


def broken_garages(loaded: Loaded) -> list[GarageStatus]:
    """The garages whose file is wrong: they do not start until it is mended."""
    first = {mistake.file.stem: mistake for mistake in reversed(loaded.mistakes)}
    nothing = dict.fromkeys(("total", *look.STATES), 0), dict.fromkeys(look.INVITATIONS, 0)
    message = "het garagebestand klopt niet, regel {}: voer config check uit en herstel het"
    return [
        GarageStatus(name, "error", message.format(mistake.line), *nothing, 0, (), None)
        for name, mistake in sorted(first.items())
    ]


def as_json(statuses: list[GarageStatus]) -> dict[str, Any]:
    """The statuses as `status --json` prints them; instants in RFC 3339."""
    return {"version": version(), "garages": statuses}


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


def _judge(
    paused: str | None,
    counts: dict[str, int],
    held: list[FileSummary],
    sources: tuple[SourceStatus, ...],
) -> tuple[Health, str]:
    """The worst that is true of a garage, and what to do about it."""
    if paused:
        return "paused", PAUSES.get(paused, "iGarage antwoordt niet: het wordt vanzelf opnieuw geprobeerd")
    if away := [source for source in sources if source.state == "unavailable"]:
        return "degraded", f"bron {away[0].name} is niet te lezen: controleer de map"
    if held:
        return "degraded", f"bestand {held[0].name} wordt vastgehouden: {held[0].message}"
    if counts["held"]:
        return "degraded", f"{_number(counts['held'], 'wacht', 'wachten')} op een mens: zie held"
    return "ok", _all_is_well(counts)


def _all_is_well(counts: dict[str, int]) -> str:
    if counts["pending"]:
        return (
            f"{_number(counts['pending'], 'staat', 'staan')} klaar voor iGarage: er hoeft niets te gebeuren"
        )
    if not any(counts.values()):
        return "er is nog niets gelezen: zet een export in de map"
    if counts["waiting"]:
        return "alles wat mag is bij iGarage: er hoeft niets te gebeuren"
    return "alles is bij iGarage: er hoeft niets te gebeuren"


def _number(passports: int, does: str, do: str) -> str:
    return f"1 AutoPaspoort {does}" if passports == 1 else f"{passports} AutoPaspoorten {do}"
