"""`run`: take in and deliver, once or until told to stop."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Iterator, Sequence

import click

from connector.cli import exits, workplace
from connector.cli.answer import as_json, message
from connector.cli.options import Options, shared_options
from connector.config import Loaded
from connector.errors import LedgerDamaged
from connector.service import AlwaysOn, Pass, Upkeep, arena, run_once
from connector.service.forgetting import retire, sweep
from connector.status import version

SUMMED = ("read", "new", "changed", "unchanged", "skipped", "rejected")


RESCUES = 3
"""So often a ledger that breaks while it is worked on is rescued, before the service gives up."""


@click.command()
@click.option("--once", is_flag=True, help="One full pass, then stop.")
@shared_options
@click.pass_obj
def run(options: Options, once: bool) -> int:
    """The service: take in what comes and deliver what is due, until it is told to stop (SIGTERM, Ctrl-C).

    Exit status of --once, the first that applies: 4 configuration, 6 not authorised, 5 not connected, 1 unexpected,
    3 a new rejection or anything held or pending, 0. Of the service: 0 when it was told to stop, else as above.
    """
    loaded = workplace.load(options)
    workplace.must_start(options, loaded)
    for mistake in options.mistakes(loaded):
        message(str(mistake))
    arena.share_one()
    gc.freeze()  # what is loaded by now stays: it need not be looked through again and again while rows go by
    return _once(options, loaded) if once else _always(options, loaded)


def _once(options: Options, loaded: Loaded) -> int:
    mistakes = options.mistakes(loaded)
    crash = workplace.crash_points()
    with workplace.ledger_to_work(loaded, crash) as ledger:
        world = workplace.world(options, loaded, ledger, threading.Event(), crash)
        try:
            passes = run_once(options.chosen(loaded), world)
        except KeyboardInterrupt:  # a far host may keep its thread for long: it ends as in a power cut
            os._exit(exits.UNEXPECTED)
        retire(world, options.chosen(loaded))
        sweep(world, loaded.connector.state_directory)
    for line in _remarks(passes):
        message(line)
    if options.json:
        as_json({"garages": [_as_value(each) for each in passes]})
    else:
        click.echo(summary(passes, broken=len({mistake.file for mistake in mistakes})))
    return exits.of_passes(passes, misconfigured=bool(mistakes))


def _always(options: Options, loaded: Loaded) -> int:
    """Serve, and where the ledger breaks meanwhile, rescue it and go on."""
    stop = threading.Event()
    _listen_for_stop(stop)
    damaged: LedgerDamaged | None = None
    for _ in range(RESCUES):
        try:
            _serve(options, loaded, stop, suspect=damaged is not None)
        except LedgerDamaged as error:
            damaged = error
            stop.clear()
            message("De administratie is beschadigd: zij wordt apart gezet en hersteld.")
        else:
            return exits.OK
    raise damaged or LedgerDamaged("the ledger is damaged")


def _serve(options: Options, loaded: Loaded, stop: threading.Event, *, suspect: bool) -> None:
    garages = options.chosen(loaded)
    crash = workplace.crash_points()
    with workplace.ledger_to_work(loaded, crash, suspect=suspect) as ledger:
        world = workplace.world(options, loaded, ledger, stop, crash)
        world.log.info("service.started", version=version())
        click.echo(f"igarage-connector draait voor {len(garages)} garage(s); stoppen met Ctrl-C")
        upkeep = Upkeep(world, loaded.connector.state_directory, garages)
        ended = AlwaysOn(garages, world, upkeep, loaded.connector.threads).run()
        world.log.info("service.stopped")
        if (
            not ended
        ):  # a call lasts longer than anybody waits: it ends as in a power cut, which harms nothing
            os._exit(exits.OK)


def _listen_for_stop(stop: threading.Event) -> None:
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop.set())


def _remarks(passes: Sequence[Pass]) -> Iterator[str]:
    """What the summary has no number for: a token that is not there, a source that could not be read, a defect."""
    for each in passes:
        yield from map(str, each.mistakes)
        if "unexpected" in each.troubles:
            yield f"{each.garage}: er ging iets mis dat niemand voorzag; het log zegt waar"
        if each.braked:
            yield f"{each.garage}: te veel uitnodigingen voor één dag; zie status en release --mails"
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
