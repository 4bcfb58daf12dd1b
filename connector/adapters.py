"""The typed façade over plugins: what the core asks of an adapter, and what it may be answered.

Plugins are found by their entry point and by nothing else. Each `Adapter` has a plugin manager of its own
with that one plugin in it: a broken plugin is never imported for another's source and stops nobody else.

What a plugin raises or answers amiss comes out as a `SourceError`, with the type and place of its exception
but without its text, for that may hold a customer's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from errno import errorcode
from importlib import metadata
from importlib.metadata import EntryPoint
from traceback import walk_tb
from types import MappingProxyType
from typing import Any, Literal, TypeGuard

import pluggy
import requests
from pydantic import BaseModel, ConfigDict

from connector import hookspecs
from connector.errors import AdapterFailed, SourceError, SourceUnavailable
from connector.model import (
    CANONICAL_FIELDS,
    AddressNotice,
    Column,
    ExportFile,
    Layout,
    Page,
    PushRequest,
    Recognised,
    Skipped,
    SourceRecord,
    Table,
)
from connector.reciting import DIGEST, Recited, beside

GROUP = "igarage_connector.adapters"
"""The entry-point group of all adapters, the built-in ones too."""

PREFIX = "connector_"
"""How the name of every hook begins; a plugin names nothing else so."""

Kind = Literal["file", "poll", "push"]
KINDS: Mapping[Kind, str] = MappingProxyType(
    {"file": "connector_read_file", "poll": "connector_fetch_page", "push": "connector_receive"}
)
"""How a source's records come → the hook of an adapter that takes them so; an adapter has one at least."""

_HOOKS = tuple(name for name in vars(hookspecs) if name.startswith(PREFIX))


class UnknownAdapter(LookupError):
    """No installed plugin has this name. `suggestion` is the installed name most like it, or None."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.suggestion = _likest(name, known)
        super().__init__(f"no adapter {name!r} is installed{_did_you_mean(self.suggestion)}")


class NoSettings(BaseModel):
    """What the hooks of an adapter without settings are handed as `settings`."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def installed() -> Mapping[str, EntryPoint]:
    """Every installed adapter by name, none of them imported; of a name given twice the first.

    It lists and refuses nothing, so that one distribution's clash is not everybody's: `load` refuses that
    name.
    """
    first: dict[str, EntryPoint] = {}
    for point in metadata.entry_points(group=GROUP):
        first.setdefault(point.name, point)
    return MappingProxyType(first)


def load(name: str, *, entry_points: Iterable[EntryPoint] | None = None) -> Adapter:
    """The adapter `name`, imported and its hooks checked; `entry_points` stand in for the installed ones.

    Raises `UnknownAdapter`, a `LookupError`, for a name that is not installed, and `AdapterFailed` when it is
    installed twice, cannot be imported, or has a hook that is misspelt or missing.
    """
    points = tuple(metadata.entry_points(group=GROUP) if entry_points is None else entry_points)
    same = [point for point in points if point.name == name]
    if not same:
        raise UnknownAdapter(name, [point.name for point in points])
    if len(same) > 1:
        origins = ", ".join(_origin(point) for point in same)
        raise AdapterFailed(f"adapter {name!r} is installed more than once: {origins}")
    return _adapter(same[0])


def _origin(point: EntryPoint) -> str:
    return f"{point.value} ({point.dist.name if point.dist else 'no distribution'})"


