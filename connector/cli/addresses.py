"""The commands about addresses: `emails correct`."""

from __future__ import annotations

import click

from connector import plates
from connector.cli import answer, exits
from connector.cli.desk import desk_of, loaded_to_decide
from connector.cli.options import Options, shared_options


@click.group()
@shared_options
def emails() -> None:
    """Addresses that are wrong, and what was meant."""


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
