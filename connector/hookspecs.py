"""The hooks of an adapter (pluggy, prefix `connector_`): all that a plugin may implement.

An adapter translates the garage system's words into ours and does nothing else: watching, settling, retry,
transactions and judgement are the core's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import requests
from pluggy import HookspecMarker
from pydantic import BaseModel

from connector.model import (
    AddressNotice,
    Column,
    ExportFile,
    Page,
    PushRequest,
    Recognised,
    Skipped,
    SourceRecord,
)

hookspec = HookspecMarker("connector")


@hookspec(firstresult=True)
def connector_settings() -> type[BaseModel]:  # type: ignore[empty-body]  # a hookspec has no body
    """The model of the adapter's own `settings:`; optional. Without it an adapter takes no settings."""


@hookspec(firstresult=True)
def connector_read_file(file: ExportFile, settings: BaseModel) -> Iterable[SourceRecord]:  # type: ignore[empty-body]
    """The records of a watched export, streamed; a `model.Table` where the header is known.

    Raises `SourceFormatError` when the file is not of the form the adapter reads. A record that cannot be cut into
    cells is yielded with its `fault`, never raised and never left out.
    """


@hookspec(firstresult=True)
def connector_recognise(file: ExportFile) -> Recognised | None:
    """How the adapter would read an export that nobody has configured yet; None where it is not of its own form.

    Optional, for `init`. An adapter says so only of a form that is its system's own and no other's.
    """


@hookspec(firstresult=True)
def connector_receive(request: PushRequest, settings: BaseModel) -> Iterable[SourceRecord]:  # type: ignore[empty-body]
    """The records of what the garage system pushed, one or many.

    Raises `SourceFormatError` when the body is not what the adapter takes: it is answered with that sentence, and
    nothing of it is kept.
    """


@hookspec(firstresult=True)
def connector_fetch_page(  # type: ignore[empty-body]
    http: requests.Session, settings: BaseModel, cursor: str | None, since: datetime | None
) -> Page:
    """One page of a polled API. `http` is ready to use: base address, secret, pace and deadlines are the core's.

    `cursor` is None, or what the page or poll before gave as its own; `since` is the instant from which changes are
    asked for, the same for all pages of a poll (None: all there is). Asked twice with the same cursor it answers the
    same, but for what changed meanwhile. Raises `SourceFormatError` when the answer is not of the form it reads.
    """


@hookspec(firstresult=True)
def connector_columns(settings: BaseModel) -> Mapping[str, Column]:  # type: ignore[empty-body]
    """Canonical field ← the source's own column names."""


@hookspec(firstresult=True)
def connector_map_record(record: SourceRecord, settings: BaseModel) -> Mapping[str, str] | Skipped:  # type: ignore[empty-body]
    """Canonical field → raw text, only where columns do not suffice; a record that is none is `Skipped`, never None.

    A text may be a `CellText`, so that a rejection names the column that it came from.
    """


@hookspec
def connector_address_invalid(notice: AddressNotice, http: requests.Session, settings: BaseModel) -> None:
    """Tell the garage's own system that an address proved invalid; optional.

    Called at least once for each address and verdict, outside any transaction, and given up after half a minute. What
    it raises has it called again later. `http` ends each request in time, and takes nothing from the environment.
    """
