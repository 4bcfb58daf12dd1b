"""`batches`: what went up together and what became of it, and what came in: one list for reception."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from connector import sheets
from connector.cli import answer, exits, sheet_files, workplace
from connector.cli.desk import desk_of, loaded_to_decide
from connector.cli.options import Options, shared_options
from connector.config import GarageConfig
from connector.customer_list import failures
from connector.ledger import looking as look
from connector.ledger.batch_list import Listed, listed

COLUMNS = ("garage", "soort", "nr", "wanneer", "toestand", "totaal", "nieuw", "bijgewerkt", "niet gelukt")
FAILED_COLUMNS = ("garage", "nr", "kenteken", "adres", "code", "waarom")

STATE_WORDS = {
    "composed": "klaar om te gaan",
    "queued": "wacht op iGarage",
    "done": "klaar",
    "refused": "niet aangenomen: gaat in delen",
    "cancelled": "teruggenomen",
    "overdue": "niet gedaan: per kenteken nagevraagd",
}
LIST_WORDS = {
    "composed": "nog niet geschreven",
    "listed": "te uploaden {} het vinkje versturen; meld het met batches done {}",
    "overdue": "onbekend: de administratie is hersteld",
}
"""The same of a customer list, where it is another."""
WHY = {
    "email_invalid": "het e-mailadres klopt niet; zie emails list",
    "owner_conflict": "het kenteken hoort bij iGarage bij een andere klant; zie held",
}
"""Code of a passport that failed → what it is, in a person's words."""
ELSE = "iGarage weigert de gegevens; zie held"


class _ListsByItself(click.Group):
    """`batches`, with or without a number, lists; whatever else it does has a word."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without such a word it is `list`."""
        words = [each for each in args if each in self.commands or each in ("-h", "--help")]
        return super().parse_args(ctx, args if words else ["list", *args])


@click.group(cls=_ListsByItself)
@shared_options
def batches() -> None:
    """Mijn batch jobs: what went up together, and what became of it."""


@batches.command("done")
@click.argument("batch", type=click.IntRange(min=1))
@click.option(
    "--failed",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A list of the plates that failed, one a line, with the reason behind it if it is known.",
)
@shared_options
@click.pass_obj
def done(options: Options, batch: int, file: Path | None) -> int:
    """The customer list with the number BATCH was uploaded, and is done: but for what failed."""
    failed, mistakes = (
        failures(sheet_files.read(file, named=str(file), what="zo'n lijst")) if file else ([], [])
    )
    if mistakes:
        raise click.ClickException("\n".join(f"regel {each.line}: {each.message}" for each in mistakes))
    loaded = loaded_to_decide(options)
    with desk_of(loaded, options.only(loaded)) as desk:
        told, without = desk.list_done(batch, failed)
    if options.json:
        answer.as_json({"done": told, "failed": without})
    else:
        answer.line(f"Nummer {batch} is klaar: {told} gelukt, {without} niet gelukt.")
    return exits.OK


@batches.command("list")
@click.argument("batch", required=False, type=click.IntRange(min=1))
@click.option("--failed", is_flag=True, help="The passports that failed, with their addresses and why.")
@click.option(
    "--csv", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the list to this new file."
)
@shared_options
@click.pass_obj
def show(options: Options, batch: int | None, failed: bool, file: Path | None) -> int:
    """What went up together, and what became of it; also without the word list. BATCH is the number of one."""
    loaded = workplace.load(options)
    with workplace.ledger_to_look(loaded) as ledger, ledger.looking() as connection:
        found = [
            (garage, listed(connection, garage.garage, batch), _exports(connection, garage, batch))
            for garage in options.chosen(loaded)
        ]
    if options.json:
        answer.as_json([_as_json(garage, each) for garage, of_it, _ in found for each in of_it])
        return exits.OK
    columns = FAILED_COLUMNS if failed else COLUMNS
    lines = [
        line
        for garage, of_it, exports in found
        for line in (_failures(garage, of_it) if failed else _lines(garage, of_it, exports))
    ]
    if file:
        sheet_files.write_new(file, sheets.written(columns, lines))
        answer.line(f"De lijst staat in {file}.")
    else:
        answer.table(columns, lines, nothing="Er is nog niets ingelezen of in een batch verstuurd.")
    return exits.OK


def _exports(connection: Any, garage: GarageConfig, batch: int | None) -> list[look.FileSummary]:
    """What came in: the balance of each export; none beside a batch that was asked for by its number."""
    return [] if batch else look.file_summaries(connection, garage.garage, "taken", "held", limit=100)


def _lines(
    garage: GarageConfig, of_it: Sequence[Listed], exports: Sequence[look.FileSummary]
) -> Iterable[Sequence[Any]]:
    dated: list[tuple[Any, Sequence[Any]]] = [
        (each.composed_at, _batch_line(garage.garage, each)) for each in of_it
    ]
    dated += [(each.found_at, _export_line(garage.garage, each)) for each in exports]
    return [line for _, line in sorted(dated, key=lambda each: each[0], reverse=True)]


def _batch_line(garage: str, each: Listed) -> Sequence[Any]:
    kind = "klantenlijst" if each.list_name else "batch"
    return (
        garage,
        kind,
        each.number,
        each.run_at or each.composed_at,
        _state(each),
        each.passports,
        each.created,
        each.updated,
        len(each.failed),
    )


def _state(each: Listed) -> str:
    words = STATE_WORDS.get(each.state, each.state)
    if each.list_name is None:
        return words
    told = LIST_WORDS.get(each.state, words).format("mét" if each.list_sends else "zónder", each.number)
    return f"{told}: {each.list_name}"


def _export_line(garage: str, each: look.FileSummary) -> Sequence[Any]:
    state = "ingelezen" if each.state == "taken" else "vastgehouden"
    kept = f"{state}: {each.name}"
    return (
        garage,
        "export",
        each.id,
        each.found_at,
        kept,
        each.read,
        each.new,
        each.changed,
        each.rejected,
    )


def _failures(garage: GarageConfig, of_it: Sequence[Listed]) -> Iterable[Sequence[Any]]:
    return [
        (garage.garage, each.number, one.plate, one.address, one.code, WHY.get(one.code or "", ELSE))
        for each in of_it
        for one in each.failed
    ]


def _as_json(garage: GarageConfig, each: Listed) -> dict[str, Any]:
    counts = {
        "total": each.passports,
        "created": each.created,
        "updated": each.updated,
        "failed": len(each.failed),
    }
    failed = [
        {"plate": one.plate, "code": one.code, "message": WHY.get(one.code or "", ELSE)}
        for one in each.failed
    ]
    value = {
        "garage": garage.garage,
        "id": each.number,
        "reference": each.reference,
        "state": each.state,
        "run_at": each.run_at,
        "counts": counts,
        "failed": failed,
    }
    if each.list_name is None:
        return value
    return {**value, "file": each.list_name, "send": each.list_sends}
