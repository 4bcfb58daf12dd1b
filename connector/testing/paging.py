"""The rules of a polled source: pages and cursors lose nothing, whatever happens between two of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector import mapping
from connector.errors import SourceError
from connector.model import Draft, Page, SourceRecord
from connector.testing.findings import NotApplicable
from connector.testing.specimens import Subject, Trial
from connector.testing.stand_in import FIRST, Answered, Api, Car, Spoil, cars, served

SEVEN = range(1, 8)
MOST_PAGES = 50
"""Pages of seven cars: with more it would never end."""


@dataclass(slots=True)
class Walk:
    """What a poll brought, and where it ended."""

    records: list[SourceRecord] = field(default_factory=list)
    pages: int = 0
    cursor: str | None = None
    newest: datetime | None = None
    is_endless: bool = False


def walk(trial: Trial, api: Api, cursor: str | None = None, since: datetime | None = None) -> Walk:
    """One whole poll, page by page. Raises what the plugin raises."""
    found = Walk(cursor=cursor)
    while found.pages < MOST_PAGES:
        page = trial.adapter.fetch_page(api.session, trial.settings, found.cursor, since)
        _follow(found, page)
        if not page.more:
            return found
    found.is_endless = True
    return found


def _follow(found: Walk, page: Page) -> None:
    found.records += page.records
    found.pages += 1
    found.cursor = page.cursor
    found.newest = max(filter(None, (found.newest, page.newest)), default=None)


def _polled(subject: Subject) -> list[Trial]:
    trials = [trial for trial in subject.trials if trial.specimen.stand_in is not None]
    if not trials:
        raise NotApplicable("de plugin bevraagt geen API, of er is geen sample/stand_in.py")
    return trials


def _lost(trial: Trial, records: Sequence[SourceRecord], expected: Sequence[Car]) -> int:
    """How many of the cars became no passport."""
    mapper = mapping.compile_mapper(trial.adapter.columns(trial.settings), None)
    verdicts = (trial.verdict(mapper, record) for record in records)
    found = {verdict.plate for verdict in verdicts if isinstance(verdict, Draft)}
    return sum(car.plate.replace("-", "") not in found for car in expected)


def cursor_replay(subject: Subject) -> Iterator[str]:
    """Asked twice with the same cursor, a page is the same; and no page is passed over."""
    for trial in _polled(subject):
        with _serving(trial, cars(SEVEN)) as api:
            found, differs = Walk(), False
            while found.pages < MOST_PAGES:
                first, again = (
                    trial.adapter.fetch_page(api.session, trial.settings, found.cursor, None)
                    for _ in range(2)
                )
                differs = differs or first != again
                _follow(found, first)
                if not first.more:
                    break
            if differs:
                yield "dezelfde cursor nog eens gevraagd geeft een andere bladzijde: bewaar geen stand in de plugin"
            elif lost := _lost(trial, found.records, api.cars):
                yield f"{lost} van de 7 records staan op geen enkele bladzijde"


def equal_timestamps(subject: Subject) -> Iterator[str]:
    """Records that changed at the same instant all come, also the one that was written after the poll."""
    for trial in _polled(subject):
        with _serving(trial, cars(SEVEN, timedelta())) as api:
            first = walk(trial, api)
            if lost := _lost(trial, first.records, api.cars):
                yield f"van 7 records met hetzelfde tijdstip komen er {lost} niet; vraag met 'vanaf', niet met 'na'"
                continue
            late = Car(8, FIRST)
            api.cars = [*api.cars, late]
            then = walk(trial, api, first.cursor, first.newest)
            if _lost(trial, then.records, [late]):
                yield (
                    "een record dat na de bevraging geschreven is met hetzelfde tijdstip wordt overgeslagen;"
                    " vraag met 'vanaf', niet met 'na'"
                )


def empty_page(subject: Subject) -> Iterator[str]:
    """A poll that brings nothing ends by itself, and the next one goes on."""
    for trial in _polled(subject):
        with _serving(trial, []) as api:
            nothing = walk(trial, api)
            if nothing.is_endless or nothing.records:
                yield "een bevraging zonder records houdt niet op, of brengt toch iets"
                continue
            api.cars = cars([1], timedelta())
            if _lost(trial, walk(trial, api, nothing.cursor, None).records, api.cars):
                yield "na een lege bladzijde komt een nieuw record niet meer"


def broken_page(subject: Subject) -> Iterator[str]:
    """A page that fails is an error, never an empty page; asked again with the same cursor it is there."""
    for trial in _polled(subject):
        for how, spoil in BREAKINGS.items():
            with _serving(trial, cars(SEVEN)) as api:
                found = _broken_at_second(trial, api, spoil)
                if found is None:
                    yield f"{how}: de plugin doet of er niets is; laat de fout gaan, dan wordt later opnieuw gevraagd"
                elif lost := _lost(trial, found.records, api.cars):
                    yield f"{how}: daarna ontbreken {lost} van de 7 records"


def _broken_at_second(trial: Trial, api: Api, spoil: Spoil) -> Walk | None:
    """A poll whose second page (its first, where there is but one) fails once; None where nobody noticed."""
    found = Walk()
    first = trial.adapter.fetch_page(api.session, trial.settings, None, None)
    if first.more:
        _follow(found, first)
    api.spoil = spoil
    try:
        trial.adapter.fetch_page(api.session, trial.settings, found.cursor, None)
    except SourceError:
        api.spoil = None
        rest = walk(trial, api, found.cursor, None)
        return Walk([*found.records, *rest.records])
    return None


def _serving(trial: Trial, having: Sequence[Car]) -> AbstractContextManager[Api]:
    if trial.specimen.stand_in is None:
        raise NotApplicable("er is geen sample/stand_in.py")
    return served(trial.specimen.stand_in, having)


BREAKINGS: dict[str, Spoil] = {
    "antwoord 503": lambda _: Answered({"error": "later"}, 503),
    "antwoord 500": lambda _: Answered(b"", 500),
    "een antwoord dat halverwege ophoudt": lambda _: None,
    "een halve JSON met status 200": lambda whole: Answered(whole.content[: len(whole.content) // 2]),
    "een pagina HTML met status 200": lambda _: Answered(
        b"<html>inloggen</html>", 200, {"Content-Type": "text/html"}
    ),
}
"""How a page fails."""
