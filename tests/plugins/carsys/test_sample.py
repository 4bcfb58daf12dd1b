"""The README and the sample files are one and the same, and a preview of each shows what the README says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from plugins.carsys.fields import known
from plugins.carsys.lease import KNOWN, USUAL

FOLDER = Path(__file__).parents[3] / "plugins" / "carsys"
SAMPLE = FOLDER / "sample"
README = (FOLDER / "README.md").read_bytes()
CUSTOMERS = ("klanten.csv", "klanten.xml", "klanten-attributen.xml")


@pytest.fixture
def preview(installation) -> Any:
    """What `preview` says of a sample file, by the sample garage file."""
    shutil.copy(SAMPLE / "garage-voorbeeld.yaml", installation.folder / "garages")

    def preview(name: str, source: str) -> Any:
        return installation.ask("preview", SAMPLE / name, "--source", source)

    return preview


def test_the_readme_shows_every_sample_file_byte_for_byte() -> None:
    blocks = dict(
        re.findall(rb"^`sample/([\w.-]+)`:\n\n```\w+\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    )
    assert blocks == {file.name.encode(): file.read_bytes() for file in SAMPLE.iterdir()}


@pytest.mark.parametrize("name", CUSTOMERS)
def test_a_preview_of_the_customers_takes_four_and_says_why_not_the_others(preview, name) -> None:
    told = preview(name, "klanten")
    assert told["file_error"] is None
    assert (told["rows"], told["new"], told["rejected"], told["warnings"]) == (6, 4, [], {})
    assert {each["reason"]: each["count"] for each in told["skipped"]} == {"lease_company": 1, "no_email": 1}
    after = {each["plate"]: each["after"] for each in told["passports"]}
    assert {plate: (each["role"], each["email"]) for plate, each in after.items()} == {
        "ZZ001Z": ("driver", "j.vandermeer@voorbeeld.example"),
        "ZZ002Z": ("owner", "a.celik@voorbeeld.example"),
        "ZZ003Z": ("driver", "d.brouwer@timmerwerk.example"),
        "ZZ005Z": ("contractor", "info@korenaar.example"),
    }


def test_the_files_of_customers_give_the_same_passports(preview) -> None:
    first, *others = ([each["after"] for each in preview(name, "klanten")["passports"]] for name in CUSTOMERS)
    assert first and all(other == first for other in others)


def test_a_preview_of_the_apk_mailing_leaves_the_lease_company_out(preview) -> None:
    told = preview("apk-mailing.csv", "apk-mailing")
    assert (told["rows"], told["new"], told["rejected"]) == (3, 2, [])
    assert told["skipped"] == [{"reason": "lease_company", "count": 1}]
    roles = [(each["after"]["role"], each["after"]["email"]) for each in told["passports"]]
    assert roles == [("driver", "j.vandermeer@voorbeeld.example"), ("owner", "a.celik@voorbeeld.example")]


def test_the_sample_garage_passes_the_check_but_for_its_token(installation) -> None:
    shutil.copy(SAMPLE / "garage-voorbeeld.yaml", installation.folder / "garages")
    said = installation.main("config", "check")
    assert said.status == 0
    assert "token_file" in said.out + said.err


def test_the_samples_bear_every_name_that_the_adapter_looks_for() -> None:
    for layout, name in (("customers", "klanten.csv"), ("apk_mailing", "apk-mailing.csv")):
        header = set((SAMPLE / name).read_text("utf-8").splitlines()[0].split(";"))
        columns = {column for column in known(layout).values() if column}
        assert header <= columns
        assert columns - header <= {"Chassisnummer", "Brandstof", "Eerste registratiedatum"}


def test_the_readme_names_every_setting_and_every_field(carsys) -> None:
    page = README.decode()
    assert all(f"| `{name}` |" in page for name in type(carsys().settings).model_fields)
    for field, column in known("customers").items():
        who, name = field.split(".")
        assert f"`vehicle.{name}`" in page if who == "vehicle" else f"`.{name}`" in page
        assert column is None or column.partition(" ")[2] in page or column in page
    assert all(f"`{company}`" in page for company in (*KNOWN, USUAL))


@pytest.mark.parametrize(
    ("name", "new", "skipped"), [("push.json", 1, ["lease_company"]), ("push.xml", 1, [])]
)
def test_a_preview_of_what_is_pushed_says_what_would_become_of_it(preview, name, new, skipped) -> None:
    told = preview(name, "klanten")
    assert (told["file_error"], told["new"], told["rejected"]) == (None, new, [])
    assert [each["reason"] for each in told["skipped"]] == skipped
