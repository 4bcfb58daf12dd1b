"""A copy of an export of any kind: text, XML or a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from connector import disguise, inbox, kit
from connector.model import Column, Layout
from connector.sampling import markup, texts, workbooks


def copied(
    path: Path, layout: Layout | None, columns: Mapping[str, Column], today: date, seed: int
) -> tuple[bytes, disguise.Form]:
    """A copy that can be shown to anybody, and the form the export was found to have.

    `layout` and `columns` are those of the garage's file; without a layout, what can be seen of the export itself.
    Raises `SourceFormatError` where it cannot be copied.
    """
    file = inbox.export_file(path)
    if kit.is_workbook(file):
        return workbooks.without_people(file, layout, columns, today, seed)
    if texts.is_xml(path):
        return markup.without_people(file, texts.whole_xml(path), columns, today, seed)
    return texts.without_people(path, texts.whole_text(path), layout, columns, today, seed)
