"""B16: addresses: two in a cell, names around them, other scripts, dots behind them, dummies."""

from __future__ import annotations

import pytest
from exports import car, csv_of, golden, xlsx_of

JAN, PIET = "jan@voorbeeld.nl", "piet@elders.nl"
P, J = "p***@e***.nl", "j***@v***.nl"

TAKEN = {
    JAN: (JAN, []),
    f" {JAN}\u00a0": (JAN, []),
    f"{JAN}; {PIET}": (JAN, [("email_several", P)]),
    f"{JAN}, {PIET}": (JAN, [("email_several", P)]),
    f"{JAN} / {PIET}": (JAN, [("email_several", P)]),
    f"{JAN} en {PIET}": (JAN, [("email_several", P)]),
    f"jan@voorbeeld, {PIET}": (PIET, [("email_several", "j***@v***")]),
    f"Jan Jansen <{JAN}>": (JAN, [("email_tidied", J)]),
    f"{JAN}.": (JAN, [("email_tidied", J)]),
    f"mailto:{JAN}": (JAN, [("email_tidied", J)]),
    f"<{JAN}>, <{PIET}>": (JAN, [("email_several", P)]),
    f"{JAN}; Piet <{PIET}>": (JAN, [("email_several", P)]),
    f"{JAN}<{PIET}>": (JAN, [("email_several", P)]),
    f"Piet (werk) <{PIET}>": (PIET, [("email_tidied", P)]),
    f"Jansen, J. <{JAN}>": (JAN, [("email_tidied", J)]),
    f"{JAN}\n{PIET}": (JAN, [("email_several", P)]),
    f"{JAN}\r\n{PIET}": (JAN, [("email_several", P)]),
    f"\u201e{JAN}\u201d": (JAN, [("email_tidied", J)]),
    f"\u201a{JAN}\u2019": (JAN, [("email_tidied", J)]),
    "\u00e7elik@voorbeeld.nl": ("\u00e7elik@voorbeeld.nl", []),
    "info@b\u00fccher.nl": ("info@b\u00fccher.nl", []),
    "\u674e@voorbeeld.nl": ("\u674e@voorbeeld.nl", []),
    "o'neill+auto@voorbeeld.nl": ("o'neill+auto@voorbeeld.nl", []),
}


@pytest.mark.parametrize(("written", "case"), TAKEN.items(), ids=TAKEN)
def test_the_first_address_that_can_be_mailed_is_taken(garage, written: str, case) -> None:
    address, warned = case
    content = csv_of(car(1, email=f'"{written}"'))
    assert garage.take(content) == golden([1], warnings=[(1, "E-mail", *each) for each in warned])
    assert garage.contents()["ZZ001Z"]["email"] == address
    assert garage.verdicts() == []


def test_of_two_lines_in_a_cell_of_a_sheet_the_first_is_taken(garage) -> None:
    told = garage.take(xlsx_of(car(1, email=f"{JAN}\n{PIET}")))
    assert told == golden([1], warnings=[(1, "E-mail", "email_several", P)])
    assert garage.contents()["ZZ001Z"]["email"] == JAN


@pytest.mark.parametrize("written", ["jan@gmial.com", "geen@geen.nl"])
def test_an_address_that_looks_wrong_is_taken_as_it_is_and_suspected(garage, written: str) -> None:
    assert garage.take(csv_of(car(1, email=written))) == golden([1])
    assert garage.contents()["ZZ001Z"]["email"] == written
    assert garage.verdicts() == ["suspect"]


NONE = ("", "-", "geen", "nvt", "n.v.t.", "Onbekend", "geen e-mail", "heeft geen mail", "???", "@")


@pytest.mark.parametrize("written", NONE)
def test_no_address_skips_its_row(take, written: str) -> None:
    assert take(csv_of(car(1, email=written), car(2))) == golden([2], skipped=[(2, "no_email")])


WRONG = (
    "jan jansen@voorbeeld.nl",
    "jan@voorbeeld",
    "jan.voorbeeld.nl",
    "jan@@voorbeeld.nl",
    "jan@voorbeeld..nl",
    ".jan@voorbeeld.nl",
    "jan@voorbeeld,nl",
    "jan@voorbeeld.nl (werk)",
    "volgt",
    "jan@[127.0.0.1]",
    "jan@voorbeeld.local",
    "j\ufffdn@voorbeeld.nl",
)


@pytest.mark.parametrize("written", WRONG)
def test_an_address_that_is_none_keeps_its_passport_and_is_never_mailed(garage, written: str) -> None:
    assert garage.take(csv_of(car(1, email=written))) == golden([1])
    assert garage.contents()["ZZ001Z"]["email"] == written
    assert garage.verdicts() == ["unwritable"]


def test_a_mended_address_starts_clean(garage) -> None:
    garage.take(csv_of(car(1, email="jan@voorbeeld")))
    assert garage.take(csv_of(car(1, email=JAN))) == golden([1])
    assert garage.contents()["ZZ001Z"]["email"] == JAN
