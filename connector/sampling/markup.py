"""A copy of an XML export: its elements stay, and what stands in them and in their attributes is disguised."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import islice

from connector import disguise, kit
from connector.dictionary import folded
from connector.errors import SourceError
from connector.model import Column, ExportFile
from connector.proposing import names
from connector.sampling.texts import SAMPLED, Text, proposed


def without_people(
    file: ExportFile, read: Text, columns: Mapping[str, Column], today: date, seed: int
) -> tuple[bytes, disguise.Form]:
    """The copy, and its form; `columns` are those of the garage's file, else what the names in it say."""
    fields = {
        folded(name): disguise.Column(field, column.format)
        for field, column in (columns or _seen(file, today)).items()
        for name in column.names
    }
    copy = disguise.disguised_xml(read.text, fields, read.encoding, today, seed)
    form = disguise.Form("", read.encoding, None, dict(enumerate(dict.fromkeys(fields.values()))))
    return read.as_bytes(copy), form


def _seen(file: ExportFile, today: date) -> Mapping[str, Column]:
    """What the elements of the first records seem to hold."""
    rows: list[Mapping[str, str]] = []
    try:
        sound = (each.values for each in kit.read_xml(file, holding=names.COMMON) if each.fault is None)
        rows.extend(islice(sound, SAMPLED))
    except SourceError:
        pass  # what came before it broke will do
    found = tuple(dict.fromkeys(name for row in rows for name in row))
    return proposed(found, rows, today)
