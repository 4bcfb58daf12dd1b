"""What a record of a source is: a passport's draft, a skip, or a rejection.

A `Mapper` is made once per file and judges record after record by the same rules, whether its cells come by
columns or from a plugin's own mapping. The order of judgement:

1. A record that could not be cut into cells is rejected with that fault.
2. No plate, then no e-mail address: skipped, whatever else is wrong, so that the list of rejections holds
   only rows worth mending. So are a header repeated below and a line of totals, broken or not.
3. Country, plate, the other cells of the content, the last name, what stands beside the content. The first
   that cannot be read rejects the row.

An address that is no address rejects nothing (`Draft.address_fault`), and what is odd but readable only
warns. How each cell is read: `reading`. Codes and sentences: `docs/codes.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from connector import dictionary, margins, plates, sentences
from connector.columns import Cell, Columns
from connector.errors import RecordRejected
from connector.fleets import Fleets
from connector.model import Column, Draft, Fault, Rejected, Skipped, SourceRecord, Verdict
from connector.plain_rows import PlainRows
from connector.reading import LONGEST_TEXT, Reading, Row, writable

RULES = "5"
"""The version of these rules, for the recipe: what was judged under another is judged again.

Raise it with any change, here or in the rooms beneath, that can alter a verdict, and with one in `suspicion`: an
address is judged when a row is that names it.
"""


NO_FLEETS = Fleets()


def compile_mapper(
    columns: Mapping[str, Column], header: Sequence[str] | None, fleets: Fleets = NO_FLEETS
) -> Mapper:
    """The mapper of a file with this header (None: the source has none, records are matched one by one).

    `fleets` tell the Wagenparkaccount of a fleet's name.

    Raises `SourceFormatError` when a mapped column is gone and not optional, with one that looks like it, or
    when it stands there twice.
    """
    return Mapper(Columns(columns, header), fleets)


class Mapper:
    """Judges the records of one file; not to be kept longer, for it remembers what it has read (bounded)."""

    def __init__(self, columns: Columns, fleets: Fleets = NO_FLEETS) -> None:
        self._columns = columns
        self._fleets = fleets
        self._reading = Reading(columns.form)
        self._plain = lru_cache(maxsize=1)(self._plain_rows)

    def judge(self, record: SourceRecord, *, today: date) -> Verdict:
        """What this record is. `today` is the garage's local date; it decides warnings and nothing else."""
        plain = self._plain(today)
        if plain and record.fault is None and (draft := plain.draft(record.values)):
            return draft
        return self.judge_closely(record, today=today)

    def judge_closely(self, record: SourceRecord, *, today: date) -> Verdict:
        """The same, cell by cell: what is not plain, and what tells how plain rows are to be read."""
        cells = self._columns.pick(record.values)
        if record.fault is None:
            verdict = self._verdict(cells, today)
            return verdict if isinstance(verdict, Draft) else _excused(verdict, record, cells)
        return _excused(_faulty(record.fault, cells), record, cells)

    def judge_fields(self, texts: Mapping[str, str], *, today: date) -> Verdict:
        """What a record is that a plugin has mapped itself: canonical field → raw text."""
        return self._verdict(self._columns.given(texts), today)

    def _plain_rows(self, today: date) -> PlainRows | None:
        steps = self._columns.steps
        return PlainRows(steps, self._reading, today) if steps else None

    def _verdict(self, cells: Mapping[str, Cell], today: date) -> Verdict:
        row = Row(cells, today)
        if not row.text("plate"):
            return Skipped("no_plate")
        if not row.text("email"):
            return Skipped("no_email", row.text("plate"))
        try:
            return self._draft(row)
        except RecordRejected as no:
            return Rejected(no.code, no.message, no.column, no.value, _readable_key(cells))

    def _draft(self, row: Row) -> Draft:
        judged = _plate(row)
        content = {"country": judged.country or "NL", **self._reading.content(row)}
        if "last_name" not in content:
            content["last_name"] = _company(row, content)
        _join_fleet(row, content, self._fleets)
        return Draft(
            plate=judged.plate,
            record_key=_key(row.cells, judged.plate),
            content=content,
            facts=self._reading.facts(row),
            warnings=tuple(row.warnings),
            address_fault=row.address_fault,
        )


def _excused(verdict: Skipped | Rejected, record: SourceRecord, cells: Mapping[str, Cell]) -> Verdict:
    """The verdict on a row that is no draft, unless it is no record at all."""
    if margins.is_header(cells):
        return Skipped("header_repeated")
    return Skipped("totals_line") if margins.is_totals(record.values) else verdict


def _plate(row: Row) -> plates.Judgement:
    judged = plates.judge(row.text("plate"), _country(row))
    if judged.verdict == "unusual":
        row.warn("plate_unusual", "plate")
    if judged.accepted:
        return judged
    if judged.verdict == "invalid" and judged.country != "NL":
        raise row.refuse("plate_invalid", "plate", sentences.PLATE_INVALID_ABROAD)
    code = "plate_invalid" if judged.verdict == "invalid" else "plate_foreign_needs_country"
    hint = plates.lookalikes(row.text("plate"))
    raise row.refuse(code, "plate", sentences.REJECTED[code] + (sentences.LOOKALIKES[hint] if hint else ""))


def _country(row: Row) -> str | None:
    text = row.text("country")
    code = ("NL" if text == "NL" else dictionary.country(text)) if text else None
    if text and code is None:
        raise row.refuse("value_unknown", "country", sentences.UNKNOWN["country"])
    return code


def _company(row: Row, content: Mapping[str, str | int]) -> str | int:
    if "company" not in content:
        whole = "full_name" in row.cells and "last_name" not in row.cells
        raise row.refuse("last_name_missing", "full_name" if whole else "last_name")
    return content["company"]


def _join_fleet(row: Row, content: dict[str, str | int], fleets: Fleets) -> None:
    """The Wagenparkaccount that the row names itself, or else that of its fleet; one that iGarage lacks is left out."""
    named = "fleet_account" if "fleet_account" in content else "fleet"
    if named == "fleet" and (fleet := row.text("fleet")):
        account = fleets.account_of(fleet)
        if account is None:
            row.warn("fleet_unknown", "fleet")
            return
        content["fleet_account"] = account
    if "fleet_account" in content and not fleets.has(str(content["fleet_account"])):
        del content["fleet_account"]
        row.warn("fleet_account_unknown", named)


def _faulty(fault: Fault, cells: Mapping[str, Cell]) -> Rejected:
    return Rejected(fault.code, fault.message, fault.column, fault.value, _readable_key(cells))


def _key(cells: Mapping[str, Cell], plate: str) -> str:
    """The record's key: its own, if one is mapped and filled in, else the plate."""
    text = cells["record_key"][0] if "record_key" in cells else ""
    return writable(text)[:LONGEST_TEXT] or plate


def _readable_key(cells: Mapping[str, Cell]) -> str | None:
    """The key of a record that cannot be a passport: a plate counts if a passport could stand under it."""
    plate, country = (cells[name][0] if name in cells else "" for name in ("plate", "country"))
    judged = plates.judge(plate, dictionary.country(country))
    return _key(cells, judged.plate if judged.accepted else "") or None
