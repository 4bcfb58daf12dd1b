"""The command `plan`: what would follow, before it does."""

from __future__ import annotations

import time
from collections.abc import Iterator

import click

from connector.cli import answer, exits, workplace
from connector.cli.options import Options, shared_options
from connector.forecast import KINDS, Forecast, Many, forecast

NAMES = {
    "invitations": ("uitnodiging", "uitnodigingen"),
    "new": ("nieuw AutoPaspoort", "nieuwe AutoPaspoorten"),
    "updates": ("wijziging", "wijzigingen"),
    "owner_changes": ("eigenaarswissel", "eigenaarswissels"),
    "withdrawals": ("intrekking", "intrekkingen"),
    "later": ("die op zijn dag wacht", "die op hun dag wachten"),
}
"""What is counted → one of it, more of it."""


@click.command()
@shared_options
@click.pass_obj
def plan(options: Options) -> int:
    """What would follow of configuration, ledger and the exports that lie ready: nothing is written or asked."""
    loaded = workplace.load(options)
    workplace.must_start(options, loaded)
    for mistake in options.mistakes(loaded):
        answer.message(str(mistake))
    with workplace.ledger_to_look(loaded) as ledger:
        found = [forecast(each, ledger, workplace.now, time.sleep) for each in options.chosen(loaded)]
    if options.json:
        answer.as_json(found)
    else:
        for each in found:
            for line in lines(each):
                answer.line(line)
    return exits.OK


def lines(seen: Forecast) -> Iterator[str]:
    """A forecast for people: one line of counts, and then what is to be known of them."""
    many: dict[str, Many] = {kind: getattr(seen, kind) for kind in KINDS}
    counted = [_counted(kind, each.count) for kind, each in many.items() if each.count]
    yield f"{seen.garage}: {', '.join(counted) or 'er zou niets gebeuren'}"
    for kind, each in many.items():
        if each.examples:
            shown = ", ".join(f"{example.plate} {example.email}" for example in each.examples)
            yield f"  {NAMES[kind][1]}, bijvoorbeeld: {shown}"
    if seen.next_day:
        yield f"  de eerste die op zijn dag wacht gaat op {seen.next_day:%d-%m-%Y}"
    if seen.braked:
        sent = f"er gingen er vandaag al {seen.mailed}; " if seen.mailed else ""
        yield (
            f"  geen van de uitnodigingen gaat vanzelf: {sent}meer dan {seen.limit} op één dag wacht op release --mails"
        )
    for export in seen.exports:
        if export.state == "held":
            yield f"  bestand {export.name} zou worden vastgehouden: {export.message}"


def _counted(kind: str, number: int) -> str:
    one, more = NAMES[kind]
    return f"{number:,} {one if number == 1 else more}".replace(",", ".")
