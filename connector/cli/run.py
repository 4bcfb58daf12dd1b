"""`run`: take in and deliver."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import click

from connector.cli import exits, workplace
from connector.cli.answer import as_json, message
from connector.cli.options import Options, shared_options
from connector.config import Loaded
from connector.service import Pass, Service

SUMMED = ("read", "new", "changed", "unchanged", "skipped", "rejected")


@click.command()
@click.option("--once", is_flag=True, required=True, help="One full pass, then stop.")
@shared_options
@click.pass_obj
def run(options: Options, once: bool) -> int:
    """Take in what lies ready and deliver what is due.

    Exit status, the first that applies: 4 configuration, 6 not authorised, 5 not connected, 1 unexpected,
    3 a new rejection or anything held or pending, 0.
    """
    loaded = workplace.load(options)
    workplace.must_start(options, loaded)
    for mistake in loaded.mistakes:
        message(str(mistake))
    garages = options.chosen(loaded)
    stop = threading.Event()
    with workplace.ledger_to_work(loaded) as ledger:
        service = Service(
            ledger,
            workplace.connect,
            workplace.now,
            workplace.chance,
            stop.wait,
            workplace.log_of(options, loaded),
            stop,
        )
        passes = service.run_once(garages)
    for each in passes:
        for mistake in each.mistakes:
            message(str(mistake))
    _tell(options, loaded, passes)
    return exits.of_passes(passes, misconfigured=bool(loaded.mistakes))


def _tell(options: Options, loaded: Loaded, passes: Sequence[Pass]) -> None:
    if options.json:
        as_json({"garages": [_as_value(each) for each in passes]})
    else:
        click.echo(summary(passes, broken=len({mistake.file for mistake in loaded.mistakes})))


def summary(passes: Sequence[Pass], *, broken: int) -> str:
    """One Dutch line on what a pass came to, over all its garages."""
    total = {name: sum(each.balance(name) for each in passes) for name in SUMMED}
    counts = {name: sum((each.counts or {}).get(name, 0) for each in passes) for name in ("held", "pending")}
    who = passes[0].garage if len(passes) == 1 else f"{len(passes)} garages"
    parts = [
        f"{who}: gelezen {total['read']}",
        f"nieuw {total['new']}",
        f"gewijzigd {total['changed']}",
        f"ongewijzigd {total['unchanged']}",
        f"overgeslagen {total['skipped']}",
        f"afgekeurd {total['rejected']}",
        f"verzonden {sum(each.delivered.done for each in passes)}",
        f"vastgehouden {counts['held']}",
        f"te doen {counts['pending']}",
    ]
    paused = [
        f"{each.garage} gepauzeerd ({each.delivered.paused})" for each in passes if each.delivered.paused
    ]
    parts += paused + ([f"{broken} garagebestand(en) met fouten"] if broken else [])
    return " · ".join(parts)


def _as_value(result: Pass) -> dict[str, object]:
    return {
        "garage": result.garage,
        "files": [file for scan in result.scans for file in scan.read],
        "sources": [
            {"name": scan.source, "state": scan.state, "message": scan.message} for scan in result.scans
        ],
        "delivered": result.delivered,
        "passports": result.counts,
        "troubles": result.troubles,
    }
