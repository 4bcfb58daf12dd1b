"""The commands about addresses: `emails list`, `correct`, `ignore`, `gms-todo`, and reception's list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from connector import plates, reception
from connector.cli import answer, exits, sheet_files, workplace
from connector.cli.desk import desk_of, loaded_to_decide
from connector.cli.options import Options, shared_options
from connector.ledger.address_list import STATES, Listed, listed, outdated, to_be_mended


@click.group()
@shared_options
def emails() -> None:
    """Addresses that are wrong, and what was meant."""


@emails.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only these; unsaid: all but those that are well.")
@shared_options
@click.pass_obj
def show(options: Options, state: str | None) -> int:
    """Addresses of which something is known: why they are wrong, whose they are, and what was meant."""
    loaded = workplace.load(options)
    with workplace.ledger_to_look(loaded) as ledger, ledger.looking() as connection:
        found = [
            {"garage": garage.garage, **asdict(each)}
            for garage in options.chosen(loaded)
            for each in listed(connection, garage.garage, state)
        ]
    if options.json:
        answer.as_json(found)
        return exits.OK
    answer.table(
        ("garage", "adres", "toestand", "reden", "sinds", "voorstel", "kentekens", "verbeterd in"),
        (_line(each) for each in found),
        nothing="Er is geen onjuist of verdacht adres.",
    )
    return exits.OK


def _line(each: dict[str, Any]) -> list[Any]:
    state, reason = STATE_WORDS[each["state"]], each["reason"]
    names = ("garage", "address", "suggestion", "corrected_to")
    garage, address, suggestion, corrected_to = (each[name] for name in names)
    why = REASON_WORDS.get(reason, reason)
    return [garage, address, state, why, each["since"], suggestion, ", ".join(each["plates"]), corrected_to]


STATE_WORDS = {
    "unknown": "onbekend",
    "ok": "goed",
    "suspect": "verdacht",
    "invalid": "onjuist",
    "opted_out": "afgemeld",
}
REASON_WORDS = {
    "typo": "lijkt een tikfout",
    "dummy": "is geen adres van de klant",
    "shared": "staat bij veel klanten",
    "syntax": "is geen geldig adres",
    "email_invalid": "wordt door iGarage geweigerd",
    "hard_bounce": "bestaat niet",
    "no_such_domain": "het domein bestaat niet",
    "mailbox_full": "de mailbox is vol",
    "soft_bounce": "komt telkens niet aan",
    "complaint": "gemeld als ongewenst",
    "unsubscribed": "wil geen mail",
    "ignored": "nagekeken",
}
"""Why an address is what it is → in Dutch."""


@emails.command()
@click.argument("address")
@shared_options
@click.pass_obj
def ignore(options: Options, address: str) -> int:
    """A suspect ADDRESS is fine: whoever has it is invited as anybody."""
    loaded = loaded_to_decide(options)
    with desk_of(loaded, options.only(loaded)) as desk:
        desk.ignore(address)
    if options.json:
        answer.as_json({"done": "het adres is goed"})
    else:
        answer.line("Het adres geldt nu als goed.")
    return exits.OK


@emails.command("gms-todo")
@shared_options
@click.pass_obj
def gms_todo(options: Options) -> int:
    """Addresses corrected here or in iGarage that the garage's own system still has wrong."""
    loaded = workplace.load(options)
    with workplace.ledger_to_look(loaded) as ledger, ledger.looking() as connection:
        found = [
            {"garage": garage.garage, **asdict(each)}
            for garage in options.chosen(loaded)
            for each in outdated(connection, garage.garage)
        ]
    if options.json:
        answer.as_json(found)
        return exits.OK
    names = ("garage", "plate", "address", "corrected_to")
    answer.table(
        ("garage", "kenteken", "staat er nu", "moet zijn"),
        ([each[name] for name in names] for each in found),
        nothing="In het garagesysteem hoeft geen adres te worden verbeterd.",
    )
    return exits.OK


@emails.command()
@click.argument("old")
@click.argument("new")
@click.option("--plate", metavar="PLATE", help="Only for this car.")
@shared_options
@click.pass_obj
def correct(options: Options, old: str, new: str, plate: str | None) -> int:
    """Where the garage's system says OLD, NEW is meant, until its export says anything else."""
    loaded = loaded_to_decide(options)
    garage = options.only(loaded)
    with desk_of(loaded, garage) as desk:
        changed = desk.correct(old, new, plates.compact(plate) if plate else None)
    if options.json:
        answer.as_json({"garage": garage.garage, "plates": changed})
    else:
        answer.line(f"Bij {len(changed)} AutoPaspoort(en) geldt nu het nieuwe adres.")
    return exits.OK


@emails.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@shared_options
@click.pass_obj
def export(options: Options, file: Path) -> int:
    """Write reception's list of wrong addresses to FILE.csv, with an empty column for the new ones."""
    loaded = loaded_to_decide(options)
    garage = options.only(loaded)
    with workplace.ledger_to_look(loaded) as ledger, ledger.looking() as connection:
        lines = [_wrong(*each) for each in to_be_mended(connection, garage.garage)]
    sheet_files.write_new(file, reception.written(lines))
    if options.json:
        answer.as_json({"file": file, "lines": len(lines)})
    else:
        answer.line(
            f"{len(lines)} regel(s) geschreven; vul de laatste kolom in en lees hem in met emails import."
        )
    return exits.OK


def _wrong(plate: str, found: Listed, content: Mapping[str, Any]) -> reception.Wrong:
    names = ("initials", "first_name", "infix", "last_name", "company")
    return reception.Wrong(
        plate=plate,
        name=" ".join(str(content[name]) for name in names if content.get(name)),
        address=str(content["email"]),
        reason=REASON_WORDS.get(found.reason or "", found.reason or ""),
        suggestion=found.suggestion or "",
        phone=str(content.get("mobile") or content.get("phone") or ""),
    )


@emails.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@shared_options
@click.pass_obj
def take_back(options: Options, file: Path) -> int:
    """Take reception's list back with its last column filled in: all of it, or nothing with every mistake's line."""
    loaded = loaded_to_decide(options)
    garage = options.only(loaded)
    content = sheet_files.read(file, named="dit bestand", what="een lijst van adressen")
    with desk_of(loaded, garage) as desk:
        changed = desk.take_list(content)
    if options.json:
        answer.as_json({"garage": garage.garage, "plates": changed})
    else:
        answer.line(f"Bij {len(changed)} AutoPaspoort(en) geldt nu het nieuwe adres.")
    return exits.OK
