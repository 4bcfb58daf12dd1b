"""`garages/<id>.yaml`, through the loader: what is taken, and what is said of what is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from connector.backoff import Retry
from connector.config import GarageConfig, IGarageConfig, Loaded, SourceConfig
from connector.errors import ConfigError
from connector.selection import Select

Load = Callable[..., Loaded]
Write = Callable[..., Path]

EXAMPLE = Path(__file__).parents[2] / "config"


@pytest.fixture
def said(write: Write, load: Load, garage_yaml: str) -> Callable[[str, str], list[str]]:
    """The mistakes in the smallest good file with one piece of it replaced, as `line:column: path: …`."""

    def said(old: str, new: str) -> list[str]:
        assert garage_yaml.count(old) == 1
        file = write(garage_yaml.replace(old, new))
        return [str(mistake).removeprefix(f"{file}:") for mistake in load().mistakes]

    return said


@pytest.fixture
def garage(write: Write, load: Load, garage_yaml: str) -> Callable[..., GarageConfig]:
    """The garage in the smallest good file with one piece of it replaced."""

    def garage(old: str = "", new: str = "") -> GarageConfig:
        assert old in garage_yaml
        write(garage_yaml.replace(old, new, 1))
        loaded = load()
        assert loaded.mistakes == ()
        return loaded.garages[0]

    return garage


def test_the_example_loads_as_written_and_lacks_only_its_token(load: Load) -> None:
    loaded = load(directory=EXAMPLE)  # the other examples are tested with the adapters that they name
    assert [mistake for mistake in loaded.mistakes if mistake.file.stem == "garage-jansen"] == []
    jansen = next(each for each in loaded.garages if each.garage == "garage-jansen")
    (klanten,) = jansen.sources
    assert (jansen.config_version, jansen.garage, jansen.name) == (1, "garage-jansen", "Garage Jansen")
    assert jansen.zone == ZoneInfo("Europe/Amsterdam")
    assert jansen.igarage.url == "https://api.example.nl/connector/v1"
    assert jansen.igarage.token_file == EXAMPLE / "garages/garage-jansen.token"
    assert (jansen.igarage.timeout, jansen.igarage.allow_http) == (30, False)
    assert (klanten.name, klanten.adapter, klanten.contains) == ("klanten", "generic_csv", "all")
    assert (klanten.pattern, klanten.scan_every, klanten.settle) == (("*.csv",), 30, 3)
    assert klanten.watch == EXAMPLE / "garages/export"
    assert (jansen.delivery.route, jansen.delivery.send, jansen.delivery.workers) == ("auto", "never", 4)
    assert jansen.delivery.select is not None
    assert jansen.delivery.select.window == Select(2, 2, "now")
    assert jansen.delivery.retry.policy == Retry(first=30, max=21600, attempts=20)
    columns = klanten.settings.columns  # type: ignore[union-attr]
    assert (columns["apk_due"].column, columns["apk_due"].format) == (["APK datum"], "%d-%m-%Y")
    assert columns["country"].value == "NL"
    warnings = [warning.path for warning in loaded.warnings if warning.file.stem == "garage-jansen"]
    assert warnings == ["igarage.token_file"]


def test_what_is_left_out_has_the_examples_values(garage: Callable[..., GarageConfig], load: Load) -> None:
    example = next(each for each in load(directory=EXAMPLE).garages if each.garage == "garage-jansen")
    smallest = garage()
    assert smallest.delivery == example.delivery.model_copy(update={"select": None, "fleet_accounts": {}})
    assert smallest.timezone == example.timezone
    ours, theirs = smallest.sources[0], example.sources[0]
    for name in ("pattern", "contains", "scan_every", "settle"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert smallest.igarage.timeout == example.igarage.timeout
    assert smallest.igarage.allow_http is example.igarage.allow_http


def test_what_looks_like_something_else_stays_as_written(garage: Callable[..., GarageConfig]) -> None:
    for written in ("NO", "010", "22:30", "true", "1e3"):
        assert garage("name: Garage Jansen", f"name: {written}").name == written
        columns = garage("plate: Kenteken", f"plate: {written}").sources[0].settings.columns  # type: ignore[union-attr]
        assert columns["plate"].column == [written]


@pytest.mark.parametrize("word", ["true", "yes", "on", "True", "YES"])
def test_yes_and_no_are_understood_where_they_are_asked_for(
    garage: Callable[..., GarageConfig], word: str
) -> None:
    loopback = f"url: http://127.0.0.1:8080/v1/\n  allow_http: {word}"
    made = garage("url: https://api.example.nl/connector/v1", loopback)
    assert (made.igarage.allow_http, made.igarage.url) == (True, "http://127.0.0.1:8080/v1")


def test_one_pattern_needs_no_list(garage: Callable[..., GarageConfig]) -> None:
    assert garage("watch: ./export", "watch: ./export\n    pattern: '*.txt'").sources[0].pattern == ("*.txt",)


def test_a_watched_folder_may_be_a_windows_share_or_anywhere(garage: Callable[..., GarageConfig]) -> None:
    assert garage("./export", "/srv/export").sources[0].watch == Path("/srv/export")
    assert garage("./export", r"'\\nas\export'").sources[0].watch.name.endswith("export")


def test_an_adapter_without_settings_gives_none(garage: Callable[..., GarageConfig]) -> None:
    settings = "    settings:\n      columns:\n        plate: Kenteken\n"
    assert (
        garage("adapter: table\n    watch: ./export\n" + settings, "adapter: plain\n    watch: x\n")
        .sources[0]
        .settings
        is None
    )


def test_a_garage_shows_its_adapters_settings_when_it_is_dumped(garage: Callable[..., GarageConfig]) -> None:
    dumped = json.loads(garage().model_dump_json())
    assert dumped["sources"][0]["settings"]["columns"]["plate"]["column"] == ["Kenteken"]
    assert "token" not in dumped["igarage"]


MISTAKES = [
    ("config_version: 1", "config_version: 2",
     "1:17: config_version: must be 1: this program knows no other"),
    ("config_version: 1\n", "", "1:1: config_version: is missing"),
    ("config_version: 1", "config_verson: 1",
     "1:1: config_version: is missing",
     "1:1: config_verson: is not a known key — did you mean 'config_version'?"),
    ("garage: jansen", "garage: pietersen", "2:9: garage: must be the name of this file without .yaml"),
    ("garage: jansen", "garage: ../jansen",
     "2:9: garage: may hold only a-z, 0-9 and -, at most 63, and begins with a letter or digit"),
    ("name: Garage Jansen", "name:", "3:1: name: is empty"),
    ("name: Garage Jansen", "name: ' '", "3:7: name: must be a text on one line"),
    ("name: Garage Jansen", "name: [a]", "3:7: name: must be a text"),
    ("name: Garage Jansen", "name: x\ntimezone: Europe/Amsterdm",
     "4:11: timezone: is not a time zone that is known here, as Europe/Amsterdam"
     " — did you mean 'Europe/Amsterdam'?"),
    ("name: Garage Jansen", "name: x\ntimezone: ../../etc/passwd",
     "4:11: timezone: is not a time zone that is known here, as Europe/Amsterdam"),
    ("name: Garage Jansen", "name: x\ntimezone: Europe",
     "4:11: timezone: is not a time zone that is known here, as Europe/Amsterdam"
     " — did you mean 'Europe/Rome'?"),
    ("url: https://api.example.nl/connector/v1", "timeout: 1", "4:1: igarage.url: is missing"),
    ("url: https://api", "url: http://api",
     "5:8: igarage.url: must begin with https://"
     " (http:// is only for this computer itself, with allow_http: true)"),
    ("url: https://api.example.nl/connector/v1", "url: http://127.0.0.1:1/v1",
     "4:1: igarage.allow_http: must be true for an http:// url"),
    ("token_file: jansen.token", "token_file: jansen.token\n  allow_http: true",
     "7:15: igarage.allow_http: may be true only where the url is this computer itself"),
    ("token_file: jansen.token", "token_file: jansen.token\n  timeout: 0",
     "7:12: igarage.timeout: must be more than 0"),
    ("token_file: jansen.token", "token_file: jansen.token\n  timeout: inf",
     "7:12: igarage.timeout: must be a number"),
    ("token_file: jansen.token", "token_file: jansen.token\n  timeout: 3601",
     "7:12: igarage.timeout: must be at most 3600"),
    ("token_file: jansen.token", "token_file: jansen.token\n  token_env: JANSEN",
     "7:14: igarage.token_env: stands beside token_file: keep one of the two"),
    ("token_file: jansen.token", "timeout: 30",
     "4:1: igarage.token_env: is missing, and so is token_file: one of them says where the token is"),
    ("token_file: jansen.token", "token_env: canary-7f3a",
     "6:14: igarage.token_env: must be a variable's name in capitals, as JANSEN_TOKEN,"
     " never the token itself"),
    ("token_file: jansen.token", "token: canary-7f3a",
     "6:10: igarage.token: may not stand here: put the token in a file and write token_file: FILE,"
     " or token_env: VARIABLE"),
    ("token_file: jansen.token", "token: canary-7f3a\n  token_file: jansen.token",
     "6:10: igarage.token: may not stand here: put the token in a file and write token_file: FILE,"
     " or token_env: VARIABLE"),
    ("token_file: jansen.token", "tokenfile: jansen.token",
     "4:1: igarage.token_env: is missing, and so is token_file: one of them says where the token is",
     "6:3: igarage.tokenfile: is not a known key — did you mean 'token_file'?"),
    ("name: klanten", "name: Klanten",
     "8:11: sources[0].name: may hold only a-z, 0-9 and -, at most 63, and begins with a letter or digit"),
    ("adapter: table", "adapter: tabel",
     "9:14: sources[0].adapter: is not an installed adapter — did you mean 'table'?"),
    ("adapter: table", "adapter: xyzzy", "9:14: sources[0].adapter: is not an installed adapter"),
    ("adapter: table", "adapter: broken",
     "9:14: sources[0].adapter: cannot be used: the plugin 'broken' cannot be imported"),
    ("adapter: table", "adapter:", "9:5: sources[0].adapter: is empty"),
    ("    adapter: table\n", "", "8:5: sources[0].adapter: is missing"),
    ("adapter: table", "adapter: plain",
     "11:5: sources[0].settings: may not stand here: this adapter takes no settings"),
    ("adapter: table", "adapter: breaking",
     "11:5: sources[0].settings: cannot be judged: the adapter's own check broke (KeyError)"),
    ("watch: ./export", 'watch: "C:\\temp"',
     "10:12: sources[0].watch: a backslash in double quotes begins an escape: write it in single quotes"),
    ("watch: ./export", "watch: ~jansen/export",
     "10:12: sources[0].watch: must be written in full: ~ has no meaning for a service"),
    ("watch: ./export", "watch: ./export\n    pattern: ['*.csv', '../*.csv']",
     "11:24: sources[0].pattern[1]: must be a pattern for file names, as *.csv, without folders or .."),
    ("watch: ./export", "watch: ./export\n    pattern: 'a\\*.csv'",
     "11:14: sources[0].pattern: must be a pattern for file names, as *.csv, without folders or .."),
    ("watch: ./export", "watch: ./export\n    pattern: []",
     "11:14: sources[0].pattern: must hold at least one"),
    ("watch: ./export", "watch: ./export\n    contains: alle",
     "11:15: sources[0].contains: must be 'all' or 'selection' — did you mean 'all'?"),
    ("watch: ./export", "watch: ./export\n    scan_every: 0",
     "11:17: sources[0].scan_every: must be more than 0"),
    ("watch: ./export", "watch: ./export\n    settle: -1", "11:13: sources[0].settle: must be at least 0"),
    ("watch: ./export", "watch: ./export\n    wach: ./export",
     "11:5: sources[0].wach: is not a known key — did you mean 'watch'?"),
    ("plate: Kenteken", "plat: Kenteken",
     "13:9: sources[0].settings.columns.plat: is not a known key — did you mean 'plate'?"),
    ("plate: Kenteken", "plate: {colum: Kenteken}",
     "13:17: sources[0].settings.columns.plate.colum: is not a known key — did you mean 'column'?"),
    ("plate: Kenteken", "plate: Kenteken\n      encodng: auto",
     "14:7: sources[0].settings.encodng: is not a known key — did you mean 'encoding'?"),
    ("      columns:\n        plate: Kenteken\n", "", "11:5: sources[0].settings.columns: is missing"),
    ("plate: Kenteken", "plate: Kenteken\ndelivery: {send: allways}",
     "14:18: delivery.send: must be 'never', 'always' or 'consented' — did you mean 'always'?"),
    ("plate: Kenteken", "plate: Kenteken\ndelivery: {route: post}",
     "14:19: delivery.route: must be 'direct', 'batch', 'auto' or 'list_file'"),
    ("plate: Kenteken", "plate: Kenteken\ndelivery: {workers: 65}",
     "14:21: delivery.workers: must be at most 64"),
    ("plate: Kenteken", "plate: Kenteken\ndelivery: {select: {apk_within_months: 61}}",
     "14:40: delivery.select.apk_within_months: must be at most 60"),
    ("plate: Kenteken", "plate: Kenteken\ndelivery: {select: {without_date: later}}",
     "14:35: delivery.select.without_date: must be 'now' or 'never'"),
    ("plate: Kenteken", "plate: Kenteken\ndelivery: {retry: {first: 60, max: 30}}",
     "14:36: delivery.retry.max: must not be less than first"),
    ("plate: Kenteken", "plate: Kenteken\ndelivery: {retry: {first: 30000}}",
     "14:12: delivery.retry.max: must not be less than first"),
    ("plate: Kenteken", "plate: Kenteken\ndelivery: {retry: {attempts: 0}}",
     "14:30: delivery.retry.attempts: must be at least 1"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), [(old, new, rest) for old, new, *rest in MISTAKES])
def test_a_mistake_is_told_at_its_place_with_its_path_and_the_remedy(
    said: Callable[[str, str], list[str]], old: str, new: str, expected: list[str]
) -> None:
    assert said(old, new) == expected
    assert "canary" not in "".join(said(old, new))


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.nl",
        "file:///etc/passwd",
        "https://u:canary@a.nl",
        "https://169.254.169.254/",
        "https://[fe80::1]/",
        "https://a.nl/?canary=1",
    ],
)
def test_s12_a_bad_url_is_refused_whatever_allow_http_says(
    said: Callable[[str, str], list[str]], url: str
) -> None:
    (mistake,) = said("url: https://api.example.nl/connector/v1", f"url: '{url}'\n  allow_http: true")
    assert mistake.startswith("5:8: igarage.url: ")
    assert "canary" not in mistake


def test_s12_a_secret_that_has_become_a_key_is_not_shown(said: Callable[[str, str], list[str]]) -> None:
    found = said("name: Garage Jansen", "name: x\n'token:canary-7f3a': x")
    assert found == ["4:1: token…: is not a known key"]


def test_two_sources_with_one_name_are_told(said: Callable[[str, str], list[str]]) -> None:
    second = "sources:\n  - {name: klanten, adapter: plain, watch: x}\n"
    assert said("sources:\n", second) == [
        "9:11: sources[1].name: is taken: the source on line 8 has this name"
    ]


@pytest.mark.parametrize("sources", ["[]", "x", "", "[x]"])
def test_sources_that_are_none_are_told(said: Callable[[str, str], list[str]], sources: str) -> None:
    rest = "  - name: klanten\n    adapter: table\n    watch: ./export\n    settings:\n      columns:\n"
    (mistake,) = said("sources:\n" + rest + "        plate: Kenteken\n", f"sources: {sources}\n")
    assert mistake.split(": ", 1)[1].startswith("sources")


def test_a_token_is_read_when_it_is_asked_for(garage: Callable[..., GarageConfig], folder: Path) -> None:
    igarage = garage().igarage
    (folder / "garages/jansen.token").write_text("canary-7f3a\n")
    assert igarage.read_token({}) == "canary-7f3a"
    (folder / "garages/jansen.token").write_text("another\n")
    assert igarage.read_token({}) == "another"
    assert "canary" not in repr(igarage)


def test_a_token_that_is_gone_at_run_time_is_told_at_the_keys_place(
    garage: Callable[..., GarageConfig], folder: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        garage().igarage.read_token({})
    token = folder / "garages/jansen.token"
    assert str(caught.value) == (
        f"{folder / 'garages/jansen.yaml'}:6:3: igarage.token_file: {token} does not exist:"
        " put the garage's token there"
    )


def test_a_garage_can_be_made_by_hand(tmp_path: Path) -> None:
    made = GarageConfig(
        config_version=1,
        garage="jansen",
        name="Jansen",
        igarage=IGarageConfig(url="http://127.0.0.1:8080", allow_http=True, token_env="TOKEN"),
        sources=(SourceConfig(name="klanten", adapter="x", watch=tmp_path),),
    )
    assert made.igarage.read_token({"TOKEN": "t"}) == "t"
    assert made.sources[0].watch == tmp_path
    with pytest.raises(ValidationError):
        made.name = "Pietersen"
