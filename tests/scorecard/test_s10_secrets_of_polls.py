"""S10 of a polled source: whatever its garage system answers, no log, status, error or state file holds a secret."""

from __future__ import annotations

import pytest
from gms_autoflex import Autoflex
from gms_server import Answered

PEOPLE = ("Kanarievogel", "kanarie", "vogels", "ZZ471Z", "ZZ-471-Z")
SECRETS = ("autoflex-secret", "autoflex-token", "YXV0b2ZsZXgtc2VjcmV0", "a29wcGVsaW5nOmF1dG9mbGV4")
"""The secret and the tokens, also as they stand in a header."""


@pytest.fixture
def autoflex():
    server = Autoflex()
    server.add(1, Naam="Kanarievogel", Voorkeursemail="kanarie@vogels.example", Kenteken="ZZ471Z")
    server.add(2, Naam="Kanarievogel", Voorkeursemail="kanarie@vogels.example", Kenteken="Kanarievogel")
    yield server
    server.stop()


@pytest.fixture
def planted(installation, autoflex, tmp_path):
    """A garage that polls, logs all there is, and has its own token beside."""
    secret = tmp_path / "gms.secret"
    secret.write_text("autoflex-secret")
    auth = {
        "type": "oauth2_client_credentials", "token_url": f"{autoflex.url}/oauth/token", "client_id": "koppeling",
        "client_secret_file": str(secret), "extra": {"userid": "121212"},
    }  # fmt: skip
    columns = {"plate": "Kenteken", "full_name": "Naam", "email": "Voorkeursemail"}
    settings = {
        "path": "/export/relaties", "records": "rijen", "key": "Relatienr", "columns": columns,
        "paging": {"type": "cursor", "param": "cursor", "next": "volgende"},
    }  # fmt: skip
    http = {"url": autoflex.url, "allow_http": True, "auth": auth}
    source = {"name": "relaties", "adapter": "generic_rest", "poll": 60, "http": http, "settings": settings}
    installation.settle_down(logging={"level": "debug", "file": "./log/connector.log"})
    return installation.add("jansen", more_sources=[source])


TROUBLES = {
    "none": [],
    "no token": [Answered({"error": "autoflex-secret Kanarievogel"}, 401)],
    "a token that is none": [Answered({"access_token": "autoflex-token Kanarievogel"})],
    "refused": [
        Answered({"access_token": "autoflex-token-0"}),
        *[Answered("autoflex-token Kanarievogel", 401)] * 3,
    ],
    "500": [Answered({"access_token": "autoflex-token-0"}), Answered("Kanarievogel ZZ-471-Z", 500)],
    "400": [Answered({"access_token": "autoflex-token-0"}), Answered("Kanarievogel ZZ-471-Z", 400)],
    "no json": [Answered({"access_token": "autoflex-token-0"}), Answered("Kanarievogel ZZ-471-Z")],
    "no list": [Answered({"access_token": "autoflex-token-0"}), Answered({"rijen": "Kanarievogel"})],
    "no key": [
        Answered({"access_token": "autoflex-token-0"}),
        Answered({"rijen": [{"Naam": "Kanarievogel"}]}),
    ],
    "elsewhere": [
        Answered({"access_token": "autoflex-token-0"}),
        Answered("", 302, {"Location": "http://127.0.0.1/autoflex-token/Kanarievogel"}),
    ],
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_poll_at_debug_level_tells_no_secret_and_of_nobody(planted, autoflex, trouble):
    autoflex.faults = list(TROUBLES[trouble])
    said = planted.run("-vv")
    logged = "".join(path.read_text("utf-8") for path in (planted.folder / "log").iterdir())
    status = "".join(planted.main(*command).out for command in (["status"], ["held"], ["rejected"]))
    text = (said.out + said.err + logged + status).casefold()
    assert [each for each in (*SECRETS, *PEOPLE) if each.casefold() in text] == []
    assert "intake.polled" in said.err
    state = b"".join(planted.installation.state_files().values())
    assert [each for each in SECRETS if each.encode() in state] == []


def test_config_show_shows_no_secret(planted):
    shown = planted.main("config", "show", "--garage", "jansen").out
    assert "client_secret_file" in shown and "autoflex-secret" not in shown
