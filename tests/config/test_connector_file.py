"""`connector.yaml`, through the loader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from connector.config import ConnectorConfig, Loaded, StateConfig
from connector.errors import ConfigError

Load = Callable[..., Loaded]
Write = Callable[..., Path]

URL = "postgresql+psycopg://u:canary-7f3a@db/igarage"


@pytest.fixture
def connector(write: Write, load: Load) -> Callable[[str], ConnectorConfig]:
    """Loads a folder with this `connector.yaml` and one good garage."""

    def connector(text: str) -> ConnectorConfig:
        write()
        write(text, "connector.yaml")
        return load().connector

    return connector


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}", "state: {}\n", None])
def test_every_key_may_be_left_out_and_so_may_the_file(
    write: Write, load: Load, folder: Path, text: str | None
) -> None:
    write()
    if text is not None:
        write(text, "connector.yaml")
    connector = load().connector
    assert connector.state_directory == folder / "state"
    assert connector.database_url is None
    assert (connector.logging.level, connector.logging.file, connector.threads) == ("info", None, 4)


def test_relative_paths_are_relative_to_the_file_and_absolute_ones_stay(
    connector: Callable[[str], ConnectorConfig], folder: Path
) -> None:
    loaded = connector(
        "state: {directory: /srv/state}\nlogging: {level: debug, file: logs/c.log}\nthreads: 8\n"
    )
    assert loaded.state_directory == Path("/srv/state")
    assert loaded.logging.file == folder / "logs/c.log"
    assert (loaded.logging.level, loaded.threads) == ("debug", 8)


def test_a_database_takes_the_place_of_the_folder_and_shows_its_password_to_nobody(
    connector: Callable[[str], ConnectorConfig],
) -> None:
    loaded = connector(f"state: {{database: '{URL}'}}")
    assert loaded.state_directory is None
    assert loaded.database_url == URL
    assert "canary" not in repr(loaded) + str(loaded.model_dump()) + loaded.model_dump_json()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("state: {directory: ./state, database: '" + URL + "'}",
         "1:20: state.directory: stands beside database: keep one of the two"),
        ("state: {database: 'mysql://u:canary-7f3a@db/x'}",
         "1:19: state.database: must begin with postgresql+psycopg:// (SQLite needs only a directory)"),
        ("state: {directory: ~/state}",
         "1:20: state.directory: must be written in full: ~ has no meaning for a service"),
        ("state: ./state", "1:8: state: must hold keys of its own"),
        ("state: {directory: ''}", "1:20: state.directory: must be a path, without control characters"),
        ("logging: {level: INFOO}",
         "1:18: logging.level: must be 'debug', 'info', 'warning' or 'error' — did you mean 'info'?"),
        ("logging:", "1:1: logging: is empty"),
        ("threads: 0", "1:10: threads: must be at least 1"),
        ("probe: {first: 10, max: 5}", "1:25: probe.max: must not be less than first"),
        ("probe: {max: 7200}", "1:14: probe.max: must be at most 3600"),
        ("threads: 65", "1:10: threads: must be at most 64"),
        ("thread: 4", "1:1: thread: is not a known key — did you mean 'threads'?"),
        ("- threads", "1:1: must hold keys of its own"),
        ("threads: 4\nthreads: 4", "2:1: threads: stands here a second time (first on line 1)"),
        ("threads: [", "1:11: a value is missing, or a bracket is not closed"),
    ],
)  # fmt: skip
def test_a_wrong_connector_file_stops_everything(
    connector: Callable[[str], ConnectorConfig], folder: Path, text: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        connector(text)
    assert str(caught.value) == f"{folder / 'connector.yaml'}:{said}"
    assert "canary" not in str(caught.value)


def test_its_mistakes_stand_beside_those_of_the_garages(write: Write, load: Load) -> None:
    write("threads: 0\nlogging: {level: x}\n", "connector.yaml")
    write("a: b", "garages/jansen.yaml")
    with pytest.raises(ConfigError) as caught:
        load()
    assert {mistake.file.name for mistake in caught.value.mistakes} == {"connector.yaml", "jansen.yaml"}
    assert [mistake.path for mistake in caught.value.mistakes][:2] == ["threads", "logging.level"]


def test_a_configuration_is_not_changed_once_it_is_made(tmp_path: Path) -> None:
    made = ConnectorConfig(state=StateConfig(directory=tmp_path))
    assert made.state_directory == tmp_path
    with pytest.raises(ValidationError):
        made.threads = 5
