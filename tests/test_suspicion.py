"""Suspect addresses: a table of slips that were seen, dummies, and what must raise no alarm."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.suspicion import CONSUMER_DOMAINS, Suspicion, is_shared, suspect

GARAGE = ("balie@garage.example", "Info@Garage.example")


def _cases() -> list[tuple[str, str]]:
    with (Path(__file__).parent / "data" / "email_typos.csv").open(encoding="utf-8", newline="") as file:
        return [(row["typo_domain"], row["suggested"]) for row in csv.DictReader(file)]


TYPOS = [(typo, meant) for typo, meant in _cases() if "(" not in meant]
GOOD = [domain for domain, expected in _cases() if "no false alarm" in expected]


def test_the_table_of_cases_is_whole() -> None:
    assert (len(TYPOS), len(GOOD)) == (38, 3)


@pytest.mark.parametrize(("typo", "meant"), TYPOS)
def test_a_slip_carries_its_suggestion(typo: str, meant: str) -> None:
    assert suspect(f"Jan.Jansen@{typo}") == Suspicion("typo", f"Jan.Jansen@{meant}")
    assert suspect(f" jan@{typo.upper()} ") == Suspicion("typo", f"jan@{meant}")


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("gmail.nl", "gmail.com"),
        ("gmail.be", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.cm", "gmail.com"),
        ("gmial.con", "gmail.com"),
        ("icloud.nl", "icloud.com"),
        ("hotmail.nll", "hotmail.nl"),
        ("hotmial.nl", "hotmail.nl"),
        ("xs4al.nl", "xs4all.nl"),
        ("hetnt.nl", "hetnet.nl"),
        ("telnet.be", "telenet.be"),
        ("garagejansen.nk", "garagejansen.nl"),
        ("live.nk", "live.nl"),
    ],
)
def test_other_slips_that_garages_make(typo: str, meant: str) -> None:
    assert suspect(f"jan@{typo}") == Suspicion("typo", f"jan@{meant}")


@pytest.mark.parametrize("domain", [*GOOD, *CONSUMER_DOMAINS])
def test_a_good_domain_raises_no_alarm(domain: str) -> None:
    assert suspect(f"jan@{domain}", GARAGE) is None
    assert suspect(f"jan@{domain.upper()}", GARAGE) is None


@pytest.mark.parametrize(
    "address",
    [
        "jan@hotmail.be",
        "jan@hotmail.fr",
        "jan@hotmail.co.uk",
        "jan@live.be",
        "jan@outlook.de",
        "jan@outlook.no",  # of another country
        "jan@quicknet.nu",
        "jan@yahoo.fr",
        "jan@mail.com",
        "jan@email.com",
        "jan@ymail.com",
        "jan@gmx.com",
        "jan@gmx.de",
        "jan@mac.com",
        "jan@protonmail.com",
        "jan@proton.me",
        "jan@upcmail.at",
        "jan@rome.nl",
        "jan@homes.nl",
        "jan@lime.nl",
        "jan@site.ml",
        "jan@site.co",
        "jan@voorbeeld.nl",
        "jan@voorbeeld.example",
        "jansen@jansen.nl",
        "info@garage-jansen.nl",
        "info@garage.example",  # not ours, when ours is not named
        "r.geenen@voorbeeld.nl",
        "geenstijl@voorbeeld.nl",
        "test@voorbeeld.nl",
        "jan@voorbeelden.nl",
        "jan@bücher.example",
        "jan",
        "",
        "@",
    ],
)
def test_an_address_like_many_raises_no_alarm(address: str) -> None:
    assert suspect(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "geen@geen.nl",
        "geen@voorbeeld.nl",
        "Geen@Geen.NL",
        "geen.mail@voorbeeld.nl",
        "geen-email@gmail.com",
        "onbekend@voorbeeld.nl",
        "jan@onbekend.nl",
        "n.v.t@voorbeeld.nl",
        "nvt@nvt.nl",
        "noreply@voorbeeld.nl",
        "no-reply@voorbeeld.nl",
        "info@example.com",
        "jan@example.nl",
        "test@test.nl",
        "a@a.nl",
        "xxx@xxx.nl",
        "balie@garage.example",
        " INFO@garage.example ",
    ],
)
def test_a_dummy_is_told_without_a_suggestion(address: str) -> None:
    assert suspect(address, GARAGE) == Suspicion("dummy")


@pytest.mark.parametrize(("customers", "limit", "shared"), [(8, 8, False), (9, 8, True), (1, 8, False)])
def test_an_address_is_shared_above_the_limit(customers: int, limit: int, shared: bool) -> None:
    assert is_shared(customers, limit) is shared


@given(st.one_of(st.text(), st.builds("{}@{}".format, st.text(), st.text())))
def test_any_text_is_judged_and_a_typing_mistake_always_has_a_suggestion(text: str) -> None:
    found = suspect(text, [text])
    assert found is None or (found.suggestion is not None) == (found.kind == "typo")


@given(st.sampled_from(CONSUMER_DOMAINS), st.integers(0, 20), st.data())
def test_what_is_suggested_is_never_suspect_itself(domain: str, at: int, data: st.DataObject) -> None:
    at %= len(domain)
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz4.-"))
    found = suspect(f"jan@{domain[:at]}{letter}{domain[at + 1 :]}")
    if found and found.suggestion:
        assert suspect(found.suggestion) is None
