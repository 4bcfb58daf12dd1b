"""`source reset`: a polled source reads a range of its garage system anew, also while the service runs."""

from __future__ import annotations

from datetime import date, datetime

import click

from connector.cli import answer, exits, workplace
from connector.cli.desk import desk_of, loaded_to_decide
from connector.cli.options import Options, shared_options


@click.group()
def source() -> None:
    """The sources of a garage."""


@source.command()
@click.argument("name")
@click.option(
    "--since",
    metavar="DAY",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only what changed since this day, as 2026-01-31.",
)
@shared_options
@click.pass_obj
def reset(options: Options, name: str, since: datetime | None) -> int:
    """Have the polled source NAME read again what changed since a day, or all that its settings ask for.

    What it knows already costs nothing and mails nobody.
    """
    loaded = loaded_to_decide(options)
    garage = options.only(loaded)
    known = [each.name for each in garage.polled]
    if name not in known:
        raise click.UsageError(f"no polled source {name!r}; known: {', '.join(known) or 'none'}")
    day: date | None = since.date() if since else None
    if day and day > workplace.today(garage):
        raise click.UsageError("--since lies ahead of today")
    with desk_of(loaded, garage) as desk:
        desk.reset_source(name, day)
    done = f"bron {name} wordt opnieuw gelezen" + (f" vanaf {day:%d-%m-%Y}" if day else "")
    if options.json:
        answer.as_json({"done": done})
    else:
        answer.line(f"{done[0].upper()}{done[1:]}.")
    return exits.OK
