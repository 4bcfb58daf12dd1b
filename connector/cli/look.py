"""The commands that look: `status`, `rejected`, `skipped`, `warned`, `held` and `trace`. None of them writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from connector import plates
from connector.cli import answer, exits, workplace
from connector.cli.options import Options, shared_options
from connector.ledger import looking as look
from connector.reports import held_questions, rejected_rows, skipped_rows, trace_of, warned_rows
from connector.status import (
    GarageStatus,
    ServiceStatus,
    as_json,
    broken_garages,
    garage_status,
    service_status,
)

LEAVE = (
    "{}/{}: het volgende bestand mag door ondanks {} (release --file); dat vervalt als er een is gelezen; wordt er "
    "meer gevonden, dan wordt het toch vastgehouden."
)
MISSING = "Geen export noemt dit kenteken nog, sinds {:%d-%m-%Y}; er is daarom niets ingetrokken."


@click.command()
@shared_options
@click.pass_obj
def status(options: Options) -> int:
    """How every garage stands, and what to do next."""
    loaded = workplace.load(options)
    with workplace.ledger_to_look(loaded) as ledger:
        process = workplace.instance_of(loaded)
        service = service_status(ledger, loaded.connector.state_directory, process, workplace.now())
        running = process is not None
        found = [
            garage_status(garage, ledger, workplace.now(), running=running)
            for garage in options.chosen(loaded)
        ]
    found += [each for each in broken_garages(loaded) if options.garage in (None, each.garage)]
    if options.json:
        answer.as_json(as_json(service, found))
    else:
        _print_service(service)
        _print_statuses(found)
    return exits.OK


def _print_service(service: ServiceStatus) -> None:
    if not service.running:
        answer.line("De dienst draait nu niet: er wordt niets ingelezen of verstuurd.")
    if service.message:
        answer.line(f"Let op: {service.message}.")


def _print_statuses(statuses: list[GarageStatus]) -> None:
    answer.table(
        ("garage", "toestand", *look.STATES, "afgekeurd"),
        (
            (each.garage, each.state, *(each.passports[name] for name in look.STATES), each.rejected_rows)
            for each in statuses
        ),
        nothing="Er is geen garage ingesteld.",
    )
    for each in statuses:
        for source in each.sources:
            odd = ", ".join(f"{code} {number}" for code, number in source.warnings.items())
            warnings = f" · let op: {odd} (zie warned)" if odd else ""
            why = f" · {source.message}" if source.message else ""
            last = source.last_file or "-"
            answer.line(f"{each.garage}/{source.name}: {source.state}, laatste bestand {last}{warnings}{why}")
        if each.missing:
            answer.line(
                f"{each.garage}: aantal kentekens dat in geen export meer staat: {each.missing}; niets is ingetrokken."
            )
        for source in (found for found in each.sources if found.leave):
            answer.line(LEAVE.format(each.garage, source.name, ", ".join(source.leave)))
        if each.statement:
            answer.line(f"{each.garage}: nacht van {each.statement.date:%d-%m-%Y}: {each.statement.line}")
        for waiting in each.lists:
            if waiting.message != each.message:
                answer.line(f"{each.garage}: {waiting.message}.")
        answer.line(f"{each.garage}: {each.message.removesuffix('.')}.")


@click.command()
@click.option(
    "--all", "everything", is_flag=True, help="The history too, not only each source's latest file."
)
@shared_options
@click.pass_obj
def rejected(options: Options, everything: bool) -> int:
    """Rows that cannot be a passport: file, line, column and what to mend."""
    loaded = workplace.load(options)
    with workplace.ledger_to_look(loaded) as ledger, ledger.looking() as connection:
        found = [
            row
            for garage in options.chosen(loaded)
            for row in rejected_rows(connection, garage.garage, everything=everything)
        ]
    columns = {
        **{"bron": "source", "bestand": "file", "regel": "line", "kolom": "column"},
        **{"code": "code", "waarde": "value", "wat te doen": "message"},
    }
    return _listed(options, found, columns, nothing="Er is geen rij afgekeurd.")


@click.command()
@shared_options
@click.pass_obj
def skipped(options: Options) -> int:
    """Rows of each source's latest file that are no passport and no mistake, with the reason."""
    loaded = workplace.load(options)
    with workplace.ledger_to_look(loaded) as ledger, ledger.looking() as connection:
        found = [row for garage in options.chosen(loaded) for row in skipped_rows(connection, garage.garage)]
    columns = {"bron": "source", "bestand": "file", "regel": "line", "reden": "reason"}
    return _listed(options, found, columns, nothing="Er is geen rij overgeslagen.")


