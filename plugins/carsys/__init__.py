"""Reads CarSys exports and pushes: of driver, owner and contractor the right one becomes the customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from connector import hookimpl, kit
from connector.errors import SourceFormatError
from connector.model import Column, ExportFile, PushRequest, Recognised, Skipped, SourceRecord, Table
from plugins.carsys.fields import ADDRESSEE, NOT_SENT, PERSON, REACHED, VEHICLE, reached
from plugins.carsys.form import NAMES, Cells, Form
from plugins.carsys.recipient import Recipient, choose
from plugins.carsys.recognising import recognised
from plugins.carsys.settings import Settings

RECOGNISED_BY = 2_000
"""Records of XML by whose elements an export is recognised."""


@hookimpl
def connector_settings() -> type[Settings]:
    return Settings


@hookimpl
def connector_read_file(file: ExportFile, settings: Settings) -> Table:
    if settings.format == "xml" or (settings.format == "auto" and _is_xml(file)):
        return _xml(file, settings)
    table = kit.read_csv(
        file, encoding=settings.encoding, delimiter=settings.delimiter, names=settings.form.mapped
    )
    settings.form.check_header(table.layout.columns)
    return table


@hookimpl
def connector_recognise(file: ExportFile) -> Recognised | None:
    """By its header, or by the elements of its first records."""
    if kit.is_workbook(file):
        return None
    try:
        return recognised(_names_in(file))
    except SourceFormatError:
        return None


def _names_in(file: ExportFile) -> Iterator[str]:
    """The names in an export, as they stand."""
    defaults = Settings().form
    if not _is_xml(file):
        yield from kit.read_csv(file, names=defaults.mapped).layout.columns
        return
    table = kit.read_xml(file, holding=defaults.columns["vehicle.plate"].names)
    for record in islice(table, RECOGNISED_BY):
        yield from record.values


@hookimpl
def connector_receive(request: PushRequest, settings: Settings) -> Table:
    if request.media_type == "application/xml":
        return _xml(request.file, settings)
    table = kit.read_json(request.file, holding=settings.form.columns["vehicle.plate"].names)
    return Table(table.layout, _checked(table, settings.form))


def _is_xml(file: ExportFile) -> bool:
    """Whether a file begins as XML does, in UTF-16 too."""
    with file.open() as stream:
        start = stream.read(256)
    return start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def _xml(file: ExportFile, settings: Settings) -> Table:
    record = None if settings.record == "auto" else settings.record
    plate = settings.form.columns["vehicle.plate"].names
    table = kit.read_xml(file, record=record, holding=plate, encoding=settings.encoding)
    return Table(table.layout, _checked(table, settings.form))


def _checked(records: Table, form: Form) -> Iterator[SourceRecord]:
    """XML has no header: what no record has is known after the last, and holds the file as it does in CSV."""
    seen: set[str] = set()
    record = None
    for record in records:
        if len(seen) < NAMES:
            seen.update(record.values)
        fault = form.repeated(record.values)
        yield record._replace(fault=fault) if fault else record
    if record is not None:
        form.check_elements(seen)


@hookimpl
def connector_columns(settings: Settings) -> Mapping[str, Column]:
    """For people and for the dates' formats; all are optional here, for `Form` knows which may be gone."""
    found: dict[str, Column] = {}
    for canonical, columns in _by_canonical(settings):
        names = tuple(dict.fromkeys(name for column in columns for name in column.names))
        value = None if names else next((column.value for column in columns if column.value), None)
        form = next((column.format for column in columns if column.format), None)
        if names or value:
            found[canonical] = Column(names, value, form, optional=bool(names))
    return found


def _by_canonical(settings: Settings) -> Iterator[tuple[str, list[Column]]]:
    columns = settings.form.columns
    of_people = [name for name in ("role", *PERSON) if name not in NOT_SENT]
    fields = {name: [f"vehicle.{name}"] for name in VEHICLE}
    fields |= {name: [f"{role}.{name}" for role in settings.roles] for name in of_people}
    fields |= {
        name: [reached(role, name, kind) for role in settings.roles for kind in settings.kinds]
        for name in REACHED
    }
    return ((name, [columns[field] for field in every if field in columns]) for name, every in fields.items())


@hookimpl
def connector_map_record(record: SourceRecord, settings: Settings) -> Mapping[str, str] | Skipped:
    cells = settings.form.cells(record.values)
    car = _found(cells, {name: f"vehicle.{name}" for name in VEHICLE})
    customer = choose(cells, settings.roles, settings.kinds)
    if not isinstance(customer, Skipped):
        return car | _person(cells, customer) | _ways_to_reach(cells, customer, settings)
    plate = car.get("plate", "").strip()
    return replace(customer, plate=plate) if plate else car  # without a plate it is no car at all


def _found(cells: Cells, fields: Mapping[str, str]) -> dict[str, str]:
    """Canonical field → text, of the fields that are mapped and not gone."""
    texts = ((name, cells.find(field)) for name, field in fields.items())
    return {name: text for name, text in texts if text is not None}


def _person(cells: Cells, customer: Recipient) -> dict[str, str]:
    role = customer.role
    texts = _found(cells, {name: f"{role}.{name}" for name in PERSON if name not in NOT_SENT})
    if f"{role}.consent" in cells.form.columns:
        texts.setdefault("consent", "")  # a consent that is gone is none
    texts["role"] = cells.text(f"{role}.role") if role == ADDRESSEE else role
    return texts


def _ways_to_reach(cells: Cells, customer: Recipient, settings: Settings) -> dict[str, str]:
    """His address with the phones of the same kind, else those of the other kind."""
    texts: dict[str, str] = {"email": customer.email}
    kinds = dict.fromkeys((customer.kind, *settings.kinds))
    for name in ("phone", "mobile"):
        every = [cells.text(reached(customer.role, name, kind)) for kind in kinds]
        texts[name] = next((text for text in every if text.strip()), every[0])
    return texts
