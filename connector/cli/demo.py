"""`demo`: see it work, in a quarter of a minute."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from connector.cli import answer, exits
from connector.cli.options import Options, shared_options

if TYPE_CHECKING:
    from connector.demo import Counted
    from connector.sandbox import Sandbox


@click.command()
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Work in DIR, which must be empty or new, and leave it.",
)
@click.option("--serve", is_flag=True, help="Leave the sandbox up afterwards, until Enter.")
@shared_options
@click.pass_obj
def demo(options: Options, keep: Path | None, serve: bool) -> int:
    """Two nights of a made-up garage through the real program, counted by a stand-in iGarage."""
    from connector import demo as demonstration  # noqa: PLC0415  # a service need not carry the sandbox

    say = answer.message if options.json else click.echo
    waiting = _wait_for_enter if serve else None
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="igarage-demo-") as folder:
            counted = demonstration.run(Path(folder), say, serve=waiting)
    else:
        _must_be_empty(keep)
        counted = demonstration.run(keep, say, serve=waiting)
    _tell(options, counted)
    return exits.UNEXPECTED if counted.faults else exits.OK


def _must_be_empty(folder: Path) -> None:
    """A second demonstration would not start from nothing, and no real configuration is to be written into."""
    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} is not empty: choose a new folder")


def _tell(options: Options, counted: Counted) -> None:
    if options.json:
        answer.as_json({**answer.plain(counted), "ok": not counted.faults})
        return
    names = ("rows", "passports", "held", "skipped", "rejected", "doubled", "lost")
    labels = ("rijen", "AutoPaspoorten", "vastgehouden", "overgeslagen", "afgekeurd", "dubbel", "kwijt")
    answer.table(
        ("geteld", "aantal"),
        ((label, getattr(counted, name)) for label, name in zip(labels, names, strict=True)),
        nothing="",
    )
    for fault in counted.faults:
        answer.message(fault)
    click.echo(counted.line())


def _wait_for_enter(sandbox: Sandbox) -> None:
    question = f"{sandbox.origin}/sandbox/mails staat open; Enter om te stoppen"
    click.prompt(question, default="", show_default=False, err=True)
