from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.metadata import EntryPoint
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import requests
from pydantic import BaseModel

from connector import adapters, hookimpl
from connector.errors import (
    AdapterFailed,
    RecordRejected,
    SourceFormatError,
    SourceNotAdmitted,
    SourceUnavailable,
)
from connector.model import Column, ExportFile, Layout, Page, PushRequest, Skipped, SourceRecord, Table

SECRET = "Jansen 12-AB-34"
FILE = ExportFile("klanten.csv", lambda: BytesIO(b""), 0)
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001  # what a page may not say
RECORD = SourceRecord({"Kenteken": SECRET}, 2)


class Settings(BaseModel):
    role: str = "driver"


def point(name: str, module: str = "made_up_plugin") -> EntryPoint:
    return EntryPoint(name, module, adapters.GROUP)


class Maker:
    """Makes a plugin of functions, installs it under a module's name and loads it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, *, unmarked: tuple[object, ...] = (), **hooks: object) -> adapters.Adapter:
        module = ModuleType("made_up_plugin")
        for name, hook in hooks.items():
            setattr(module, name, hookimpl(hook) if callable(hook) and hook not in unmarked else hook)
        self._monkeypatch.setitem(sys.modules, module.__name__, module)
        return adapters.load("made_up", entry_points=[point("made_up")])


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> Maker:
    return Maker(monkeypatch)


def read_one(file: ExportFile, settings: BaseModel) -> list[SourceRecord]:
    return [RECORD]


def no_columns(settings: BaseModel) -> Mapping[str, Column]:
    return {}


def failure(caught: pytest.ExceptionInfo[AdapterFailed]) -> str:
    """The message, which holds no customer and does not drag the foreign exception along."""
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


# ---------------------------------------------------------------- finding and loading


def test_installed_adapters_are_listed_without_importing_one() -> None:
    script = (
        "import sys; from connector import adapters; names = list(adapters.installed());"
        "assert 'generic_csv' in names, names; assert not [m for m in sys.modules if m.startswith('plugins')]"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)


def test_the_built_in_adapter_comes_through_the_same_door() -> None:
    adapter = adapters.load("generic_csv")
    assert adapter.hooks == {"connector_settings", "connector_read_file", "connector_columns"}
    assert adapter.version == adapters.installed()["generic_csv"].dist.version  # type: ignore[union-attr]
    assert not adapter.maps_records


def test_nothing_is_imported_from_the_folder_one_works_in(tmp_path: Path) -> None:
    """S07: neither an entry point nor a module that lies in the current or the watched folder."""
    trap = tmp_path / "plugins" / "generic_csv"
    trap.mkdir(parents=True)
    (trap / "__init__.py").write_text("raise SystemExit('imported from the current folder')")
    info = tmp_path / "evil-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: evil\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{adapters.GROUP}]\nevil = evil\n")
    program = (
        tmp_path / "bin" / "program"
    )  # as a console script: it does not put the current folder on the path
    program.parent.mkdir()
    program.write_text(
        "from connector import adapters\nadapters.load('generic_csv')\nprint(*adapters.installed())"
    )
    run = [sys.executable, str(program)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        run, cwd=tmp_path, env=clean, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "evil" not in done.stdout.split()


def test_an_unknown_name_is_a_lookup_error_with_a_suggestion() -> None:
    with pytest.raises(LookupError) as caught:
        adapters.load("generic_cvs", entry_points=[point("carsys"), point("generic_csv")])
    assert isinstance(caught.value, adapters.UnknownAdapter)
    assert caught.value.suggestion == "generic_csv"
    assert str(caught.value) == "no adapter 'generic_cvs' is installed — did you mean 'generic_csv'?"


def test_a_name_installed_twice_is_refused_and_stops_no_other_name(plugin: Maker) -> None:
    plugin(connector_read_file=read_one, connector_columns=no_columns)
    points = [point("twice", "a"), point("once"), point("twice", "b")]
    with pytest.raises(AdapterFailed, match=r"'twice' is installed more than once: a .*, b "):
        adapters.load("twice", entry_points=points)
    assert adapters.load("once", entry_points=points).version == "0"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def (", "SyntaxError"),
        (f"raise ValueError({SECRET!r})", "ValueError at broken_plugin:1"),
        ("import sys; sys.exit(3)", "SystemExit at broken_plugin:1"),
        ("open('/no/such/file')", "FileNotFoundError at broken_plugin:1"),
    ],
)
def test_a_plugin_that_cannot_be_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, told: str
) -> None:
    (tmp_path / "broken_plugin.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "broken_plugin", raising=False)
    with pytest.raises(AdapterFailed) as caught:
        adapters.load("broken", entry_points=[point("broken", "broken_plugin")])
    assert f"adapter 'broken' cannot be imported: {told}" in failure(caught)


def test_a_misspelt_hook_is_named_with_the_right_one(plugin: Maker) -> None:
    with pytest.raises(AdapterFailed, match="no hook 'connector_colums' — did you mean 'connector_columns'"):
        plugin(connector_read_file=read_one, connector_colums=no_columns)


def test_a_hook_that_is_not_marked_is_no_silent_nothing(plugin: Maker) -> None:
    def columns(settings: BaseModel) -> Mapping[str, Column]:
        return {}

    with pytest.raises(AdapterFailed, match="connector_columns is not marked with @hookimpl"):
        plugin(connector_read_file=read_one, connector_columns=columns, unmarked=(columns,))


def test_a_hook_with_an_argument_of_its_own(plugin: Maker) -> None:
    def columns(setings: BaseModel) -> dict[str, Column]:
        return {}

    with pytest.raises(AdapterFailed, match="setings"):
        plugin(connector_read_file=read_one, connector_columns=columns)


def test_a_hook_that_is_misspelt_in_its_mark(plugin: Maker) -> None:
    extra: object = hookimpl(specname="connector_colums")(lambda settings: {})
    with pytest.raises(AdapterFailed, match="connector_colums"):
        plugin(connector_read_file=read_one, connector_columns=no_columns, more=extra, unmarked=(extra,))


@pytest.mark.parametrize(
    ("hooks", "lacks"),
    [
        ({}, "has none of connector_read_file, connector_fetch_page, connector_receive"),
        (
            {"connector_columns": no_columns},
            "has none of connector_read_file, connector_fetch_page, connector_receive",
        ),
        ({"connector_read_file": read_one}, "neither connector_columns nor connector_map_record"),
    ],
)
def test_a_plugin_has_the_hooks_it_needs(plugin: Maker, hooks: dict[str, Any], lacks: str) -> None:
    with pytest.raises(AdapterFailed, match=lacks):
        plugin(**hooks)


# ---------------------------------------------------------------- settings and columns


def test_settings_are_the_plugins_own_model(plugin: Maker) -> None:
    adapter = plugin(
        connector_settings=lambda: Settings,
        connector_read_file=read_one,
        connector_columns=lambda settings: {"role": Column(value=settings.role)},
    )
    assert adapter.settings_model is Settings
    assert adapter.columns(Settings(role="owner")) == {"role": Column(value="owner")}


def test_without_settings_the_hooks_get_empty_ones(plugin: Maker) -> None:
    given: list[BaseModel] = []

    def columns(settings: BaseModel) -> Mapping[str, Column]:
        given.append(settings)
        return {}

    adapter = plugin(connector_read_file=read_one, connector_columns=columns)
    assert adapter.settings_model is None
    assert adapter.columns() == {}
    assert given == [adapters.NoSettings()]


def broken() -> type[BaseModel]:
    raise OSError(SECRET)


@pytest.mark.parametrize("answer", [lambda: None, lambda: Settings(role="x"), lambda: dict, broken])
def test_settings_that_are_no_model(plugin: Maker, answer: object) -> None:
    with pytest.raises(AdapterFailed, match="connector_settings") as caught:
        plugin(connector_settings=answer, connector_read_file=read_one, connector_columns=no_columns)
    failure(caught)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, "NoneType"),
        ([SECRET], "list"),
        ({"plate": SECRET}, "str"),
        ({"plaet": Column(("x",))}, "did you mean 'plate'"),
    ],
)
def test_columns_that_are_none(plugin: Maker, answer: object, told: str) -> None:
    adapter = plugin(connector_read_file=read_one, connector_columns=lambda settings: answer)
    with pytest.raises(AdapterFailed, match=told) as caught:
        adapter.columns()
    failure(caught)


# ---------------------------------------------------------------- reading


def test_records_are_streamed_and_not_collected(plugin: Maker) -> None:
    given: list[int] = []

    def read(file: ExportFile) -> Iterator[SourceRecord]:
        for number in range(1_000_000_000):
            given.append(number)
            yield SourceRecord({}, number)

    table = plugin(connector_read_file=read, connector_columns=no_columns).read(FILE)
    assert (table.layout, given) == (Layout(columns=()), [])
    records = iter(table)
    assert [next(records).line, next(records).line] == [0, 1]
    assert given == [0, 1]


def test_a_table_keeps_its_layout(plugin: Maker) -> None:
    layout = Layout(("Kenteken",), "cp1252", ";", 1)
    adapter = plugin(connector_read_file=lambda file: Table(layout, [RECORD]), connector_columns=no_columns)
    table = adapter.read(FILE)
    assert (table.layout, list(table)) == (layout, [RECORD])


@pytest.mark.parametrize(
    ("raised", "error", "told"),
    [
        (ValueError(SECRET), AdapterFailed, f"connector_read_file raised ValueError at {__name__}:"),
        (SystemExit(SECRET), AdapterFailed, "raised SystemExit"),
        (RecordRejected("plate_invalid", "x"), AdapterFailed, "raised RecordRejected"),
        (FileNotFoundError(2, SECRET), SourceUnavailable, "could not read: ENOENT"),
        (OSError(SECRET), SourceUnavailable, "could not read: OSError"),
        (SourceFormatError("no header", line=1), SourceFormatError, "no header"),
        (SourceUnavailable("later"), SourceUnavailable, "later"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_what_a_plugin_raises_while_reading(
    plugin: Maker, raised: BaseException, error: type[AdapterFailed], told: str, at_once: bool
) -> None:
    def midway(file: ExportFile) -> Iterator[SourceRecord]:
        yield RECORD
        raise raised

    def first(file: ExportFile) -> Iterator[SourceRecord]:
        raise raised

    adapter = plugin(connector_read_file=first if at_once else midway, connector_columns=no_columns)
    read: list[SourceRecord] = []
    with pytest.raises(error) as caught:
        read.extend(adapter.read(FILE))
    assert type(caught.value) is error
    assert told in failure(caught)
    assert read == ([] if at_once else [RECORD])


@pytest.mark.parametrize("answer", [None, 3, SECRET, [SECRET], [RECORD, None], [{"Kenteken": SECRET}]])
def test_answers_that_are_no_records(plugin: Maker, answer: object) -> None:
    adapter = plugin(connector_read_file=lambda file: answer, connector_columns=no_columns)
    with pytest.raises(AdapterFailed, match="not of the hook's form") as caught:
        list(adapter.read(FILE))
    failure(caught)


def test_what_the_reader_of_records_raises_is_its_own(plugin: Maker) -> None:
    records = iter(plugin(connector_read_file=read_one, connector_columns=no_columns).read(FILE))

    def take() -> None:
        for _ in records:
            raise KeyError("not the plugin's")

    with pytest.raises(KeyError):
        take()


def test_what_is_pushed_becomes_records_as_a_file_does(plugin: Maker) -> None:
    adapter = plugin(
        connector_receive=lambda request: [SourceRecord({"body": request.body.decode()})],
        connector_columns=no_columns,
    )
    assert adapter.kinds == ("push",)
    assert [each.values for each in adapter.receive(PushRequest("application/json", b"{}"))] == [
        {"body": "{}"}
    ]


def test_what_a_plugin_raises_at_a_push_is_told_without_its_text(plugin: Maker) -> None:
    def receive(request: PushRequest) -> Iterator[SourceRecord]:
        yield RECORD
        raise ValueError(SECRET)

    adapter = plugin(connector_receive=receive, connector_columns=no_columns)
    with pytest.raises(AdapterFailed) as caught:
        list(adapter.receive(PushRequest("application/json", b"{}")))
    assert "connector_receive raised ValueError" in failure(caught)
    assert SECRET not in failure(caught)


def test_a_reader_that_stops_closes_the_plugins_generator(plugin: Maker) -> None:
    closed: list[bool] = []

    def read(file: ExportFile) -> Iterator[SourceRecord]:
        try:
            yield RECORD
            yield RECORD
        finally:
            closed.append(True)

    records = iter(plugin(connector_read_file=read, connector_columns=no_columns).read(FILE))
    next(records)
    records.close()  # type: ignore[attr-defined]
    assert closed == [True]


# ---------------------------------------------------------------- mapping


def mapping(plugin: Maker, answer: object) -> adapters.Adapter:
    def map_record(record: SourceRecord, settings: BaseModel) -> object:
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return plugin(connector_read_file=read_one, connector_map_record=map_record)


@pytest.mark.parametrize("answer", [{"plate": "12-AB-34"}, {}, Skipped("lease_company")])
def test_a_record_is_mapped_or_skipped(plugin: Maker, answer: object) -> None:
    adapter = mapping(plugin, answer)
    assert adapter.maps_records
    assert adapter.map_record(RECORD) == answer
    assert adapter.columns() == {}


@pytest.mark.parametrize(
    "answer",
    [None, {"plate": 12}, {1: "x"}, [SECRET], ValueError(SECRET), RecordRejected("plate_invalid", SECRET)],
)
def test_a_record_that_is_mapped_to_nothing_is_a_broken_plugin(plugin: Maker, answer: object) -> None:
    with pytest.raises(AdapterFailed, match="connector_map_record") as caught:
        mapping(plugin, answer).map_record(RECORD)
    failure(caught)


def test_two_sources_with_one_adapter_share_no_manager() -> None:
    first, second = adapters.load("generic_csv"), adapters.load("generic_csv")
    assert first._relay is not second._relay


# ---------------------------------------------------------------- pages of an API


def polled(plugin: Maker, answer: object) -> adapters.Adapter:
    def fetch(http: object, cursor: str | None, since: datetime | None) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return plugin(connector_fetch_page=fetch, connector_columns=no_columns)


def fetched(adapter: adapters.Adapter, cursor: str | None = None) -> Page:
    return adapter.fetch_page(requests.Session(), None, cursor, None)


def test_an_adapter_that_polls_needs_to_read_no_files(plugin: Maker) -> None:
    adapter = polled(plugin, Page([SourceRecord({"a": "1"})], "2", more=True))
    assert adapter.polls
    assert fetched(adapter).cursor == "2"
    with pytest.raises(AdapterFailed, match="has no connector_read_file"):
        adapter.read(FILE)


def test_an_adapter_that_reads_files_alone_cannot_be_polled(plugin: Maker) -> None:
    adapter = plugin(connector_read_file=read_one, connector_columns=no_columns)
    assert not adapter.polls
    with pytest.raises(AdapterFailed, match="cannot be polled"):
        fetched(adapter)


@pytest.mark.parametrize(
    "answer",
    [
        None, [SECRET], Page([SECRET]), Page("abc"), Page([], 7), Page([], None, False, NAIVE),
        Page([], None, more=True), Page([], "c", more=True),
    ],
)  # fmt: skip
def test_a_page_that_is_not_of_its_form_is_the_plugin_s_failure(plugin: Maker, answer: object) -> None:
    with pytest.raises(AdapterFailed) as caught:
        fetched(polled(plugin, answer), "c")
    failure(caught)


@pytest.mark.parametrize(
    ("raised", "becomes"),
    [
        (KeyError(SECRET), AdapterFailed), (requests.ConnectionError(SECRET), SourceUnavailable),
        (OSError(SECRET), SourceUnavailable), (SourceNotAdmitted("nee"), SourceNotAdmitted),
        (SourceFormatError("nee"), SourceFormatError),
    ],
)  # fmt: skip
def test_what_a_poll_raises_is_a_source_s_error(
    plugin: Maker, raised: Exception, becomes: type[Exception]
) -> None:
    with pytest.raises(becomes) as caught:
        fetched(polled(plugin, raised))
    assert SECRET not in str(caught.value)
