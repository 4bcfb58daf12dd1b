"""`init --from FILE`: a garage's file from one of its exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from connector import inbox, masks
from connector.cli import answer, exits, workplace
from connector.cli.configuring import known_adapters, write_schemas
from connector.cli.first_look import FirstLook, first_look
from connector.cli.markup_fault import markup_fault
from connector.cli.meanings import agree, as_told, as_value, foreseen_as_told, given_by, proposed, show
from connector.cli.options import Options, shared_options
from connector.cli.own_form import OwnForm, own_form
from connector.config.forms import safe_id
from connector.config.proposed import ADAPTER, Garage, pattern_for, proposed_text, recognised_text
from connector.config.schema import garage_schema
from connector.errors import ConfigError, SourceError
from connector.preview import Preview
from connector.preview import preview as look_ahead
from connector.proposing import Proposal
from connector.proposing.doubting import FIELDS
from connector.service import source_of


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person says of the garage."""

    garage: str | None
    name: str | None
    url: str | None
    token_file: str | None
    watch: str | None


@click.command()
@click.option(
    "--from",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An export of the garage.",
)
@click.option("--yes", is_flag=True, help="Ask nothing: take what is proposed and what is given here.")
@click.option("--garage-id", metavar="ID", help="The garage's id, and the name of its file.")
@click.option("--name", help="The garage's name, for people.")
@click.option("--url", help="Where iGarage is asked.")
@click.option("--token-file", metavar="FILE", help="File that holds the token (default: ID.token).")
@click.option("--watch", metavar="DIR", help="Folder where the exports come (default: where FILE lies).")
@click.option(
    "--adapter", metavar="NAME", help="The adapter that is to read it (default: the one that knows its form)."
)
@click.option(
    "--column",
    "columns",
    metavar="FIELD=COLUMN",
    multiple=True,
    help="Take a field from this column; twice for two columns, FIELD= for none.",
)
@click.option(
    "--sheet", metavar="NAME", help="Which sheet of a workbook (default: the one with the customers)."
)
@shared_options
@click.pass_obj
def init(
    options: Options,
    file: Path,
    yes: bool,
    garage_id: str | None,
    name: str | None,
    url: str | None,
    token_file: str | None,
    watch: str | None,
    adapter: str | None,
    columns: tuple[str, ...],
    sheet: str | None,
) -> int:
    """Make a garage's file from one of its exports: propose what every column means, ask, and write it.

    Nothing is asked of iGarage, and a file that is there is never overwritten.
    """
    asking = not (yes or options.json)
    answers = Answers(garage_id or options.garage, name, url, token_file, watch)
    _must_be_new(options, answers.garage)
    if sheet is None and (known := _own_form(file, adapter, columns)):
        return _as_known(options, known, answers, asking=asking)
    if sheet is not None and adapter not in (None, ADAPTER):
        raise click.UsageError(f"--sheet is for {ADAPTER}; adapter {adapter!r} knows its sheets")
    look = _looked(file, sheet)
    given = given_by(columns, look)
    proposal = proposed(look, given)
    if not options.json:
        show(look, proposal)
    if asking:
        proposal = agree(look, proposal, given)
        answers = _ask(options, answers, file)
    _must_be_whole(proposal.missing, answers)
    answers = _with_defaults(answers, file)
    path = _write(options, _text(look, proposal, _garage(answers, file)), answers)
    _tell(options, look, proposal, path, _foresee(options, answers, file))
    return exits.OK


def _looked(file: Path, sheet: str | None) -> FirstLook:
    try:
        return first_look(file, sheet)
    except SourceError as error:
        raise click.UsageError(f"{inbox.printable(file.name)}: {error}") from None


def _text(look: FirstLook, proposal: Proposal, garage: Garage) -> str:
    """The garage's file. Its comments name columns as people may see them; its settings as they stand."""
    told = replace(as_told(look, proposal), choices=proposal.choices)
    sheet = look.sheet if look.must_name else None
    schema = garage_schema(known_adapters())
    return proposed_text(schema, told, look.sample.layout, look.sample.names, garage, sheet)


# ---------------------------------------------------------------- an export that an adapter knows


def _own_form(file: Path, adapter: str | None, columns: Sequence[str]) -> OwnForm | None:
    """The adapter's that knows the export as its own; who says what columns mean speaks of no such form."""
    known = None if adapter == ADAPTER or (columns and not adapter) else own_form(file, adapter)
    if known is None and (fault := markup_fault(file)):
        raise click.UsageError(f"{inbox.printable(file.name)}: {fault}")
    if adapter not in (None, ADAPTER) and known is None:
        raise click.UsageError(f"adapter {adapter!r} does not know {inbox.printable(file.name)} as its own")
    if columns and known:
        raise click.UsageError(f"--column is for {ADAPTER}; adapter {adapter!r} knows its columns")
    return known


def _as_known(options: Options, known: OwnForm, answers: Answers, *, asking: bool) -> int:
    """Write the file of a garage whose exports an adapter knows, and say what it would make of this one."""
    if not options.json:
        known.show()
    if asking:
        if not click.confirm("Klopt dit?", default=True, err=True):
            raise click.UsageError(f"say what every column means, with --adapter {ADAPTER}")
        answers = _ask(options, answers, known.path)
    _must_be_whole((), answers)
    answers = _with_defaults(answers, known.path)
    garage = _garage(answers, known.path)
    text = recognised_text(garage_schema(known_adapters()), known.adapter.name, known.found, garage)
    path = _write(options, text, answers)
    seen = _foresee(options, answers, known.path)
    if options.json:
        answer.as_json({"file": str(path), **known.as_value(), "preview": seen})
    else:
        _tell_what_follows(path, seen)
    return exits.OK


