"""Which names make an export CarSys's, and under which settings."""

from __future__ import annotations

import pytest

from plugins.carsys.fields import known
from plugins.carsys.recognising import recognised

CUSTOMERS = [name for name in known("customers").values() if name]
MAILING = [name for name in known("apk_mailing").values() if name]
CAR = ["Kenteken", "APK datum"]


def person(role: str, *kinds: str) -> list[str]:
    return [f"{role} bedrijfsnaam", f"{role} achternaam", *(f"{role} e-mail {kind}" for kind in kinds)]


def test_every_name_of_a_layout_needs_no_setting() -> None:
    found = recognised(CUSTOMERS)
    assert found and (found.settings, found.contains, dict(found.doubts)) == ({}, "all", {})


def test_names_are_compared_by_letters_and_digits() -> None:
    found = recognised(["KENTEKEN", "apkDatum", *(f"bestuurder.{name}" for name in (
        "Bedrijfsnaam", "Achternaam", "EmailPrive", "EmailZakelijk"))])  # fmt: skip
    assert found and found.settings == {"recipient": ["driver"]}


def test_the_mailing_is_a_selection() -> None:
    found = recognised(MAILING)
    assert found and (found.settings, found.contains) == ({"layout": "apk_mailing"}, "selection")


@pytest.mark.parametrize(
    ("names", "settings"),
    [
        (person("Bestuurder", "privé", "zakelijk"), {"recipient": ["driver"]}),
        (person("Eigenaar", "privé"), {"recipient": ["owner"], "addresses": ["private"]}),
        (
            person("Bestuurder", "privé", "zakelijk") + person("Eigenaar", "zakelijk"),
            {"recipient": ["driver", "owner"], "addresses": ["business"]},
        ),
        (
            ["Bestuurder bedrijfsnaam", "Bestuurder achternamen", "Bestuurder e-mail privé"],
            {
                "recipient": ["driver"],
                "addresses": ["private"],
                "columns": {"driver.last_name": "Bestuurder achternamen"},
            },
        ),
    ],
)
def test_what_is_not_there_is_left_out_and_every_setting_has_its_doubt(
    names: list[str], settings: dict[str, object]
) -> None:
    found = recognised(CAR + names)
    assert found and found.settings == settings
    marked = {steps[0] for steps in found.doubts}
    assert marked == set(settings)


@pytest.mark.parametrize(
    "names",
    [
        [],
        CAR,
        ["Kenteken", *person("Bestuurder", "privé")],  # no day of the APK
        ["APK datum", *person("Bestuurder", "privé")],  # no plate
        [*CAR, *person("Bestuurder")],  # no address
        [*CAR, *person("Bestuurder", "privé"), *person("Eigenaar", "zakelijk")],  # no kind that both have
        [*CAR, "Achternaam", "Bedrijfsnaam", "E-mail"],  # any list of customers
        [*CAR, "Achternaam", "Bedrijfsnaam", "E-mail", "Rol"],
    ],
)
def test_what_could_be_anybody_s_is_not_known(names: list[str]) -> None:
    assert recognised(names) is None


def test_of_two_columns_that_are_alike_none_is_chosen() -> None:
    names = ["Bestuurder bedrijfsnaam", "Bestuurder achternamen", "Bestuurder achternaams"]
    assert recognised([*CAR, *names, "Bestuurder e-mail privé"]) is None
