"""`init` for an export that an adapter knows as its own: which one does, and what it makes of the first rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from connector import adapters, inbox
from connector.adapters import Adapter, UnknownAdapter
from connector.cli import answer
from connector.errors import SourceError
from connector.model import ExportFile, Recognised, Skipped, SourceRecord
from connector.proposing import Choice, Proposal, masked_rows

SHOWN = 5
"""Rows that are shown."""


@dataclass(frozen=True, slots=True)
class OwnForm:
    """An export, the adapter that knows it, and how that would read it."""

    path: Path
    adapter: Adapter
    found: Recognised
    settings: BaseModel | None

    @property
    def doubts(self) -> list[str]:
        """What a person should look at, in Dutch."""
        return [each for doubts in self.found.doubts.values() for each in doubts]

    def as_value(self) -> dict[str, Any]:
        """What was found, for `--json`."""
        told = {"adapter": self.adapter.name, "settings": dict(self.found.settings)}
        return {**told, "contains": self.found.contains, "doubts": self.doubts, "rows": self.rows()}

    def rows(self) -> list[dict[str, str]]:
        """The first rows as the adapter reads them, masked: field → what may be shown of it."""
        rows = list(islice(self._mapped(), SHOWN))
        fields = dict.fromkeys(field for row in rows for field, text in row.items() if text.strip())
        choices = tuple(Choice(field, (field,)) for field in fields)
        return masked_rows(Proposal(choices, (), (), ()), rows)

    def show(self) -> None:
        """Tell a person what it is taken for."""
        answer.line(f"bestand {inbox.printable(self.path.name)} · herkend door adapter {self.adapter.name}")
        shown = self.rows()
        columns = ("veld", *(f"rij {number}" for number in range(1, len(shown) + 1)))
        fields = list(shown[0]) if shown else []
        table = ((field, *(row.get(field, "") for row in shown)) for field in fields)
        answer.table(columns, table, nothing="Er staan geen rijen in.")
        for doubt in self.doubts:
            answer.line(f"let op: {doubt}")

    def _mapped(self) -> Iterator[Mapping[str, str]]:
        """The sound records, by canonical fields; a broken file ends where it breaks."""
        try:
            for record in self.adapter.read(inbox.export_file(self.path), self.settings):
                if record.fault is None and (row := self._row(record)) is not None:
                    yield row
        except SourceError as error:
            answer.message(str(error))

    def _row(self, record: SourceRecord) -> Mapping[str, str] | None:
        if self.adapter.maps_records:
            mapped = self.adapter.map_record(record, self.settings)
            return None if isinstance(mapped, Skipped) else mapped
        columns = self.adapter.columns(self.settings)
        return {
            field: next((text for name in column.names if (text := record.values.get(name, ""))), "")
            for field, column in columns.items()
        }


def own_form(path: Path, adapter: str | None = None) -> OwnForm | None:
    """The first installed adapter, by name, that knows an export as its own; `adapter`: that one alone."""
    file = inbox.export_file(path)
    names = [adapter] if adapter else sorted(adapters.installed())
    return next((known for name in names if (known := _known(path, file, name))), None)


def _known(path: Path, file: ExportFile, name: str) -> OwnForm | None:
    """A broken plugin knows nothing, and stops nobody else."""
    try:
        adapter = adapters.load(name)
        found = adapter.recognise(file)
        if found is None:
            return None
        model = adapter.settings_model
        return OwnForm(path, adapter, found, model.model_validate(found.settings) if model else None)
    except (UnknownAdapter, SourceError, ValidationError):
        return None
