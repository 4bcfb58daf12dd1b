"""Reads any CSV or Excel export of customers and cars: which column is what stands in the garage's file."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from connector import hookimpl, kit
from connector.model import Column, ExportFile, Table


class Settings(BaseModel):
    """`settings:` of a source with `adapter: generic_csv`."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    encoding: kit.Encoding = "auto"
    delimiter: kit.Delimiter = "auto"
    header: kit.Header | None = None
    sheet: str | None = Field(default=None, min_length=1)
    columns: kit.Columns
    """Where each field of a passport comes from: a column, the first of several that is not empty, or a fixed value."""


@hookimpl
def connector_settings() -> type[Settings]:
    return Settings


@hookimpl
def connector_read_file(file: ExportFile, settings: Settings) -> Table:
    names = kit.names_of(settings.columns)
    if kit.is_workbook(file) and settings.header:
        return kit.read_headless_sheet(file, settings.header, sheet=settings.sheet)
    if kit.is_workbook(file):
        return kit.read_xlsx(file, sheet=settings.sheet, names=names)
    if settings.header:
        return kit.read_headless(
            file, settings.header, encoding=settings.encoding, delimiter=settings.delimiter
        )
    return kit.read_csv(file, encoding=settings.encoding, delimiter=settings.delimiter, names=names)


@hookimpl
def connector_columns(settings: Settings) -> Mapping[str, Column]:
    return kit.as_columns(settings.columns)
