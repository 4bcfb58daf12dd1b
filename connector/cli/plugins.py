"""The commands for authors: `plugins`, `plugins check` and `plugins new`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from connector import adapters, scaffold
from connector.cli import answer, exits
from connector.cli.options import Options, shared_options
from connector.errors import AdapterFailed
from connector.status import version
from connector.testing import Outcome, Report, examine

STATES = {"kept": "goed", "broken": "FOUT", "not_applicable": "n.v.t."}
"""What came of a rule, in Dutch."""


@click.group(invoke_without_command=True)
@shared_options
@click.pass_context
def plugins(context: click.Context) -> int:
    """The installed adapters, and what is wrong with those that cannot be used."""
    if context.invoked_subcommand is not None:
        return exits.OK
    found = [_plugin(name) for name in sorted(adapters.installed())]
    if context.ensure_object(Options).json:
        answer.as_json(found)
        return exits.OK
    answer.table(
        ("naam", "versie", "soort", "hooks", "fout"),
        (
            [each["name"], each["version"], ", ".join(each["kind"]), _briefly(each["hooks"]), each["error"]]
            for each in found
        ),
        nothing="Geen adapters.",
    )
    return exits.OK


def _briefly(hooks: list[str]) -> str:
    return ", ".join(each.removeprefix(adapters.PREFIX) for each in hooks)


def _plugin(name: str) -> dict[str, Any]:
    nothing: dict[str, Any] = {"name": name, "version": None, "kind": [], "hooks": [], "error": None}
    try:
        adapter = adapters.load(name)
    except AdapterFailed as error:
        return {**nothing, "error": str(error)}
    found = {"version": adapter.version, "kind": list(adapter.kinds), "hooks": sorted(adapter.hooks)}
    return {**nothing, **found}


@plugins.command()
@click.argument("name")
@shared_options
@click.pass_obj
def check(options: Options, name: str) -> int:
    """Try the installed adapter NAME by every rule of the conformance kit, on the samples that it brings along."""
    try:
        report = examine(name)
    except adapters.UnknownAdapter as error:
        raise click.UsageError(str(error)) from None
    if options.json:
        answer.as_json(_as_value(report))
    else:
        _print(report)
    return exits.QUESTIONS_LEFT if report.findings else exits.OK


def _as_value(report: Report) -> dict[str, Any]:
    rules = [
        {
            "rule": each.rule.name,
            "asks": each.rule.asks,
            "state": each.state,
            "findings": [finding.message for finding in each.findings],
            "remark": each.remark,
        }
        for each in report.outcomes
    ]
    return {"plugin": report.plugin, "conforms": not report.findings, "rules": rules}


def _print(report: Report) -> None:
    rows = ((STATES[each.state], each.rule.name, _told(each)) for each in report.outcomes)
    answer.table(("", "regel", "wat"), rows, nothing="")
    for finding in report.findings:
        answer.line(f"{finding.rule}: {finding.message}")
    broken = sum(outcome.state == "broken" for outcome in report.outcomes)
    answer.line(
        f"{report.plugin}: {broken} regel(s) niet nagekomen"
        if broken
        else f"{report.plugin} voldoet aan alle regels"
    )


def _told(outcome: Outcome) -> str:
    return f"{outcome.rule.asks} ({outcome.remark})" if outcome.remark else outcome.rule.asks


@plugins.command()
@click.argument("name")
@click.option("--kind", type=click.Choice(scaffold.KINDS), required=True, help="How its records come.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="The new folder (default: igarage-NAME in the current one).",
)
@shared_options
@click.pass_obj
def new(options: Options, name: str, kind: str, output: Path | None) -> int:
    """Write a package with an adapter NAME to begin with: typed, tested, with a sample, and passing at once."""
    try:
        names = scaffold.Names.of(name)
        if names.name in adapters.installed():
            raise scaffold.Unfit(f"an adapter {names.name!r} is installed already")
        folder = output or Path(names.distribution)
        written = scaffold.make(names, kind, folder, version())
    except scaffold.Unfit as unfit:
        raise click.UsageError(str(unfit)) from None
    except OSError as error:
        raise click.ClickException(f"{output} is niet te schrijven: {error.strerror}") from None
    if options.json:
        answer.as_json({"adapter": names.name, "folder": folder, "files": written})
    else:
        answer.line(f"geschreven: {folder} ({len(written)} bestanden)")
        answer.line(f'probeer het: cd {folder} && python -m pip install -e ".[test]" && python -m pytest -q')
    return exits.OK
