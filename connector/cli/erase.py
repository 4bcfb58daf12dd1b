"""`erase`: forget a customer, here and at iGarage, so that no export brings him back."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click

from connector import emails, masks, plates
from connector.cli import answer, exits, workplace
from connector.cli.desk import desk_of, loaded_to_decide
from connector.cli.options import Options, shared_options
from connector.config import GarageConfig, Loaded
from connector.errors import NotReleasable
from connector.ledger.erasures import Found, Ordered
from connector.ledger.hashes import Erasure

WAIT = 10.0
"""Seconds that the command waits for a running service to clean the ledger's files."""
LOOK_EVERY = 0.2
WORDS = {
    "passports": "AutoPaspoorten",
    "rows": "onthouden rijen",
    "staged": "rijen van een bestand dat wordt ingelezen",
    "rejected_rows": "afgekeurde rijen",
    "skipped_rows": "overgeslagen rijen",
    "events": "gebeurtenissen",
    "addresses": "oordelen over adressen",
    "notices": "meldingen van iGarage over adressen",
    "corrections": "verbeterde adressen",
}
"""Table → what stands in it, for people."""
CLEANED = "De dienst heeft database, journaal en reservekopie opgeruimd."
NOT_YET = "De dienst ruimt database, journaal en reservekopie op zodra zij kan; erase --list zegt wanneer."
NO_SERVICE = (
    "De dienst draait niet: pas als zij draait worden database, journaal en reservekopie opgeruimd en wordt iGarage "
    "gevraagd."
)


