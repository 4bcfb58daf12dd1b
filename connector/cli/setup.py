"""The commands that set up: `config check` and `preview`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from connector.cli import answer, exits, workplace
from connector.cli.options import Options, shared_options
from connector.config import GarageConfig, SourceConfig
from connector.errors import ConfigError, Mistake
from connector.preview import Preview
from connector.preview import preview as look_ahead
from connector.service import source_of


@click.group()
def config() -> None:
    """The configuration."""


@config.command()
@shared_options
@click.pass_obj
def check(options: Options) -> int:
    """Say every mistake in the configuration, each with file, line and column. Asks nothing of the net."""
    no_warnings: tuple[Mistake, ...] = ()
    try:
        loaded = workplace.load(options)
    except ConfigError as error:
        mistakes, warnings = error.mistakes, no_warnings
        garages: list[str] = []
    else:
        mistakes, warnings = tuple(options.mistakes(loaded)), loaded.warnings
        wrong = {mistake.file.stem for mistake in mistakes}
        garages = [garage.garage for garage in options.chosen(loaded) if garage.garage not in wrong]
    for mistake in mistakes:
        answer.message(str(mistake))
    for warning in warnings:
        answer.message(f"{warning} (warning)")
    if options.json:
        answer.as_json({"garages": garages, "mistakes": mistakes, "warnings": warnings})
    else:
        answer.line(f"{len(garages)} garages in orde, {len(mistakes)} fouten")
    return exits.CONFIGURATION if mistakes else exits.OK


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", metavar="NAME", help="Which source's mapping, where the garage has several.")
@shared_options
@click.pass_obj
def preview(options: Options, file: Path, source: str | None) -> int:
    """What an export FILE would do: nothing is written and nothing is asked of iGarage."""
    loaded = workplace.load(options)
    workplace.must_start(options, loaded)
    garage = options.only(loaded)
    chosen = source_for(garage, file, source)
    now = workplace.now()
    with workplace.ledger_to_look(loaded) as ledger:
        today = now.astimezone(garage.zone).date()
        seen = look_ahead(
            file, source_of(garage, chosen, ledger.fleet_accounts(garage.garage)), ledger, now, today
        )
    if options.json:
        answer.as_json(seen)
    else:
        _print_preview(seen)
    return exits.OK


def source_for(garage: GarageConfig, file: Path, wanted: str | None) -> SourceConfig:
    """The source named, else the only one, else the one whose pattern fits the file's name."""
    names = [source.name for source in garage.sources]
    if wanted is not None and wanted not in names:
        raise click.UsageError(f"no source {wanted!r}; known: {', '.join(names)}")
    fitting = [source for source in garage.sources if wanted in (None, source.name)]
    if len(fitting) > 1:
        fitting = [source for source in fitting if any(file.match(pattern) for pattern in source.pattern)]
    if len(fitting) != 1:
        raise click.UsageError(f"which source? add --source, one of {', '.join(names)}")
    return fitting[0]


def _print_preview(seen: Preview) -> None:
    parted = f" · scheiding {seen.delimiter!r}" if seen.delimiter else ""
    answer.line(f"bestand {seen.file} · codering {seen.encoding or '-'}{parted}")
    answer.table(("veld", "kolom"), seen.columns.items(), nothing="Er is geen kolom gekoppeld.")
    if seen.file_error:
        answer.line(f"Dit bestand wordt vastgehouden: {seen.file_error}")
        return
    skips = sum(int(each["count"]) for each in seen.skipped)
    answer.line(
        f"rijen {seen.rows} = nieuw {seen.new} + gewijzigd {seen.changed} + ongewijzigd {seen.unchanged}"
        f" + overgeslagen {skips} + afgekeurd {len(seen.rejected)}"
    )
    answer.table(
        ("overgeslagen", "aantal"),
        ((each["reason"], each["count"]) for each in seen.skipped),
        nothing="Niets overgeslagen.",
    )
    answer.table(
        ("regel", "kolom", "code", "waarde", "wat te doen"),
        ((each.line, each.column, each.code, each.value, each.message) for each in seen.rejected),
        nothing="Niets afgekeurd.",
    )
    _print_warnings(seen)
    for change in seen.passports:
        answer.line(f"{change.plate}: {_shown(change.before)} → {_shown(change.after)}")


def _print_warnings(seen: Preview) -> None:
    for each in seen.warned:
        answer.line(f"let op: {each.code}: {each.count} · {each.message}")
    answer.table(
        ("bijvoorbeeld regel", "kolom", "code", "waarde"),
        ((row.line, row.column, each.code, row.value) for each in seen.warned for row in each.examples),
        nothing="Niets om op te letten.",
    )


def _shown(content: Any) -> str:
    return (
        "nog niet"
        if content is None
        else ", ".join(f"{name}={value}" for name, value in sorted(content.items()))
    )
