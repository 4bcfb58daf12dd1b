"""What the columns of an export are proposed to mean: shown to a person, and asked until it is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import click

from connector import inbox
from connector.cli import answer, workplace
from connector.cli.first_look import FirstLook
from connector.columns import normalised
from connector.config.proposed import written
from connector.model import CANONICAL_FIELDS
from connector.preview import Preview
from connector.proposing import Choice, Proposal, masked_rows, propose
from connector.proposing.doubting import FIELDS, about_sheets, veiled
from connector.proposing.header import is_invented, on_one_line

Given = Mapping[str, Sequence[str]]


def proposed(look: FirstLook, given: Given) -> Proposal:
    """The proposal for an export; `given` is what a person says."""
    sample = look.sample
    found = propose(sample.layout.columns, sample.rows, _today(), given)
    if look.sheet and look.others:
        return replace(found, doubts=(about_sheets(look.sheet, look.others), *found.doubts))
    return found


def _today() -> date:
    return workplace.now().astimezone().date()


def as_told(look: FirstLook, proposal: Proposal) -> Proposal:
    """The proposal with names of columns as people may see them: none that may be a customer's."""
    shown = look.shown
    return replace(
        proposal,
        choices=tuple(
            replace(choice, columns=tuple(shown.get(name, name) for name in choice.columns))
            for choice in proposal.choices
        ),
        doubts=tuple(veiled(doubt, shown) for doubt in proposal.doubts),
        unused=tuple(shown.get(name, name) for name in proposal.unused),
    )


def foreseen_as_told(look: FirstLook, seen: Preview) -> Preview:
    """What a first run would make of the export, with those same names."""

    def told(name: str) -> str:
        return look.shown.get(on_one_line(name), name)

    return replace(
        seen,
        header=tuple(map(told, seen.header)),
        columns={field: told(name) for field, name in seen.columns.items()},
        rejected=tuple(replace(each, column=each.column and told(each.column)) for each in seen.rejected),
    )


def given_by(told: Sequence[str], look: FirstLook) -> dict[str, list[str]]:
    """Field → columns, of `FIELD=COLUMN`. A usage error where there is no such field or column."""
    given: dict[str, list[str]] = {}
    known = _by_what_is_said(look)
    for each in told:
        field, separator, column = (part.strip() for part in each.partition("="))
        if not separator or field not in CANONICAL_FIELDS:
            raise click.UsageError(f"write FIELD=COLUMN, with a field of {', '.join(CANONICAL_FIELDS)}")
        if column and normalised(column) not in known:
            there = ", ".join(look.shown[name].strip() for name in look.sample.layout.columns)
            raise click.UsageError(f"the export has no column {column!r}; it has {answer.visible(there)}")
        given.setdefault(field, []).extend([known[normalised(column)]] if column else [])
    return given


def _by_what_is_said(look: FirstLook) -> dict[str, str]:
    """What a person may call a column → the column: its name, or its place where the name is not shown."""
    known = {normalised(name): name for name in look.sample.layout.columns}
    for name, told in look.shown.items():
        if told != name and is_invented(told):
            known.setdefault(told.partition(" (")[0], name)
            known.setdefault(normalised(told), name)
    return known


def agree(look: FirstLook, proposal: Proposal, given: dict[str, list[str]]) -> Proposal:
    """Ask until the proposal is right."""
    while True:
        lacks = "".join(f" {FIELDS[name]} ontbreekt nog." for name in proposal.missing)
        question = f"Klopt dit?{lacks} Enter voor ja, of veld=kolom om iets te wijzigen"
        told = click.prompt(question, default="", show_default=False, err=True).strip()
        if not told and not proposal.missing:
            return proposal
        try:
            given |= given_by([told], look)
        except click.UsageError as error:
            answer.message(error.format_message())
            continue
        proposal = proposed(look, given)
        show(look, proposal)


def show(look: FirstLook, proposal: Proposal) -> None:
    """Tell what was found and what is proposed, with masked rows and every doubt."""
    told = as_told(look, proposal)
    answer.line(_form(look))
    shown = masked_rows(proposal, look.sample.rows)
    columns = ("veld", "kolom", *(f"rij {number}" for number in range(1, len(shown) + 1)))
    rows = ((choice.field, _from(choice), *(row[choice.field] for row in shown)) for choice in told.choices)
    answer.table(columns, rows, nothing="Geen enkele kolom is herkend.")
    if told.unused:
        answer.line(f"niet gebruikt: {', '.join(told.unused)}")
    for doubt in told.doubts:
        answer.line(f"let op, {doubt}")
    if look.sample.trouble:
        answer.line(f"let op: dit bestand wordt vastgehouden: {look.sample.trouble}")


def _form(look: FirstLook) -> str:
    """How the export is written, in a line."""
    sample, layout = look.sample, look.sample.layout
    how = [f"bestand {inbox.printable(sample.path.name)}"]
    if layout.delimiter:
        how += [f"codering {layout.encoding or '-'}", f"scheiding {layout.delimiter!r}"]
    if look.sheet:
        how.append(f"werkblad “{inbox.printable(look.sheet)}”")
    how.append("geen kopregel" if sample.names else f"kopregel op regel {layout.header_line}")
    return " · ".join(how)


def _from(choice: Choice) -> str:
    return " / ".join(choice.columns) + (f" ({choice.format})" if choice.format else "")


def as_value(look: FirstLook, proposal: Proposal) -> dict[str, Any]:
    """The proposal for `--json`."""
    told, layout = as_told(look, proposal), look.sample.layout
    return {
        "encoding": layout.encoding,
        "delimiter": layout.delimiter,
        "sheet": look.sheet,
        "header_line": layout.header_line,
        "columns": {choice.field: written(choice) for choice in told.choices},
        "doubts": told.doubts,
        "unused": told.unused,
        "rows": masked_rows(proposal, look.sample.rows),
    }