# ---------------------------------------------------------------- the garage


def _must_be_new(options: Options, garage: str | None) -> None:
    """A usage error where this is no id, or its file is there: the id becomes the name of a file."""
    if garage is None:
        return
    try:
        safe_id(garage)
    except ValueError as fault:
        raise click.UsageError(f"--garage-id: {masks.bounded(masks.visible(garage), 70)!r} {fault}") from None
    if _path(options, garage).exists():
        raise click.UsageError(f"{_path(options, garage)} is there already and is not overwritten")


def _path(options: Options, garage: str) -> Path:
    return options.directory / "garages" / f"{garage}.yaml"


def _ask_id(options: Options) -> str:
    """Ask for an id until it is one that is free."""
    while True:
        garage = _prompt("Id van de garage (a-z, 0-9 en -)")
        try:
            _must_be_new(options, garage)
        except click.UsageError as error:
            answer.message(error.format_message())
        else:
            return garage


def _ask(options: Options, answers: Answers, file: Path) -> Answers:
    """Ask what was not given."""
    garage = answers.garage or _ask_id(options)
    name = answers.name or _prompt("Naam van de garage", _named(garage))
    url = answers.url or _prompt("Adres van iGarage (https://…)")
    watch = answers.watch or _prompt("Map waar de exports komen", str(file.resolve().parent))
    token_file = answers.token_file or _prompt("Bestand met het token", f"{garage}.token")
    return Answers(garage, name, url, token_file, watch)


def _prompt(question: str, default: str | None = None) -> str:
    return str(click.prompt(question, default=default, err=True)).strip()


def _must_be_whole(missing: Sequence[str], answers: Answers) -> None:
    """A usage error that names everything that is still to be said."""
    lacks = [f"--column {field}=COLUMN ({FIELDS[field]})" for field in missing]
    given = (("--garage-id", answers.garage), ("--url", answers.url))
    lacks = [flag for flag, value in given if not value] + lacks
    if lacks:
        raise click.UsageError(f"still needed: {', '.join(lacks)}")


def _with_defaults(answers: Answers, file: Path) -> Answers:
    garage = str(answers.garage)
    return Answers(
        garage,
        answers.name or _named(garage),
        answers.url,
        answers.token_file or f"{garage}.token",
        answers.watch or str(file.resolve().parent),
    )


def _garage(answers: Answers, file: Path) -> Garage:
    return Garage(
        str(answers.garage),
        str(answers.name),
        str(answers.url),
        str(answers.token_file),
        str(answers.watch),
        pattern_for(inbox.printable(file.name)),
    )


def _named(garage: str) -> str:
    return garage.replace("-", " ").title()


# ---------------------------------------------------------------- the file


def _write(options: Options, text: str, answers: Answers) -> Path:
    """Write the garage's file and the schemas beside it. Raises `ConfigError`, and leaves nothing, if it is wrong."""
    path = _path(options, str(answers.garage))
    made = [folder for folder in (path.parent, options.directory) if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = path.open("x", encoding="utf-8")
    except FileExistsError:
        raise click.UsageError(f"{path} is there already and is not overwritten") from None
    try:
        with file:
            file.write(text)
        if wrong := _mistakes(options, path):
            raise ConfigError(*wrong)
    except BaseException:
        path.unlink()
        for folder in made:
            folder.rmdir()
        raise
    write_schemas(options.directory, known_adapters())
    return path


def _mistakes(options: Options, path: Path) -> list[Any]:
    loaded = workplace.load(options)
    return [mistake for mistake in loaded.mistakes if mistake.file == path]


def _foresee(options: Options, answers: Answers, file: Path) -> Preview:
    """What a first run would make of the export, by the file just written; the ledger is only looked at."""
    loaded = workplace.load(options)
    (garage,) = (each for each in loaded.garages if each.garage == answers.garage)
    now = workplace.now()
    with workplace.ledger_to_look(loaded) as ledger:
        today = now.astimezone(garage.zone).date()
        return look_ahead(file, source_of(garage, garage.sources[0]), ledger, now, today)


def _tell(options: Options, look: FirstLook, proposal: Proposal, path: Path, seen: Preview) -> None:
    if options.json:
        answer.as_json(
            {"file": str(path), **as_value(look, proposal), "preview": foreseen_as_told(look, seen)}
        )
        return
    _tell_what_follows(path, seen)


def _tell_what_follows(path: Path, seen: Preview) -> None:
    skipped = sum(int(each["count"]) for each in seen.skipped)
    answer.line(f"geschreven: {path}")
    if seen.file_error:
        answer.line(f"Dit bestand wordt vastgehouden: {seen.file_error}")
    answer.line(
        f"dit bestand: rijen {seen.rows} = nieuw {seen.new} + gewijzigd {seen.changed}"
        f" + ongewijzigd {seen.unchanged} + overgeslagen {skipped} + afgekeurd {len(seen.rejected)}"
    )
    answer.line(
        "Verder: zet het token in zijn bestand, kijk met `config check` en `preview`, en start `run --once`."
    )
