"""The commands that decide, as `retry` and `release`. Each is one short transaction, also beside a service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from connector import inbox, plates
from connector.cli import answer, exits, workplace
from connector.cli.options import Options, shared_options
from connector.config import GarageConfig, Loaded, SourceConfig
from connector.desk import Desk
from connector.errors import NotReleasable, SourceUnavailable
from connector.ledger.questions import ReleasedFile
from connector.ledger.releasing import Answer
from connector.service import policy_of

RELEASED: Mapping[Answer, str] = {
    "new": "het AutoPaspoort wordt opnieuw gemaakt",
    "withdraw": "het AutoPaspoort wordt ingetrokken",
    "transfer": "het AutoPaspoort gaat over op de nieuwe eigenaar",
    "same-owner": "het is dezelfde eigenaar: de wijziging gaat naar iGarage",
    "keep": "het AutoPaspoort blijft staan; er gaat geen uitnodiging meer voor uit",
    "done": "het is met de hand in iGarage gedaan",
}
"""Answer → what becomes of the AutoPaspoort."""
MAILS_RELEASED = "de uitnodigingen van vandaag gaan"

READ_AGAIN = "het bestand wordt opnieuw gelezen"
PUSHED = "stuur het nog eens: dan wordt het gelezen"
POLLED = "bron {} wordt opnieuw bevraagd"
NOT_WATCHED = "bron {} staat niet meer in de instellingen: er wordt niets gelezen"
LEAVE = (
    "dit bestand is niet meer het nieuwste in de map en wordt niet gelezen; de toestemming geldt voor het volgende "
    "bestand van bron {} waarvan niets anders wordt gevonden dan dit: {}. Zij vervalt als er een is gelezen"
)
NO_LEAVE = (
    "dit bestand is niet meer het nieuwste in de map en wordt niet gelezen; het volgende van bron {} wel"
)

_FILE = click.option(
    "--file", "file", metavar="ID", type=click.IntRange(1), help="A held file, by its number in `held`."
)


@click.command()
@click.argument("plate", required=False)
@shared_options
@click.pass_obj
def retry(options: Options, plate: str | None) -> int:
    """Try again what is refused, exhausted or backing off: one PLATE, or all. The same content; never mails twice."""
    loaded = loaded_to_decide(options)
    wanted = plates.compact(plate) if plate else None
    garages = [options.only(loaded)] if wanted else options.chosen(loaded)
    tried = [(each.garage, found) for each in garages for found in _retried(loaded, each, wanted)]
    if wanted and not tried:
        raise click.ClickException("bij dit kenteken is niets om opnieuw te proberen: zie trace")
    if options.json:
        answer.as_json([{"garage": garage, "plate": found} for garage, found in tried])
    else:
        answer.line(f"{len(tried)} AutoPaspoort(en) worden opnieuw geprobeerd.")
    return exits.OK


def _retried(loaded: Loaded, garage: GarageConfig, plate: str | None) -> list[str]:
    with desk_of(loaded, garage) as desk:
        return desk.retry(plate)


@click.command()
@click.argument("plate")
@shared_options
@click.pass_obj
def resend(options: Options, plate: str) -> int:
    """Invite the customer of PLATE once more, or say why not. Who opted out is never mailed."""
    loaded = loaded_to_decide(options)
    garage = options.only(loaded)
    with desk_of(loaded, garage) as desk:
        desk.resend(plates.compact(plate))
    by_hand = "nodig deze klant nog eens uit in iGarage en meld het: zie held"
    return _told(options, by_hand if garage.lists else "de uitnodiging gaat nog eens uit")


@click.command()
@click.argument("plate", required=False)
@click.option(
    "--as",
    "answered",
    type=click.Choice(tuple(RELEASED)),
    help="The answer: gone takes new or withdraw, owner_change transfer or same-owner, plate_changed withdraw or keep, "
    "what is done by hand done.",
)
@_FILE
@click.option("--mails", metavar="N", type=click.IntRange(1), help="So many more invitations may go today.")
@click.option("--all", "all_mails", is_flag=True, help="All of today's invitations may go.")
@shared_options
@click.pass_obj
def release(
    options: Options,
    plate: str | None,
    answered: Answer | None,
    file: int | None,
    mails: int | None,
    all_mails: bool,
) -> int:
    """Answer a question: about a PLATE, a held file, or more invitations than go without asking."""
    if [plate is not None, file is not None, mails is not None, all_mails].count(True) != 1:
        raise click.UsageError("say one of these: PLATE --as ANSWER, --file ID, --mails N, or --all")
    if (plate is None) != (answered is None):
        raise click.UsageError(f"say of a PLATE what it becomes: --as {', '.join(RELEASED)}")
    loaded = loaded_to_decide(options)
    garage = options.only(loaded)
    with desk_of(loaded, garage) as desk:
        if plate is not None and answered is not None:
            desk.release(plates.compact(plate), answered)
            return _told(options, RELEASED[answered])
        if file is not None:
            whole = [each.name for each in garage.watched if each.contains == "all"]
            return _told(options, _of_file(garage, desk.release_file(file, whole)))
        desk.release_mails(mails)
    return _told(options, f"vandaag gaan er nog {mails} uitnodigingen" if mails else MAILS_RELEASED)


@click.command()
@_FILE
@shared_options
@click.pass_obj
def discard(options: Options, file: int | None) -> int:
    """Do away with a held file: this content is not read again, the next export is."""
    if file is None:
        raise click.UsageError("say which: --file ID, from `held`")
    loaded = loaded_to_decide(options)
    with desk_of(loaded, options.only(loaded)) as desk:
        desk.discard(file)
    return _told(options, "het bestand is weggelegd")


def _of_file(garage: GarageConfig, released: ReleasedFile) -> str:
    """What becomes of a file that was let go."""
    if released.manner != "watched":
        return PUSHED if released.manner == "pushed" else POLLED.format(released.source)
    source = next((each for each in garage.watched if each.name == released.source), None)
    if source is None:
        return NOT_WATCHED.format(released.source)
    if _is_read(source, released):
        return READ_AGAIN
    return (LEAVE if released.leave else NO_LEAVE).format(released.source, ", ".join(released.leave))


def _is_read(source: SourceConfig, released: ReleasedFile) -> bool:
    """Whether a file lies in its folder still, and no newer one speaks in its place; where that is not seen, it is."""
    try:
        lying = inbox.listing(source.folder, source.pattern).values()
    except SourceUnavailable:
        return True
    mine = [each for each in lying if (each.name, each.size) == (released.name, released.size)]
    newest = max((each.modified for each in lying), default=None)
    return any(source.contains == "selection" or each.modified == newest for each in mine)


def loaded_to_decide(options: Options) -> Loaded:
    """The configuration. Raises `ConfigError` also when the file of the garage that is meant is wrong."""
    loaded = workplace.load(options)
    workplace.must_start(options, loaded)
    return loaded


@contextmanager
def desk_of(loaded: Loaded, garage: GarageConfig) -> Iterator[Desk]:
    """The desk of a garage; why a decision does not fit is said on standard error."""
    with workplace.ledger_to_decide(loaded) as ledger:
        try:
            yield Desk(ledger, garage.garage, policy_of(garage), lambda: workplace.today(garage))
        except NotReleasable as error:
            raise click.ClickException(str(error)) from None


def _told(options: Options, done: str) -> int:
    value: dict[str, Any] = {"done": done}
    if options.json:
        answer.as_json(value)
    else:
        answer.line(f"{done[0].upper()}{done[1:]}.")
    return exits.OK
