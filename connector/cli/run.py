"""`run`: take in and deliver."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import click

from connector.cli import exits, workplace
from connector.cli.answer import as_json, message
from connector.cli.options import Options, shared_options
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
    mistakes = options.mistakes(loaded)
    for mistake in mistakes:
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
    for line in _remarks(passes):
        message(line)
    if options.json:
        as_json({"garages": [_as_value(each) for each in passes]})
    else:
        click.echo(summary(passes, broken=len({mistake.file for mistake in mistakes})))
    return exits.of_passes(passes, misconfigured=bool(mistakes))


def _remarks(passes: Sequence[Pass]) -> Iterator[str]:
    """What the summary has no number for: a token that is not there, a source that could not be read, a defect."""
    for each in passes:
        yield from map(str, each.mistakes)
        if "unexpected" in each.troubles:
            yield f"{each.garage}: er ging iets mis dat niemand voorzag; het log zegt waar"
        for scan in each.scans:
            if scan.message:
                yield f"{each.garage}/{scan.source}: {scan.message}"


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