@click.command()
@click.option("--plate", metavar="PLATE", help="The customer of this car, and this car.")
@click.option(
    "--email", metavar="ADDRESS", help="The customer with this address, and every car that bears it."
)
@click.option("--list", "show", is_flag=True, help="Who was erased: hashes and counts, no person.")
@click.option(
    "--undo", metavar="PLATE", help="This car is a new customer's (or an ADDRESS: a customer again)."
)
@click.option(
    "--new-key", is_flag=True, help="Begin a new key where the former is lost: nobody is known as erased."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@shared_options
@click.pass_obj
def erase(
    options: Options,
    plate: str | None,
    email: str | None,
    show: bool,
    undo: str | None,
    new_key: bool,
    yes: bool,
) -> int:
    """Forget a customer: everything goes here and at iGarage, and no export brings him back."""
    if [plate is not None, email is not None, show, undo is not None, new_key].count(True) != 1:
        raise click.UsageError("say one of these: --plate P, --email A, --list, --undo P, or --new-key")
    if show:
        return _list(options)
    if options.json and not yes and undo is None:
        raise click.UsageError("with --json nothing is asked: say --yes too")
    loaded = loaded_to_decide(options)
    if new_key:
        return _new_key(options, loaded, yes=yes)
    garage = options.only(loaded)
    if undo is not None:
        with desk_of(loaded, garage) as desk:
            desk.undo_erasure(undo if "@" in undo else _plate(undo))
        return _told(options, "dit is niet meer vergeten; de volgende export telt weer")
    return _erase(options, loaded, garage, plate and _plate(plate), email and _address(email), yes=yes)


def _plate(said: str) -> str:
    compact = plates.compact(said)
    if not compact:
        raise click.UsageError("say which plate")
    return compact


def _address(said: str) -> str:
    if "@" not in said:
        raise click.UsageError("an address has an @ in it")
    return said


def _erase(
    options: Options,
    loaded: Loaded,
    garage: GarageConfig,
    plate: str | None,
    address: str | None,
    *,
    yes: bool,
) -> int:
    with desk_of(loaded, garage) as desk:
        found = desk.find(plate, address)
    if not options.json:
        _show(found)
    if not yes:
        click.confirm("Doorgaan? Dit is niet terug te draaien.", abort=True, err=True)
    with desk_of(loaded, garage) as desk:
        ordered = desk.erase(plate, address)
    running = workplace.instance_of(loaded) is not None
    cleaned = running and _wait(loaded, garage, ordered.id)
    _tell(
        options, garage, ordered, CLEANED if cleaned else NOT_YET if running else NO_SERVICE, cleaned=cleaned
    )
    return exits.OK


def _show(found: Found) -> None:
    person = found.person
    cars = ", ".join(masks.text(each) for each in person.plates) or "geen"
    bearing = ", ".join(emails.mask(each) for each in person.addresses) or "geen"
    answer.message(f"Kentekens: {cars}. E-mailadressen: {bearing}.")
    answer.message(f"Weg gaan: {_counted(found.holdings)}.")
    if person.shared:
        answer.message(
            f"Let op: {person.shared} adres(sen) of klantnummer(s) staan ook bij andere auto's en blijven daarom; "
            "met erase --email gaat een hele klant."
        )
    answer.message(
        "Ook de reservekopie wordt opnieuw gemaakt, een eerder beschadigde administratie die apart staat wordt "
        "weggedaan, en het AutoPaspoort wordt bij iGarage ingetrokken. De exports zelf blijven zoals ze zijn."
    )


def _counted(holdings: Mapping[str, int]) -> str:
    return (
        " · ".join(f"{WORDS[name]} {number}" for name, number in holdings.items())
        or "niets, er is niets bekend"
    )


def _wait(loaded: Loaded, garage: GarageConfig, number: int) -> bool:
    """Whether the service cleaned the files of what this erasure removed, within the time that is waited."""
    ends = time.monotonic() + WAIT
    while time.monotonic() < ends:
        if any(each.id == number and each.clean for each in _listed(loaded, garage)):
            return True
        time.sleep(LOOK_EVERY)
    return False


def _tell(options: Options, garage: GarageConfig, ordered: Ordered, then: str, *, cleaned: bool) -> None:
    if options.json:
        answer.as_json({"garage": garage.garage, **asdict(ordered), "clean": cleaned, "message": then})
        return
    waits = (
        " Het kenteken zelf gaat weg als iGarage het AutoPaspoort heeft ingetrokken."
        if ordered.waiting
        else ""
    )
    answer.line(f"Gewist (nummer {ordered.id}): {_counted(ordered.removed)}.{waits} {then}")


def _list(options: Options) -> int:
    loaded = workplace.load(options)
    found = [
        {"garage": garage.garage, **_line(each)}
        for garage in options.chosen(loaded)
        for each in _listed(loaded, garage)
    ]
    if options.json:
        answer.as_json(found)
        return exits.OK
    names = ("garage", "id", "at", "state", "plates", "addresses", "references", "removed", "hashes")
    answer.table(
        (
            "garage",
            "nummer",
            "wanneer",
            "toestand",
            "kentekens",
            "adressen",
            "klantnummers",
            "weggehaald",
            "hash",
        ),
        ([_cell(each[name]) for name in names] for each in found),
        nothing="Er is niemand gewist.",
    )
    return exits.OK


def _listed(loaded: Loaded, garage: GarageConfig) -> list[Erasure]:
    with workplace.ledger_to_look(loaded) as ledger:
        return ledger.erasures.listed(garage.garage)


STATES = {"withdrawing": "wacht op iGarage", "cleaning": "bestanden worden opgeruimd", "done": "klaar"}


def _line(each: Erasure) -> dict[str, Any]:
    kinds = [kind for kind, _ in each.hashes]
    return {
        "id": each.id,
        "at": each.at,
        "done_at": each.done_at,
        "state": "withdrawing" if each.waiting else "done" if each.clean else "cleaning",
        "waiting": each.waiting,
        "clean": each.clean,
        "plates": kinds.count("plate"),
        "addresses": kinds.count("address"),
        "references": kinds.count("reference"),
        "removed": each.removed,
        "hashes": [{"kind": kind, "hash": shown} for kind, shown in each.hashes],
    }


def _cell(value: Any) -> Any:
    if isinstance(value, Mapping):
        return sum(value.values())
    if isinstance(value, list):
        return " ".join(each["hash"] for each in value)
    return STATES.get(value, value) if isinstance(value, str) else value


def _new_key(options: Options, loaded: Loaded, *, yes: bool) -> int:
    if not yes:
        click.confirm("Niemand wordt dan nog als gewist herkend. Doorgaan?", abort=True, err=True)
    with workplace.ledger_to_decide(loaded) as ledger:
        try:
            gone = ledger.erasures.renew_key()
        except NotReleasable as error:
            raise click.ClickException(str(error)) from None
    return _told(
        options, f"er is een nieuwe sleutel; {gone} hash(es) zijn weg: wis opnieuw wie vergeten moet blijven"
    )


def _told(options: Options, done: str) -> int:
    if options.json:
        answer.as_json({"done": done})
    else:
        answer.line(f"{done[0].upper()}{done[1:]}.")
    return exits.OK