@dataclass(frozen=True, slots=True)
class Adapter:
    """One plugin, imported and checked. Every method takes the settings that `settings_model` made, or None.

    Every method raises `AdapterFailed` when the plugin breaks or answers what its hook may not, and lets the
    plugin's own `SourceError` through.
    """

    name: str
    version: str
    """Of the distribution that brings it; `0` where none does."""
    hooks: frozenset[str]
    """The names of the hooks it implements."""
    settings_model: type[BaseModel] | None
    """The model of its `settings:`; None when it takes none."""
    _relay: pluggy.HookRelay = field(repr=False)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """By which doors its records may come."""
        return tuple(kind for kind, hook in KINDS.items() if hook in self.hooks)

    @property
    def maps_records(self) -> bool:
        """Whether its records go through `map_record` rather than by columns."""
        return "connector_map_record" in self.hooks

    @property
    def polls(self) -> bool:
        """Whether it reads an API that is polled."""
        return "connector_fetch_page" in self.hooks

    def columns(self, settings: BaseModel | None = None) -> Mapping[str, Column]:
        """Canonical field → the source's own columns; empty where the adapter names none."""
        if "connector_columns" not in self.hooks:
            return {}
        with _translated(self.name, "connector_columns"):
            answer = self._relay.connector_columns(settings=settings or NoSettings())
            if not isinstance(answer, Mapping):
                raise _not_of_its_form(self.name, "connector_columns", answer)
            return {_canonical(self.name, name): self._column(column) for name, column in answer.items()}

    def _column(self, column: object) -> Column:
        if not isinstance(column, Column):
            raise _not_of_its_form(self.name, "connector_columns", column)
        return column

    def recognise(self, file: ExportFile) -> Recognised | None:
        """How it would read an export that nobody has configured yet; None where it is not of its own form."""
        if "connector_recognise" not in self.hooks:
            return None
        with _translated(self.name, "connector_recognise"):
            answer = self._relay.connector_recognise(file=file)
            if not isinstance(answer, Recognised | None):
                raise _not_of_its_form(self.name, "connector_recognise", answer)
            return answer

    def read(self, file: ExportFile, settings: BaseModel | None = None) -> Table:
        """The records of an export, for one pass, streamed: nothing is collected.

        A plugin that tells no layout has one without columns. What it raises while its records are iterated
        comes out there. An `OSError` is `SourceUnavailable`: a share may be back in a minute.
        """
        return self._table("connector_read_file", {"file": file, "settings": settings or NoSettings()})

    def receive(self, request: PushRequest, settings: BaseModel | None = None) -> Table:
        """The records of what was pushed, for one pass, as `read` gives those of an export."""
        return self._table("connector_receive", {"request": request, "settings": settings or NoSettings()})

    def _table(self, hook: str, given: Mapping[str, object]) -> Table:
        if hook not in self.hooks:
            raise AdapterFailed(f"adapter {self.name!r} has no {hook}")
        with _translated(self.name, hook):
            answer = getattr(self._relay, hook)(**given)
            if not isinstance(answer, Iterable):
                raise _not_of_its_form(self.name, hook, answer)
            layout = answer.layout if isinstance(answer, Table) else Layout(columns=())
        records = answer.records if isinstance(answer, Table) else answer
        return Table(layout, _Records(self.name, hook, records))

    def fetch_page(
        self,
        http: requests.Session,
        settings: BaseModel | None,
        cursor: str | None,
        since: datetime | None,
    ) -> Page:
        """The next page of a polled source. `SourceUnavailable` when it cannot be had now."""
        if not self.polls:
            raise AdapterFailed(f"adapter {self.name!r} cannot be polled: it has no connector_fetch_page")
        with _translated(self.name, "connector_fetch_page"):
            page = self._relay.connector_fetch_page(
                http=http, settings=settings or NoSettings(), cursor=cursor, since=since
            )
            if not _is_page(page):
                raise _not_of_its_form(self.name, "connector_fetch_page", page)
            if page.more and page.cursor in (None, cursor):
                raise AdapterFailed(
                    f"adapter {self.name!r}: connector_fetch_page says that there is more and moves no cursor"
                )
        return page  # type: ignore[no-any-return]  # just looked at

    def map_record(
        self, record: SourceRecord, settings: BaseModel | None = None
    ) -> Mapping[str, str] | Skipped:
        """Canonical field → raw text, as the plugin maps it, or why the record is skipped."""
        with _translated(self.name, "connector_map_record"):
            answer = self._relay.connector_map_record(record=record, settings=settings or NoSettings())
            if isinstance(answer, Skipped) or _is_text_to_text(answer):
                return answer  # type: ignore[no-any-return]  # just looked at
            raise _not_of_its_form(self.name, "connector_map_record", answer)

    def tell_address_invalid(
        self, notice: AddressNotice, http: requests.Session, settings: BaseModel | None = None
    ) -> None:
        """Have the plugin tell the garage's own system, where it can. What it answers says nothing."""
        with _translated(self.name, "connector_address_invalid"):
            self._relay.connector_address_invalid(notice=notice, http=http, settings=settings or NoSettings())


@dataclass(frozen=True, slots=True)
class _Records:
    """The records that a plugin gave: what it raises while they are iterated is translated."""

    adapter: str
    hook: str
    answer: Iterable[Any]

    def __iter__(self) -> Iterator[SourceRecord]:
        with _translated(self.adapter, self.hook):
            for record in self.answer:
                if not _is_record(record):
                    raise _not_of_its_form(self.adapter, self.hook, record)
                yield record

    def beside(self, said: set[bytes]) -> Iterator[SourceRecord | Recited]:
        """The records, those that were said before by their digest alone where the plugin's reader can tell."""
        with _translated(self.adapter, self.hook):
            for told in beside(self.answer, said):
                if not (_is_record(told) or isinstance(told, Recited)):
                    raise _not_of_its_form(self.adapter, self.hook, told)
                yield told


def _is_record(told: object) -> TypeGuard[SourceRecord]:
    return isinstance(told, SourceRecord) and (told.digest is None or len(told.digest) == DIGEST)


def _is_text_to_text(answer: object) -> bool:
    return isinstance(answer, Mapping) and all(
        isinstance(name, str) and isinstance(text, str) for name, text in answer.items()
    )


