"""Loads a configuration folder: every mistake at once, and one bad garage file stops that garage alone.

An adapter that is broken is no mistake of the garage's: it stops its own source alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import platformdirs
from pydantic import BaseModel, ValidationError

from connector import adapters
from connector.config import doubts, findings, strict_yaml
from connector.config.connector_file import ConnectorConfig
from connector.config.document import Data, Document, Place, Steps
from connector.config.garage_file import GarageConfig
from connector.errors import AdapterFailed, ConfigError, Mistake

CONNECTOR_FILE = "connector.yaml"
GARAGES_FOLDER = "garages"

_NEARLY_YAML = (".yml", ".yaml.txt", ".yml.txt")  # Windows hides the last ending


class HasSettings(Protocol):
    """What the loader asks of an adapter."""

    @property
    def settings_model(self) -> type[BaseModel] | None:
        """The model of the adapter's `settings:`; None when it takes none."""


FindAdapter = Callable[[str], HasSettings]
"""Name → adapter. Raises LookupError when none has that name, AdapterFailed when it is broken."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration folder. `mistakes` are those of garages, or sources, that do not start; `warnings` stop nothing.

    `directory` is the folder itself.
    """

    connector: ConnectorConfig
    garages: tuple[GarageConfig, ...]
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[Mistake, ...] = ()
    directory: Path | None = None


def default_directory() -> Path:
    """The platform's folder for the configuration of a service."""
    return platformdirs.site_config_path("igarage-connector", appauthor=False)


def load(
    directory: Path,
    *,
    env: Mapping[str, str],
    find_adapter: FindAdapter = adapters.load,
    installed: Callable[[], Collection[str]] = adapters.installed,
) -> Loaded:
    """The configuration in `directory`: `connector.yaml`, which may be left out, and `garages/*.yaml`.

    `installed` tells the names of all adapters, for suggestions. Nothing is asked of the net, and no watched
    folder is looked into. Raises ConfigError when there is no folder or no garage, or `connector.yaml` is
    wrong: it then holds the garages' mistakes too.
    """
    reader = _GarageReader(env, find_adapter, installed)
    listing = _listing(directory)
    garages = [reader.garage(file) for file in _garage_files(directory, listing)]
    try:
        connector = _connector(directory / CONNECTOR_FILE)
    except ConfigError as error:
        raise ConfigError(*error.mistakes, *reader.mistakes) from None
    return Loaded(
        connector,
        tuple(garage for garage in garages if garage),
        tuple(reader.mistakes),
        (*_passed_over(listing), *reader.warnings),
        directory,
    )


def _listing(directory: Path) -> list[Path]:
    """What lies in the folder of garages, but for hidden files. Raises ConfigError when it cannot be told."""
    folder = directory / GARAGES_FOLDER
    try:
        if not directory.is_dir():
            raise ConfigError(Mistake(directory, 1, 1, "", "is not a folder: it should hold garages/"))
        return sorted(file for file in folder.iterdir() if not file.name.startswith("."))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigError(Mistake(folder, 1, 1, "", f"cannot be read: {error.strerror}")) from None


def _garage_files(directory: Path, listing: list[Path]) -> list[Path]:
    files = [file for file in listing if file.suffix == ".yaml"]
    if not files:
        folder = directory / GARAGES_FOLDER
        message = "holds no garage: make a file garage-jansen.yaml here"
        raise ConfigError(Mistake(folder, 1, 1, "", message), *_passed_over(listing))
    return files


def _passed_over(listing: list[Path]) -> Iterator[Mistake]:
    for file in listing:
        if file.name.lower().endswith(_NEARLY_YAML):
            yield Mistake(file, 1, 1, "", "is not read: a garage's file ends in .yaml")


def _connector(file: Path) -> ConnectorConfig:
    """Raises ConfigError."""
    is_there = file.exists() or file.is_symlink()  # a link that leads nowhere is no absence
    written = strict_yaml.read(file) if is_there else Document(file, None, {}, {})
    data = {} if written.data is None else written.data
    found = list(written.mistakes)
    try:
        connector = ConnectorConfig.model_validate(data, context=written)
    except ValidationError as error:
        found += findings.mistakes(error, written, ConnectorConfig)
    if found:
        raise ConfigError(*_in_order(found))
    return connector


def _in_order(mistakes: list[Mistake]) -> list[Mistake]:
    """By place in the file; of two about one value the first found, which knows best how it is written."""
    once = {(mistake.line, mistake.column, mistake.path): mistake for mistake in reversed(mistakes)}
    return [once[place] for place in sorted(once)]


