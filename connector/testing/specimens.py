"""What a plugin is tried on: settings as a garage writes them, and samples of what its source gives.

Both lie in the folder `sample/` beside the plugin's module: a garage's file (any `*.yaml`) whose sources have this
adapter, and the exports that their `pattern` names. A source with `receive:` is tried on `push*.json` and
`push*.xml`, one with `poll:` on the garage system that `stand_in.py` plays (`connector.testing.stand_in`).
"""

from __future__ import annotations

import fnmatch
import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ValidationError

from connector import adapters, mapping
from connector.adapters import Adapter
from connector.config import strict_yaml
from connector.errors import AdapterFailed, ConfigError
from connector.model import ExportFile, Layout, PushRequest, Skipped, SourceRecord, Table, Verdict
from connector.testing.clock import TODAY
from connector.testing.stand_in import StandIn, cars, served

FEW_PAGES = 20
"""Pages of a sample that are looked at."""
STAND_IN = "stand_in"
"""The module in `sample/` that plays an API."""
MEDIA_TYPES = {".json": "application/json", ".xml": "application/xml"}


@dataclass(frozen=True, slots=True)
class Specimen:
    """Settings as a garage writes them, and what a source with them gave."""

    name: str = "sample"
    settings: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[ExportFile, ...] = ()
    pushes: tuple[PushRequest, ...] = ()
    stand_in: StandIn | None = None
    """Plays the API that is polled."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return not (self.files or self.pushes or self.stand_in)


@dataclass(frozen=True, slots=True)
class Trial:
    """One specimen with the plugin that is tried on it."""

    adapter: Adapter
    specimen: Specimen
    settings: BaseModel | None

    def tables(self) -> Iterator[tuple[str, Table]]:
        """Every sample with the records the plugin makes of it; raises what the plugin raises."""
        for file in self.specimen.files:
            yield file.name, self.adapter.read(file, self.settings)
        for number, push in enumerate(self.specimen.pushes, 1):
            yield f"push {number}", self.adapter.receive(push, self.settings)
        if self.specimen.stand_in is not None:
            yield "poll", Table(Layout(()), self._polled(self.specimen.stand_in))

    def _polled(self, stand_in: StandIn) -> list[SourceRecord]:
        with served(stand_in, cars(range(1, 6))) as api:
            records, cursor = list[SourceRecord](), None
            for _ in range(FEW_PAGES):
                page = self.adapter.fetch_page(api.session, self.settings, cursor, None)
                records += page.records
                cursor = page.cursor
                if not page.more:
                    break
        return records

    def verdicts(self, table: Table) -> Iterator[tuple[SourceRecord, Verdict]]:
        """Each record with what becomes of it, as the connector judges it."""
        mapper = mapping.compile_mapper(self.adapter.columns(self.settings), table.layout.columns or None)
        for record in table:
            yield record, self.verdict(mapper, record)

    def verdict(self, mapper: mapping.Mapper, record: SourceRecord) -> Verdict:
        """What becomes of one record."""
        if not self.adapter.maps_records or record.fault:
            return mapper.judge(record, today=TODAY)
        mapped = self.adapter.map_record(record, self.settings)
        return mapped if isinstance(mapped, Skipped) else mapper.judge_fields(mapped, today=TODAY)


@dataclass(frozen=True, slots=True)
class Subject:
    """A plugin under examination. `broken` says why it could not be loaded; nothing else is known of it then."""

    name: str
    folder: Path | None = None
    adapter: Adapter | None = None
    broken: str | None = None
    trials: tuple[Trial, ...] = ()
    unfit: tuple[str, ...] = ()
    """Why settings of its own sample are refused."""


def subject_of(
    name: str,
    *,
    entry_points: Iterable[EntryPoint] | None = None,
    specimens: Iterable[Specimen] | None = None,
) -> Subject:
    """The installed plugin `name` with its samples; `specimens` stand in for those of its folder.

    Raises `adapters.UnknownAdapter`.
    """
    points = None if entry_points is None else tuple(entry_points)
    try:
        adapter = adapters.load(name, entry_points=points)
    except AdapterFailed as error:
        return Subject(name, broken=str(error))
    known = adapters.installed() if points is None else {each.name: each for each in points}
    module = importlib.import_module(known[name].module)
    folder = Path(module.__file__).parent if module.__file__ else None
    try:
        tried = tuple(_in_folder(folder, module, name) if specimens is None else specimens)
    except Exception as error:  # a stranger's stand-in may break as it is imported
        return Subject(name, broken=f"sample/{STAND_IN}.py cannot be imported: {type(error).__name__}")
    trials, unfit = [], []
    for specimen in tried:
        try:
            trials.append(Trial(adapter, specimen, _settings(adapter, specimen)))
        except (ValidationError, ValueError) as error:
            unfit.append(f"{specimen.name}: {_plainly(error)}")
    return Subject(name, folder, adapter, None, tuple(trials), tuple(unfit))


def _settings(adapter: Adapter, specimen: Specimen) -> BaseModel | None:
    """Raises ValueError where the plugin does not take them."""
    if adapter.settings_model is not None:
        return adapter.settings_model.model_validate(dict(specimen.settings))
    if specimen.settings:
        raise ValueError("deze plugin kent geen settings")
    return None


def _plainly(error: ValidationError | ValueError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in error.errors())
    return str(error)


def _in_folder(folder: Path | None, module: ModuleType, name: str) -> Iterator[Specimen]:
    sample = folder / "sample" if folder else None
    if sample is None or not sample.is_dir():
        return
    lying = sorted(sample.iterdir())
    for file in lying:
        if file.suffix == ".yaml":
            for source in _sources(file):
                if source.get("adapter") == name:
                    yield _specimen(source, lying, module)


def _sources(file: Path) -> list[dict[str, Any]]:
    try:
        data = strict_yaml.read(file).data
    except ConfigError:
        return []
    sources = data.get("sources") if isinstance(data, dict) else None
    return [each for each in sources if isinstance(each, dict)] if isinstance(sources, list) else []


def _specimen(source: Mapping[str, Any], lying: Sequence[Path], module: ModuleType) -> Specimen:
    written = source.get("pattern") or "*.csv"
    patterns = [written] if isinstance(written, str) else written
    watched = patterns if source.get("watch") else []
    exports = [each for each in lying if _fits(each, watched)]
    pushed = [each for each in lying if _fits(each, ["push*.json", "push*.xml"])]
    return Specimen(
        name=str(source.get("name", "sample")),
        settings=source.get("settings") or {},
        files=tuple(map(export_of, exports)),
        pushes=tuple(map(push_of, pushed)) if source.get("receive") else (),
        stand_in=_stand_in(lying, module) if source.get("poll") else None,
    )


def _stand_in(lying: Sequence[Path], module: ModuleType) -> StandIn | None:
    """The function `answer` of `stand_in.py`, of the plugin's own package."""
    if not any(each.name == f"{STAND_IN}.py" for each in lying):
        return None
    found = importlib.import_module(f"{module.__package__}.sample.{STAND_IN}")
    answer: StandIn = found.answer
    return answer


def _fits(file: Path, patterns: Iterable[str]) -> bool:
    return file.is_file() and any(fnmatch.fnmatch(file.name.lower(), each.lower()) for each in patterns)


def export_of(path: Path) -> ExportFile:
    """A file as an export."""
    return ExportFile(path.name, lambda: path.open("rb"), path.stat().st_size)


def push_of(path: Path) -> PushRequest:
    """A file as the body of a push, by the end of its name."""
    return PushRequest(MEDIA_TYPES[path.suffix.lower()], path.read_bytes())