@click.command()
@shared_options
@click.pass_obj
def warned(options: Options) -> int:
    """Rows that were taken as they stand, and what is odd in them: plate, column and what to look at."""
    loaded = workplace.load(options)
    with workplace.ledger_to_look(loaded) as ledger, ledger.looking() as connection:
        found = [row for garage in options.chosen(loaded) for row in warned_rows(connection, garage.garage)]
    columns = {
        **{"bron": "source", "kenteken": "plate", "kolom": "column"},
        **{"code": "code", "waarde": "value", "let op": "message"},
    }
    return _listed(options, found, columns, nothing="Er is niets om op te letten.")


def _listed(
    options: Options, found: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, nothing: str
) -> int:
    """Show what was found; `columns`: what people read above it → its name in what was found."""
    if options.json:
        answer.as_json(found)
    else:
        answer.table(
            tuple(columns), ([row[name] for name in columns.values()] for row in found), nothing=nothing
        )
    return exits.OK


@click.command()
@shared_options
@click.pass_obj
def held(options: Options) -> int:
    """What waits for a person: passports and files, with the reason."""
    loaded = workplace.load(options)
    with workplace.ledger_to_look(loaded) as ledger, ledger.looking() as connection:
        found = [
            question
            for garage in options.chosen(loaded)
            for question in held_questions(connection, garage.garage)
        ]
    if options.json:
        answer.as_json(found)
        return exits.OK
    columns = ("kind", "id", "source", "reason", "since")
    answer.table(
        ("soort", "id", "bron", "reden", "sinds", "was", "wordt", "wat te doen"),
        (
            [
                *(row[name] for name in columns),
                _person(row.get("before")),
                _person(row.get("now")),
                row["message"],
            ]
            for row in found
        ),
        nothing="Er wacht niets op een mens.",
    )
    return exits.OK


def _person(owner: Mapping[str, str | None] | None) -> str | None:
    """An owner in one cell: his masked name and address, as far as they are known."""
    return " ".join(each for each in owner.values() if each) or "onbekend" if owner else None


@click.command()
@click.argument("plate")
@shared_options
@click.pass_obj
def trace(options: Options, plate: str) -> int:
    """All that happened to one PLATE, and what happens next."""
    loaded = workplace.load(options)
    wanted = plates.compact(plate)
    with workplace.ledger_to_look(loaded) as ledger, ledger.looking() as connection:
        traced = [
            found
            for garage in options.chosen(loaded)
            if (found := trace_of(connection, garage, wanted, workplace.now()))
        ]
    if not traced:
        raise click.ClickException("geen garage kent dit kenteken")
    if len(traced) > 1:
        raise click.UsageError("more than one garage has this plate: add --garage ID")
    if options.json:
        answer.as_json(traced[0])
        return exits.OK
    found = traced[0]
    answer.line(f"{found['plate']} bij {found['garage']}: {found['state']}. {found['message']}")
    answer.line(found["mail"])
    if found["missing_since"]:
        answer.line(MISSING.format(found["missing_since"]))
    if found["warnings"]:
        columns = ("source", "column", "code", "value", "message")
        answer.table(
            ("bron", "kolom", "code", "waarde", "let op"),
            ([row[name] for name in columns] for row in found["warnings"]),
            nothing="",
        )
    answer.table(
        ("wanneer", "wat", "bijzonderheden"),
        ((each["at"], each["event"], each["detail"]) for each in found["events"]),
        nothing="Er is nog niets gebeurd.",
    )
    return exits.OK
