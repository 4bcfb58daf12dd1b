"""A source that is polled, in a garage's file: what is taken, and what is said of mistakes."""

from __future__ import annotations

from typing import Any

import pytest

POLLED = """\
    poll: 300
    since: 2025-01-01
    lag: 1h
    http:
      url: https://gms.example.nl/api/v2/
      auth: {type: header, name: Authorization, value: 'apikey {token}', token_file: gms.token}
"""
AUTH = "      auth: {type: header, name: Authorization, value: 'apikey {token}', token_file: gms.token}\n"


@pytest.fixture
def source(load: Any, write: Any, garage_yaml: str) -> Any:
    """Loads a polled source, with one thing written otherwise; what is wrong with it, without file and place."""

    def read(old: str = "", new: str = "", env: Any = None) -> Any:
        assert old in POLLED
        write(garage_yaml.replace("    watch: ./export\n", POLLED.replace(old, new) if old else POLLED))
        loaded = load(env)
        said = [f"{each.line}: {each.path}: {each.message}" for each in loaded.mistakes]
        return said or loaded.garages[0].sources[0]

    return read


def test_what_is_written_counts(source, folder):
    found = source()
    assert (found.poll, found.lag, found.since.isoformat(), found.contains) == (
        300,
        3600,
        "2025-01-01",
        "selection",
    )
    assert found.http.url == "https://gms.example.nl/api/v2"
    assert (found.http.timeout, found.http.requests_per_minute, found.http.largest_answer) == (30, 600, 32)
    assert found.http.auth.token_file == folder / "garages/gms.token"
    with pytest.raises(ValueError, match="watches no folder"):
        _ = found.folder


def test_a_lag_may_be_left_out_or_written_in_many_ways(source):
    assert source("    lag: 1h\n", "").lag == 3600
    assert [source("1h", each).lag for each in ("90", "90s", "1.5m", "2d", "0")] == [90, 90, 90, 172_800, 0]


@pytest.mark.parametrize(
    ("auth", "secret"),
    [
        ("{type: bearer, token_env: GMS}", "geheim-7f3a"),
        ("{type: basic, username: koppeling, password_env: GMS}", "een geheim met spatie"),
        ("{type: oauth2_client_credentials, token_url: 'https://gms.example.nl/t', client_id: x,"
         " client_secret_env: GMS, extra: {userid: '121212'}, client_auth: body}", "geheim 7f3a"),
    ],
)  # fmt: skip
def test_each_way_to_be_let_in_reads_its_secret_from_where_it_says(source, auth, secret):
    found = source(AUTH, f"      auth: {auth}\n", env={"GMS": secret})
    assert found.http.auth.read({"GMS": f" {secret}\n"}) == secret
    assert secret not in repr(found)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("    poll: 300\n", "", "8: sources[0].watch: is missing"),
        ("    poll: 300\n", "    poll: 300\n    watch: ./export\n",
         "11: sources[0].watch: stands beside poll: a source watches a folder or polls an API"),
        ("poll: 300", "poll: 0", "10: sources[0].poll: must be more than 0"),
        ("lag: 1h", "lag: een uur",
         "12: sources[0].lag: must be a length of time: seconds, or as 15m, 1h, 1d; at most a year"),
        ("https://gms", "http://gms",
         "14: sources[0].http.url: must begin with https:// (http:// is only for this computer itself, with"
         " allow_http: true)"),
        ("gms.example.nl", "169.254.169.254",
         "14: sources[0].http.url: names an address that is no service: link-local, metadata, multicast or"
         " unspecified"),
        ("https://gms", "https://wie:geheim@gms",
         "14: sources[0].http.url: may not hold a user name or password: the token goes into token_file or token_env"),
        ("https://gms.example.nl/api/v2/", "http://localhost:1",
         "13: sources[0].http.allow_http: must be true for an http:// url"),
        ("token_file: gms.token", "token: 7f3a",
         "15: sources[0].http.auth: token may not stand here itself: put it in a file and write token_file: FILE, or"
         " token_env: VARIABLE"),
        (", token_file: gms.token", "", "15: sources[0].http.auth: needs one of token_file and token_env"),
        ("token_file: gms.token", "token_env: gms",
         "15: sources[0].http.auth: token_env must be a variable's name in capitals, as GMS_SECRET"),
        ("apikey {token}", "apikey 7f3a",
         "15: sources[0].http.auth.value: must hold {token}, where the token goes, and ASCII alone"),
        ("type: header", "type: heder",
         "15: sources[0].http.auth: type must be 'bearer', 'basic', 'header', 'oauth2_client_credentials'"),
        ("type: header, ", "",
         "15: sources[0].http.auth: needs type: bearer, basic, header or oauth2_client_credentials"),
        ("name: Authorization", "name: 'Autho rization'", "15: sources[0].http.auth.name: is not of the right form"),
        ("value:", "vallue:", "15: sources[0].http.auth.vallue: is not a known key — did you mean 'value'?"),
        (POLLED[POLLED.index("    http:"):], "", "8: sources[0].http: is missing"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(source, old, new, told):
    assert source(old, new) == [told]


def test_a_secret_that_is_not_there_yet_is_a_warning(load, write, garage_yaml):
    write(garage_yaml.replace("    watch: ./export\n", POLLED))
    (found,) = (each for each in load().warnings if "http" in each.path)
    assert (found.line, found.path) == (15, "sources[0].http.auth.token_file")
    assert "does not exist: put the garage's token there" in found.message


def test_http_stands_with_poll_alone(load, write, garage_yaml):
    write(garage_yaml.replace("./export\n", "./export\n    http: {url: 'https://gms.example.nl'}\n"))
    assert [each.message for each in load().mistakes] == [
        "stands beside watch: it is for a source that polls"
    ]


@pytest.mark.parametrize(
    ("adapter", "how", "told"),
    [
        ("generic_csv", POLLED, "cannot be polled: this adapter reads files; write watch: FOLDER"),
        ("carsys", POLLED, "cannot be polled: this adapter reads files; write watch: FOLDER"),
    ],
)
def test_an_adapter_is_read_in_the_way_it_can(installation, garage_yaml, adapter, how, told):
    text = garage_yaml.replace("adapter: table", f"adapter: {adapter}").replace("    watch: ./export\n", how)
    (installation.folder / "garages" / "jansen.yaml").write_text(text)
    assert told in installation.main("config", "check").err
