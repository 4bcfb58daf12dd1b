"""The sample and the example garages are loaded as they are written, and a saved answer can be looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector import config

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "plugins" / "generic_rest" / "sample"


@pytest.mark.parametrize(
    ("garage", "secret"),
    [
        ("garage-csw", "http.auth.token_file"),
        ("garage-autoflex", "http.auth.client_secret_file"),
        ("garage-keyloop", "http.auth.client_secret_env"),
    ],
)
def test_an_example_loads_as_written_and_lacks_only_its_secrets(garage, secret):
    loaded = config.load(ROOT / "config", env={})
    assert loaded.mistakes == ()
    missing = [each.path for each in loaded.warnings if each.file.stem == garage]
    assert missing == ["igarage.token_file", f"sources[0].{secret}"]
    (found,) = (each for each in loaded.garages if each.garage == garage)
    assert [each.adapter for each in found.polled] == ["generic_rest"] and found.watched == ()


def sample(installation):
    folder = installation.folder / "garages"
    (folder / "garage-voorbeeld.yaml").write_bytes((SAMPLE / "garage-voorbeeld.yaml").read_bytes())


def test_a_saved_answer_shows_what_a_poll_would_do(installation):
    sample(installation)
    seen = installation.main("preview", SAMPLE / "antwoord.json", "--source", "klanten-api", "--json").json
    assert seen["file_error"] is None
    assert (seen["rows"], seen["new"]) == (4, 2)
    assert [each["reason"] for each in seen["skipped"]] == ["no_email"]
    (rejected,) = seen["rejected"]
    assert (rejected["column"], rejected["code"]) == ("apkDate", "date_invalid")
    assert seen["columns"]["email"] == "owner.privateEmail / owner.workEmail"


def test_what_is_no_answer_says_so(installation, tmp_path):
    sample(installation)
    for content, told in (
        ("Kenteken;E-mail", "geen JSON"),
        ('{"data": {}}', "data.vehicles staat geen lijst"),
        ('{"data": {"vehicles": [{"license": "x"}]}}', "heeft geen id"),
    ):
        file = tmp_path / "antwoord.json"
        file.write_text(content)
        seen = installation.main("preview", file, "--source", "klanten-api", "--json").json
        assert told in seen["file_error"] or "opt_out" in seen["file_error"], content


def test_a_generated_file_has_every_key_of_a_poll_and_none_of_a_folder(installation):
    text = installation.main("config", "generate", "--adapter", "generic_rest").out
    assert "    poll: 300\n" in text and "        path: '</vehicles>'" not in text
    assert "watch:" not in text and "      path: '</vehicles>'" in text
    assert "since: '2025-01-01'" in text and "# auth: " in text


def test_the_schema_knows_the_settings(installation):
    schema = installation.main("config", "schema").json
    assert "generic_rest" in schema["$defs"]["SourceConfig"]["properties"]["adapter"]["enum"]
