"""What `config show` tells of the settings, and what it never tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, SecretStr

from connector import config
from connector.config.showing import MASK, effective

SECRET = "canary-7f3a"


class Group(BaseModel):
    name: str = "x"
    value: str = ""


class Settings(BaseModel):
    """Settings of a stranger, who thought of no secrets."""

    model_config = ConfigDict(extra="allow", frozen=True)
    key: str = "id"
    api_key: str | None = None
    apiKey: str | None = None  # noqa: N815  # as strangers write
    pwd: str | None = None
    record_key: str = "Nummer"
    typed: SecretStr | None = None
    params: dict[str, Any] = {}
    headers: dict[str, Any] = {}
    several: list[dict[str, Any]] = []
    groups: dict[str, Group] = {}


class Adapter:
    settings_model = Settings


@pytest.fixture
def shown(folder: Path, write, garage_yaml: str):
    """The settings of a source as they are told: key → value; `http` beside them where it is given."""

    def shown(settings: dict[str, Any], http: dict[str, Any] | None = None) -> dict[str, Any]:
        data = yaml.safe_load(garage_yaml)
        source = {"name": "klanten", "adapter": "table", "settings": settings}
        data["sources"] = [source | ({"poll": 300, "http": http} if http else {"watch": "./export"})]
        write(yaml.safe_dump(data))
        loaded = config.load(folder, env={}, find_adapter=lambda _: Adapter(), installed=lambda: ["table"])
        assert loaded.mistakes == ()
        found = effective(loaded, folder, ["jansen"])
        assert SECRET not in str([each for each in found if each.value == MASK])
        begin = "sources[0]."
        return {each.key.removeprefix(begin): each.value for each in found if each.key.startswith(begin)}

    return shown


@pytest.mark.parametrize("under", ["params", "headers"])
@pytest.mark.parametrize(
    "name",
    [
        "X-Api-Key",
        "x-api-key",
        "apiKey",
        "APIKEY",
        "api_key",
        "key",
        "KEY",
        "Ocp-Apim-Subscription-Key",
        "wachtwoord",
        "Wachtwoord",
        "password",
        "Password2",
        "pwd",
        "PWD",
        "secret",
        "Secret",
        "client-secret",
        "clientSecret",
        "secret_value",
        "Authorization",
        "access_token",
        "sleutel",
        "Cookie",
    ],
)
def test_what_a_garage_calls_a_secret_is_not_shown(shown, under: str, name: str) -> None:
    told = shown({under: {name: SECRET, "limit": "200"}})
    assert told[f"settings.{under}.limit"] == "200"
    assert [value for key, value in told.items() if key.startswith(f"settings.{under}.")].count(MASK) == 1


def test_a_secret_is_not_shown_however_deep_it_stands(shown) -> None:
    told = shown({
        "params": {"auth": {"user": SECRET, "more": {"x": SECRET}}, "filter": {"key": [SECRET, SECRET]}},
        "several": [{"wachtwoord": SECRET, "deep": [{"X-Key": SECRET, "n": "1"}]}],
    })  # fmt: skip
    assert SECRET not in str(told)
    assert told["settings.several"] == [{"wachtwoord": MASK, "deep": [{"X-Key": MASK, "n": "1"}]}]


@pytest.mark.parametrize("name", ["api_key", "apiKey", "pwd", "typed"])
def test_a_setting_that_is_called_a_secret_is_not_shown(shown, name: str) -> None:
    assert shown({name: SECRET})[f"settings.{name}"] == MASK


def test_what_is_no_secret_is_shown(shown) -> None:
    told = shown({
        "key": "id",
        "params": {"order": "modified", "keyword": "x"},
        "groups": {"key": {"name": "y"}},
    })  # fmt: skip
    assert (told["settings.key"], told["settings.record_key"]) == ("id", "Nummer")
    assert told["settings.params.order"] == "modified" and told["settings.params.keyword"] == "x"
    assert told["settings.groups.key.name"] == "y"
    assert told["settings.api_key"] is None


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("apikey {token}", "apikey {token}"),
        ("Bearer {token}", "Bearer {token}"),
        ("{token}", "{token}"),
        (f"key {SECRET} {{token}}", "key *** {token}"),
        (f"{SECRET}{{token}}", "***{token}"),
        (f"key={SECRET};token={{token}}", "key=***;token={token}"),
    ],
)
def test_of_a_header_only_what_is_no_secret_is_shown(shown, written: str, told: str) -> None:
    auth = {"type": "header", "name": "Authorization", "value": written, "token_file": "x.token"}
    found = shown({}, {"url": "https://gms.example.nl", "auth": auth})
    assert found["http.auth.value"] == told
    assert found["http.auth.token_file"].endswith("x.token")


def test_of_more_fields_of_a_request_the_secret_is_not_shown(shown) -> None:
    auth = {
        "type": "oauth2_client_credentials",
        "token_url": "https://gms.example.nl/token",
        "client_id": "koppeling",
        "client_secret_env": "GMS_SECRET",
        "extra": {"userid": "121212", "Wachtwoord": SECRET},
    }
    found = shown({}, {"url": "https://gms.example.nl", "auth": auth})
    assert found["http.auth.extra.userid"] == "121212" and found["http.auth.extra.Wachtwoord"] == MASK
    assert found["http.auth.client_secret_env"] == "GMS_SECRET"
    assert found["http.auth.token_url"] == "https://gms.example.nl/token"