class _GarageReader:
    """Reads garage files one after another and gathers what is wrong with them."""

    def __init__(
        self, env: Mapping[str, str], find_adapter: FindAdapter, installed: Callable[[], Collection[str]]
    ) -> None:
        self.mistakes: list[Mistake] = []
        self.warnings: list[Mistake] = []
        self._env = env
        self._find_adapter = find_adapter
        self._installed = installed

    def garage(self, file: Path) -> GarageConfig | None:
        """The garage in `file`; None when it has mistakes."""
        try:
            document = strict_yaml.read(file)
            garage = self._garage(document)
        except ConfigError as error:
            self.mistakes += error.mistakes
            return None
        self.warnings += doubts.secrets(garage, self._env)
        self.warnings += doubts.optional_in_vain(garage, document, self._find_adapter)
        return garage

    def _garage(self, document: Document) -> GarageConfig:
        """Raises ConfigError with every mistake of this file."""
        found, broken = list(document.mistakes), dict[int, str]()
        data = self._with_settings(document, found, broken)
        found += _repeated_names(document)
        found += _door_or_lists(document)
        try:
            garage = GarageConfig.model_validate(data, context=document)
        except ValidationError as error:
            found += findings.mistakes(error, document, GarageConfig)
        if found:
            raise ConfigError(*_in_order([*found, *_of_broken(document, broken)]))
        for number, why in broken.items():
            garage.sources[number].set_aside(why)
        self.mistakes += _of_broken(document, broken)
        return garage

    def _with_settings(self, document: Document, found: list[Mistake], broken: dict[int, str]) -> object:
        """The document's data, with each source's settings as its adapter's model makes them.

        `broken`: number of a source → why its adapter cannot be used.
        """
        sources = document.at(("sources",))
        if not isinstance(document.data, dict) or not isinstance(sources, list):
            return document.data
        made = []
        for number, source in enumerate(sources):
            try:
                made.append(self._source(document, source, ("sources", number), found))
            except AdapterFailed as error:
                broken[number] = str(error)
                made.append({**source, "settings": None} if isinstance(source, dict) else source)
        return {**document.data, "sources": made}

    def _source(self, document: Document, source: Data, steps: Steps, found: list[Mistake]) -> object:
        """Raises AdapterFailed."""
        if not isinstance(source, dict):
            return source
        settings = None
        try:
            settings = self._settings(document, source, steps)
        except ConfigError as error:
            found += error.mistakes
        return {**source, "settings": settings}

    def _settings(self, document: Document, source: dict[str, Data], steps: Steps) -> BaseModel | None:
        """The source's settings. Raises ConfigError with the mistakes in them, or in the adapter's name."""
        name = source.get("adapter")
        if not isinstance(name, str):
            return None  # the source's own model says so
        adapter = self._adapter(document, name, (*steps, "adapter"))
        _refuse_manner(document, adapter, source, steps)
        return _validated(document, adapter.settings_model, (*steps, "settings"))

    def _adapter(self, document: Document, name: str, steps: Steps) -> HasSettings:
        try:
            return self._find_adapter(name)
        except LookupError:
            message = "is not an installed adapter" + findings.suggestion(name, self._installed())
        raise ConfigError(document.mistake(steps, message, document.place_of_value(steps)))


def _of_broken(document: Document, broken: Mapping[int, str]) -> list[Mistake]:
    """The adapters that cannot be used, told where they are named."""
    mistakes = []
    for number, why in broken.items():
        steps: Steps = ("sources", number, "adapter")
        mistakes.append(document.mistake(steps, f"cannot be used: {why}", document.place_of_value(steps)))
    return mistakes


def _validated(document: Document, model: type[BaseModel] | None, steps: Steps) -> BaseModel | None:
    """Raises ConfigError with every mistake in the settings."""
    written = document.at(steps)
    if model is None:
        if written:
            raise _wrong(document, steps, "may not stand here: this adapter takes no settings")
        return None
    try:
        return model.model_validate({} if written is None else written)
    except ValidationError as error:
        raise ConfigError(*findings.mistakes(error, document, model, steps)) from None
    except Exception as error:  # a stranger's validator that breaks stops its own garage only
        kind = type(error).__name__
        raise _wrong(document, steps, f"cannot be judged: the adapter's own check broke ({kind})") from None


_MANNERS = {
    "poll": ("connector_fetch_page", "cannot be polled: this adapter reads files; write watch: FOLDER"),
    "watch": (
        "connector_read_file",
        "cannot be watched: this adapter polls an API; write poll: SECONDS and http",
    ),
    "receive": ("connector_receive", "cannot be pushed to: this adapter receives nothing"),
}
"""The key by which a source is read → the hook that its adapter must have, and what is said where it has not."""


def _refuse_manner(
    document: Document, adapter: HasSettings, source: Mapping[str, Data], steps: Steps
) -> None:
    """Raises ConfigError where a source is to be read in a way that its adapter has no hook for."""
    hooks = getattr(adapter, "hooks", None)
    for key, (hook, message) in _MANNERS.items():
        if hooks is not None and key in source and hook not in hooks:
            raise _wrong(document, (*steps, key), message)


def _wrong(document: Document, steps: Steps, message: str) -> ConfigError:
    return ConfigError(_at_key(document, steps, message))


def _at_key(document: Document, steps: Steps, message: str) -> Mistake:
    return document.mistake(steps, message, document.place_of_key(steps))


def _repeated_names(document: Document) -> Iterator[Mistake]:
    first: dict[str, Place] = {}
    sources = document.at(("sources",))
    for number in range(len(sources) if isinstance(sources, list) else 0):
        steps: Steps = ("sources", number, "name")
        name, place = document.at(steps), document.place_of_value(steps)
        if isinstance(name, str) and first.setdefault(name, place) != place:
            yield document.mistake(
                steps, f"is taken: the source on line {first[name].line} has this name", place
            )


def _door_or_lists(document: Document) -> Iterator[Mistake]:
    """A garage has a door at iGarage, or somebody carries lists there."""
    if not isinstance(document.data, dict):
        return
    by_list = document.at(("delivery", "route")) == "list_file"
    if document.data.get("igarage") is None and not by_list:
        message = "is empty" if "igarage" in document.data else "is missing"
        yield document.mistake(("igarage",), message, document.place_of_value(("igarage",)))
    elif "igarage" in document.data and by_list:
        message = (
            "stands beside delivery.route: list_file, which asks nothing of iGarage: take one of them away"
        )
        yield _at_key(document, ("igarage",), message)