def _is_page(answer: object) -> bool:
    if not isinstance(answer, Page) or not isinstance(answer.records, list | tuple):
        return False
    is_instant = answer.newest is None or (
        isinstance(answer.newest, datetime) and answer.newest.tzinfo is not None
    )
    has_records = all(isinstance(record, SourceRecord) for record in answer.records)
    return is_instant and has_records and isinstance(answer.cursor, str | None)


def _canonical(adapter: str, name: object) -> str:
    if name in CANONICAL_FIELDS:
        return str(name)
    likest = _likest(str(name), CANONICAL_FIELDS)
    raise AdapterFailed(
        f"adapter {adapter!r}: connector_columns names {name!r}, which is no field of a passport"
        + _did_you_mean(likest)
    )


def _not_of_its_form(adapter: str, hook: str, answer: object) -> AdapterFailed:
    kind = type(answer).__name__  # not the answer itself: it may be a customer's row
    return AdapterFailed(f"adapter {adapter!r}: {hook} gave {kind}, which is not of the hook's form")


# ---------------------------------------------------------------- loading one plugin


def _adapter(point: EntryPoint) -> Adapter:
    manager = pluggy.PluginManager("connector")
    manager.add_hookspecs(hookspecs)
    plugin = _imported(point)
    with _translated(point.name, "its hooks"):
        _check_names(point.name, plugin, manager)
        hooks = _registered(point.name, plugin, manager)
    _check_needs(point.name, hooks)
    model = _settings_model(point.name, manager.hook) if "connector_settings" in hooks else None
    return Adapter(point.name, point.dist.version if point.dist else "0", hooks, model, manager.hook)


def _imported(point: EntryPoint) -> object:
    try:
        return point.load()
    except (Exception, SystemExit) as error:
        # Python's own words about a module hold nobody's data, and support needs them
        told = (
            f": {error}" if isinstance(error, ImportError | SyntaxError | AttributeError) else _place(error)
        )
        raise AdapterFailed(
            f"adapter {point.name!r} cannot be imported: {type(error).__name__}{told}"
        ) from None


def _check_names(adapter: str, plugin: object, manager: pluggy.PluginManager) -> None:
    """A hook that is misspelt or not marked would simply never be called."""
    for name in dir(plugin):
        if not name.startswith(PREFIX) or not callable(getattr(plugin, name)):
            continue
        if name not in _HOOKS:
            likest = _did_you_mean(_likest(name, _HOOKS))
            raise AdapterFailed(f"adapter {adapter!r}: there is no hook {name!r}{likest}")
        if manager.parse_hookimpl_opts(plugin, name) is None:
            raise AdapterFailed(f"adapter {adapter!r}: {name} is not marked with @hookimpl")


def _registered(adapter: str, plugin: object, manager: pluggy.PluginManager) -> frozenset[str]:
    try:
        manager.register(plugin, adapter)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        words = " ".join(str(error).split())
        raise AdapterFailed(f"adapter {adapter!r} has a hook that does not fit: {words}") from None
    return frozenset(caller.name for caller in manager.get_hookcallers(plugin) or ())


def _check_needs(adapter: str, hooks: frozenset[str]) -> None:
    if not hooks & set(KINDS.values()):
        raise AdapterFailed(f"adapter {adapter!r} has none of {', '.join(KINDS.values())}")
    if not hooks & {"connector_columns", "connector_map_record"}:
        raise AdapterFailed(f"adapter {adapter!r} has neither connector_columns nor connector_map_record")


def _settings_model(adapter: str, relay: pluggy.HookRelay) -> type[BaseModel]:
    try:
        with _translated(adapter, "connector_settings"):
            model = relay.connector_settings()
    except SourceUnavailable as error:
        raise AdapterFailed(str(error)) from None  # there is no source yet that could be away
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise _not_of_its_form(adapter, "connector_settings", model)
    return model


# ---------------------------------------------------------------- what a plugin raises


@contextmanager
def _translated(adapter: str, hook: str) -> Iterator[None]:
    """Lets a `SourceError` through and makes one of anything else."""
    try:
        yield
    except SourceError:
        raise
    except OSError as error:
        reason = errorcode.get(error.errno or 0, type(error).__name__)
        raise SourceUnavailable(f"adapter {adapter!r}: {hook} could not read: {reason}") from None
    except (Exception, SystemExit) as error:
        raise AdapterFailed(
            f"adapter {adapter!r}: {hook} raised {type(error).__name__}{_place(error)}"
        ) from None


def _place(error: BaseException) -> str:
    """` at module:line`, the first place outside this program and pluggy; nothing if there is none."""
    for frame, line in walk_tb(error.__traceback__):
        module = str(frame.f_globals.get("__name__", ""))
        if not module.startswith(("connector.", "pluggy.", "importlib", "contextlib")):
            return f" at {module}:{line}"
    return ""


def _likest(name: str, known: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(name, list(known), n=1)), None)


def _did_you_mean(likest: str | None) -> str:
    return f" — did you mean {likest!r}?" if likest else ""
