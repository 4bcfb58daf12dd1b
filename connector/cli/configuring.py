"""The commands about the configuration itself: `config show`, `config schema` and `config generate`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from connector import adapters
from connector.cli import answer, exits, workplace
from connector.cli.options import Options, shared_options
from connector.cli.setup import config
from connector.config.schema import (
    CONNECTOR_SCHEMA,
    GARAGE_SCHEMA,
    AdapterSettings,
    Schema,
    connector_schema,
    garage_schema,
)
from connector.config.showing import Setting, effective
from connector.config.writing import garage_text
from connector.errors import AdapterFailed
from connector.proposing.doubting import FIELDS

__all__ = ["config", "known_adapters", "write_schemas"]


def known_adapters() -> AdapterSettings:
    """Every installed adapter that can be used, with the model of its settings."""
    found = {}
    for name in sorted(adapters.installed()):
        try:
            found[name] = adapters.load(name).settings_model
        except AdapterFailed as error:
            answer.message(str(error))
    return found


@config.command()
@shared_options
@click.pass_obj
def show(options: Options) -> int:
    """The settings as they count, each with the file and line it comes from, or "default". Secrets are stars."""
    loaded = workplace.load(options)
    workplace.must_start(options, loaded)
    mistakes = options.mistakes(loaded)
    for mistake in mistakes:
        answer.message(str(mistake))
    garages = [garage.garage for garage in options.chosen(loaded)]
    found = effective(loaded, options.directory, garages)
    if options.json:
        answer.as_json([_as_value(each) for each in found])
    else:
        rows = ((each.garage or "connector", each.key, _text(each.value), each.origin) for each in found)
        answer.table(("waarvan", "instelling", "waarde", "waar"), rows, nothing="")
    return exits.CONFIGURATION if mistakes else exits.OK


def _as_value(setting: Setting) -> dict[str, Any]:
    return {**answer.plain(setting), "origin": setting.origin}


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(str, value)) or None
    return None if value is None else str(value)


@config.command()
@click.argument("which", type=click.Choice(("garage", "connector")), default="garage")
@click.option("--write", is_flag=True, help="Write both schemas into the configuration folder.")
@shared_options
@click.pass_obj
def schema(options: Options, which: str, write: bool) -> int:
    """The JSON Schema of a garage's file (the default) or of connector.yaml, for editors."""
    if write:
        for path in write_schemas(options.directory, known_adapters()):
            answer.line(str(path))
        return exits.OK
    answer.as_json(garage_schema(known_adapters()) if which == "garage" else connector_schema())
    return exits.OK


def write_schemas(directory: Path, known: AdapterSettings) -> list[Path]:
    """Write the schemas' files, made anew each time: they hang on the adapters that are installed."""
    made = {GARAGE_SCHEMA: garage_schema(known), CONNECTOR_SCHEMA: connector_schema()}
    return [_write(directory / name, each) for name, each in made.items()]


def _write(path: Path, schema: Schema) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(answer.json_text(schema) + "\n", "utf-8")
    return path


def _manner(kinds: tuple[adapters.Kind, ...]) -> Mapping[str, Any]:
    """What stands in a source for how its records come: what an adapter can do, the best of it first."""
    if "poll" in kinds:
        return {"poll": 300}
    if "push" not in kinds:
        return {}
    return {"watch": "<./export>", "receive": {}} if "file" in kinds else {"receive": {}}


@config.command()
@click.option("--adapter", metavar="NAME", required=True, help="The adapter of the garage's source.")
@shared_options
@click.pass_obj
def generate(options: Options, adapter: str) -> int:
    """A commented garage file with every key: fill in what stands in <…>, and save it as garages/<id>.yaml."""
    known = known_adapters()
    if adapter not in known:
        raise click.UsageError(f"no adapter {adapter!r}; known: {', '.join(known)}")
    source = {"adapter": adapter, **_manner(adapters.load(adapter).kinds)}
    values: dict[str, Any] = {"config_version": 1, "sources": [source]}
    if options.garage:
        values |= {"garage": options.garage, "igarage": {"token_file": f"{options.garage}.token"}}
    click.echo(garage_text(garage_schema(known), values, words=FIELDS), nl=False)
    return exits.OK
