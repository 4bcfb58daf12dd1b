"""A plugin that tells of a wrong address: one that is bad at it fails exactly that rule, polled or not."""

from __future__ import annotations

import importlib.util
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from connector import adapters
from connector.testing import examine


def _of(name):
    """What another test of the kit has: a good plugin and its samples."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"samples_of_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FILES, POLLS = _of("test_rules"), _of("test_paging")
TELLS = """

@hookimpl
def connector_address_invalid(notice, http):
    for record in notice.records:
        answer = http.patch(f"{URL}/customers/{record}", json={"address": notice.address})
        answer.raise_for_status()
"""
BAD = {
    "an error of a library": ("        answer.raise_for_status()\n", "        answer.json()['id']\n"),
    "an address in a message": (
        "        answer.raise_for_status()\n",
        "        if not answer.ok:\n            raise SourceFormatError(f'niet aangekomen: {notice.address}')\n",
    ),
    "a record's key in a message": (
        "        answer.raise_for_status()\n",
        "        if not answer.ok:\n            raise SourceFormatError(answer.url)\n",
    ),
}


@pytest.fixture(params=["a file", "a poll"])
def bench(request, tmp_path, monkeypatch):
    """Writes a plugin of either kind that tells as it is said, and examines it."""

    def bench(tells: str):
        folder = tmp_path / "telling_plugin"
        (folder / "sample").mkdir(parents=True)
        if request.param == "a file":
            source, samples = FILES.GOOD, {"garage.yaml": FILES.GARAGE, "klanten.jsonl": FILES.SAMPLE}
            url = "https://gms.voorbeeld.example"
        else:
            source, samples, url = (
                POLLS.GOOD,
                {"garage.yaml": POLLS.GARAGE, "stand_in.py": POLLS.STAND_IN},
                "",
            )
        (folder / "__init__.py").write_text(f"{source}\n\nURL = {url!r}\n{tells}", "utf-8")
        for name, text in samples.items():
            (folder / "sample" / name).write_text(text, "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        for name in [each for each in sys.modules if each.split(".")[0] == folder.name]:
            monkeypatch.delitem(sys.modules, name)
        report = examine("on_trial", entry_points=[EntryPoint("on_trial", folder.name, adapters.GROUP)])
        return {outcome.rule.name: outcome.state for outcome in report.outcomes}, report.findings

    return bench


def broken(states):
    return [name for name, state in states.items() if state == "broken"]


def test_who_lets_the_errors_of_the_session_go_keeps_the_rule(bench) -> None:
    states, findings = bench(TELLS)
    assert (broken(states), states["address_invalid"]) == ([], "kept"), findings


@pytest.mark.parametrize("bad", BAD)
def test_who_is_bad_at_it_fails_that_rule_alone_and_the_finding_names_nobody(bench, bad) -> None:
    was, becomes = BAD[bad]
    states, findings = bench(TELLS.replace(was, becomes))
    assert broken(states) == ["address_invalid"], findings
    told = " ".join(each.message for each in findings)
    assert "klaassen" not in told and "90210" not in told
