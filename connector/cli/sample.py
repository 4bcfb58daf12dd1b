"""`sample make`: a copy of an export that can be shown to anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from connector import inbox, sampling
from connector.cli import answer, exits, workplace
from connector.cli.options import Options, shared_options
from connector.cli.own_form import own_form
from connector.cli.setup import source_for
from connector.config import Loaded
from connector.disguise import Form
from connector.errors import ConfigError, SourceError
from connector.model import CANONICAL_FIELDS, Column, Layout
from connector.service import source_of

_NEVER_READ = inbox.TEMPORARY_STARTS[0]
"""No watched folder takes a file whose name begins so, whatever its pattern."""

_KEEP_APART = (
    "Zet dit voorbeeld niet in een map waaruit exports worden gelezen: het zou voor een export worden aangezien,"
    " en zijn verzonnen klanten zouden mail krijgen."
)


@click.group()
def sample() -> None:
    """Samples of exports, to show and to test with."""


@sample.command()
@click.argument("export", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write it (default: ~sample-EXPORT in the current folder). Never a folder that is watched.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same copy.")
@click.option("--source", metavar="NAME", help="Which source's mapping, where the garage has several.")
@shared_options
@click.pass_obj
def make(options: Options, export: Path, output: Path | None, seed: int, source: str | None) -> int:
    """A copy of EXPORT with the same form and faults, and nobody in it: to send with a question.

    Encoding, line ends, delimiter, header, lengths, duplicates and broken rows stay; of the header and what stands
    above it only what is known to name columns. What a column holds is taken from the garage's file where there is one,
    else from the header. EXPORT itself is only read. The copy is no export: it is not written where exports are read.
    """
    output = output or Path(f"{_NEVER_READ}sample-{inbox.printable(export.name)}")
    if output.exists():
        raise click.UsageError(f"{output} is there already and is not overwritten")
    loaded = _configuration(options, source)
    _refuse_watched(output, loaded)
    try:
        layout, columns = _of_the_garage(options, loaded, export, source)
        today = workplace.now().astimezone().date()
        copy, form = sampling.copied(export, layout, columns, today, seed)
    except SourceError as error:
        raise click.UsageError(str(error)) from None
    with output.open("xb") as file:
        file.write(copy)
    if loaded is None or loaded.mistakes:
        answer.message(_KEEP_APART)
    _tell(options, output, form, has_rows=not sampling.is_xml(export))
    return exits.OK


def _configuration(options: Options, source: str | None) -> Loaded | None:
    """The configuration, where there is one; it must be there where a garage or source is named."""
    try:
        return workplace.load(options)
    except ConfigError:
        if options.garage or source:
            raise
        return None


def _refuse_watched(output: Path, loaded: Loaded | None) -> None:
    """Raises a usage error for a folder that a source reads: people who do not exist would be mailed.

    Whatever the sample is called there: a pattern may change, and a file be renamed.
    """
    for garage in loaded.garages if loaded else ():
        for source in garage.watched:
            if _is_same(output.parent, source.folder):
                raise click.UsageError(
                    f"{source.folder} is de map waaruit garage {garage.garage} haar exports leest (bron {source.name}):"
                    " het voorbeeld zou voor een export worden aangezien en zijn verzonnen klanten zouden mail krijgen."
                    f' Kies met --output een andere map: --output "{Path.home() / output.name}"'
                )


def _is_same(folder: Path, other: Path) -> bool:
    """Whether two paths lead to one folder, over links too."""
    try:
        return folder.samefile(other)
    except OSError:  # one of them is not there, or not now
        return folder.resolve() == other.resolve()


def _of_the_garage(
    options: Options, loaded: Loaded | None, export: Path, source: str | None
) -> tuple[Layout | None, Mapping[str, Column]]:
    """How the garage's file reads the export: nothing where there is no garage, or not one alone."""
    try:
        garage = options.only(loaded) if loaded else None
    except click.UsageError:
        if options.garage or source:
            raise
        garage = None
    if garage is None:
        known = own_form(export) if sampling.is_xml(export) else None
        return None, (known.adapter.columns(known.settings) if known else {})
    chosen = source_of(garage, source_for(garage, export, source))
    columns = chosen.columns()
    try:
        layout = chosen.adapter.read(inbox.export_file(export), chosen.settings).layout
    except SourceError:
        return None, columns
    return (layout if layout.columns else None), columns


def _tell(options: Options, output: Path, form: Form, *, has_rows: bool) -> None:
    if options.json:
        fields = {column.field for column in form.columns.values()} & set(CANONICAL_FIELDS)
        told = {
            "file": output,
            "header_line": form.header_line,
            "replaced": form.replaced,
            "delimiter": form.delimiter,
            "fields": sorted(fields),
        }
        answer.as_json({**told, "encoding": form.encoding})
        return
    if form.header_line is None and has_rows:
        answer.message(
            "Er is geen kopregel herkend: ook de eerste regel is vervangen. Was dat er een, dan passen kolomnamen in"
            " de instellingen niet op dit voorbeeld; meld erbij hoe de kolommen heten."
        )
    elif form.replaced:
        answer.message(
            f"Kopregel, regel {form.header_line}: vervangen is wat geen bekende kolomnaam is, in"
            f" {_places(form.replaced)}. Noemen de instellingen die kolommen, meld dan erbij hoe zij heten."
        )
    answer.line(f"geschreven: {output}")


def _places(places: Sequence[int]) -> str:
    return f"kolom{'men' * (len(places) > 1)} {', '.join(map(str, places))}"
