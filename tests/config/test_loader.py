"""The folder as a whole."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connector import config
from connector.config import Loaded
from connector.errors import ConfigError

Load = Callable[..., Loaded]
Write = Callable[..., Path]


def test_garages_are_loaded_in_the_order_of_their_names(write: Write, load: Load, garage_yaml: str) -> None:
    for name in ("pietersen", "jansen", "4wielen"):
        write(garage_yaml.replace("garage: jansen", f"garage: {name}"), f"garages/{name}.yaml")
    loaded = load()
    assert [garage.garage for garage in loaded.garages] == ["4wielen", "jansen", "pietersen"]
    assert loaded.mistakes == ()


def test_one_bad_garage_file_stops_that_garage_alone(write: Write, load: Load, garage_yaml: str) -> None:
    write()
    bad = write(garage_yaml.replace("adapter: table", "adapter: broken"), "garages/bad.yaml")
    worse = write(b"name: \xc7elik", "garages/worse.yaml")
    loaded = load()
    assert [garage.garage for garage in loaded.garages] == ["jansen"]
    assert [mistake.file for mistake in loaded.mistakes] == [bad, bad, worse]


def test_all_mistakes_of_all_files_are_told_at_once_in_the_order_they_stand(
    write: Write, load: Load, garage_yaml: str
) -> None:
    wrong = garage_yaml.replace("config_version: 1", "config_version: 3").replace("plate:", "plat:")
    write(wrong.replace("  token_file: jansen.token\n", "  token: canary-7f3a\n") + "name: twice\n")
    write(wrong.replace("garage: jansen", "garage: b").replace("watch:", "wach:"), "garages/b.yaml")
    assert [(mistake.file.stem, mistake.line, mistake.path) for mistake in load().mistakes] == [
        ("b", 1, "config_version"),
        ("b", 8, "sources[0].watch"),
        ("b", 10, "sources[0].wach"),
        ("b", 13, "sources[0].settings.columns.plat"),
        ("jansen", 1, "config_version"),
        ("jansen", 6, "igarage.token"),
        ("jansen", 13, "sources[0].settings.columns.plat"),
        ("jansen", 14, "name"),
    ]


def test_a_want_of_a_token_is_a_warning_and_stops_nothing(
    write: Write, load: Load, garage_yaml: str, folder: Path
) -> None:
    write()
    write(
        garage_yaml.replace("garage: jansen", "garage: b").replace(
            "token_file: jansen.token", "token_env: B"
        ),
        "garages/b.yaml",
    )
    loaded = load()
    assert len(loaded.garages) == 2
    assert [str(warning).removeprefix(f"{folder}/garages/") for warning in loaded.warnings] == [
        "b.yaml:6:3: igarage.token_env: the variable B is not set: give it the garage's token",
        f"jansen.yaml:6:3: igarage.token_file: {folder}/garages/jansen.token does not exist:"
        " put the garage's token there",
    ]


def test_s16_an_unfit_token_is_a_warning_that_does_not_show_it(write: Write, load: Load, token: str) -> None:
    write()
    write(f"{token}\nX: y", "garages/jansen.token")
    (warning,) = load().warnings
    assert warning.message.endswith("it must hold the token alone, without Bearer")
    assert token not in str(warning)


def test_with_its_token_in_place_nothing_is_left_to_say(write: Write, load: Load, token: str) -> None:
    write()
    write(token, "garages/jansen.token")
    assert load().warnings == ()


@pytest.mark.parametrize("name", ["pietersen.yml", "pietersen.yaml.txt"])
def test_a_file_that_is_nearly_a_garage_is_not_passed_over_in_silence(
    write: Write, load: Load, token: str, name: str
) -> None:
    write()
    write(token, "garages/jansen.token")
    nearly = write("x", f"garages/{name}")
    assert [str(warning) for warning in load().warnings] == [
        f"{nearly}:1:1: is not read: a garage's file ends in .yaml"
    ]


def test_hidden_files_are_not_read(write: Write, load: Load, token: str) -> None:
    write()
    write(token, "garages/jansen.token")
    write("x: [", "garages/._jansen.yaml")
    write("x: [", "garages/.#jansen.yml")
    loaded = load()
    assert (loaded.mistakes, loaded.warnings) == ((), ())


def test_no_folder_and_no_garage_are_told(load: Load, folder: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load()
    assert str(caught.value) == f"{folder}/garages:1:1: holds no garage: make a file garage-jansen.yaml here"
    with pytest.raises(ConfigError) as caught:
        load(directory=folder / "gone")
    assert str(caught.value) == f"{folder}/gone:1:1: is not a folder: it should hold garages/"


def test_a_folder_without_a_folder_of_garages_holds_none(load: Load, tmp_path: Path) -> None:
    (tmp_path / "garages").rmdir()
    with pytest.raises(ConfigError, match="holds no garage"):
        load(directory=tmp_path)


def test_a_nearly_garage_is_named_when_there_is_no_other(write: Write, load: Load) -> None:
    nearly = write("x", "garages/jansen.yml")
    with pytest.raises(ConfigError) as caught:
        load()
    assert [mistake.file for mistake in caught.value.mistakes] == [nearly.parent, nearly]


def test_a_connector_file_that_leads_nowhere_is_not_taken_for_none(
    write: Write, load: Load, folder: Path
) -> None:
    write()
    (folder / "connector.yaml").symlink_to(folder / "gone.yaml")
    with pytest.raises(ConfigError, match=r"connector.yaml:1:1: cannot be read: No such file"):
        load()


def test_a_folder_that_cannot_be_listed_is_told(load: Load, tmp_path: Path) -> None:
    (tmp_path / "garages").rmdir()
    (tmp_path / "garages").write_text("a file")
    with pytest.raises(ConfigError, match="garages:1:1: cannot be read: Not a directory"):
        load(directory=tmp_path)


def test_a_folder_in_a_garages_place_is_that_garages_mistake(write: Write, load: Load, folder: Path) -> None:
    write()
    (folder / "garages/pietersen.yaml").mkdir()
    loaded = load()
    assert [garage.garage for garage in loaded.garages] == ["jansen"]
    assert [mistake.message for mistake in loaded.mistakes] == ["cannot be read: is not a plain file"]


def test_when_every_garage_is_wrong_the_folder_still_loads(write: Write, load: Load) -> None:
    write("")
    loaded = load()
    assert loaded.garages == ()
    assert [mistake.message for mistake in loaded.mistakes] == ["is empty"]


def test_relative_paths_are_absolute_however_the_folder_is_named(
    write: Write, load: Load, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write()
    monkeypatch.chdir(folder.parent)
    loaded = load(directory=Path(folder.name))
    assert loaded.garages[0].sources[0].watch == folder / "garages/export"
    assert loaded.connector.state_directory == folder / "state"


def test_the_default_folder_is_the_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_DIRS", raising=False)
    directory = config.default_directory()
    assert directory.is_absolute()
    assert directory.name == "igarage-connector"
    if sys.platform == "linux":
        assert directory == Path("/etc/xdg/igarage-connector")


_LINES = st.lists(
    st.sampled_from(
        (
            "sources:",
            "  - name: a",
            "    adapter: table",
            "    adapter: [x]",
            "    settings: {columns: {plate: [a]}}",
            "    settings: [1]",
            "    settings: {columns: {plate: {value: {}}}}",
            "igarage:",
            "  url: https://[",
            "  token: {a: b}",
            "  token_env: [x]",
            "  pattern: {a: b}",
            "- x",
            "garage: {}",
            "timezone: Europe",
            "delivery: {retry: {max: nan}}",
            "config_version: 1e999",
            "name: !x y",
            "sources: {a: {b: c}}",
            "x: [",
            "\x00",
            "?",
        )
    )
)


@settings(max_examples=150, deadline=3000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | _LINES.map(lambda lines: "\n".join(lines).encode()))
@example(b"\xff\xfe")
@example(b"sources: [{adapter: table, settings: {columns: {plate: {column: {}}}}}]")
def test_s05_rubbish_in_a_garage_file_is_told_and_in_the_connectors_stops(
    write: Write, load: Load, garage_yaml: str, content: bytes
) -> None:
    write(garage_yaml)
    write(content, "garages/rubbish.yaml")
    write(b"", "connector.yaml")
    loaded = load()
    assert [garage.garage for garage in loaded.garages] == ["jansen"]
    assert loaded.mistakes
    write(content, "connector.yaml")
    try:
        load()
    except ConfigError as error:
        assert error.mistakes


def test_a_door_with_nothing_but_comments_below_it_is_none(
    write: Write, load: Load, garage_yaml: str
) -> None:
    door = "  url: https://api.example.nl/connector/v1\n  token_file: jansen.token\n"
    assert door in garage_yaml
    write(garage_yaml.replace(door, "  # url: https://api.example.nl/connector/v1\n"))
    loaded = load()
    assert loaded.garages == ()
    assert [(each.line, each.path, each.message) for each in loaded.mistakes] == [(4, "igarage", "is empty")]
