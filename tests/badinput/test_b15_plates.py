"""B15: plates and chassis numbers."""

from __future__ import annotations

import pytest
from exports import COLUMNS, HEADER, car, csv_of, golden

WIDE = {
    **COLUMNS,
    "country": {"column": "Land", "optional": True},
    "vin": {"column": "VIN", "optional": True},
}
ABROAD, INVALID, NONE = "plate_foreign_needs_country", "plate_invalid", "no_plate"


def export(plate: str, country: str = "", vin: str = "") -> str:
    return csv_of([*car(1, plate=plate), country, vin], header=(*HEADER, "Land", "VIN"))


@pytest.mark.parametrize(
    ("written", "plate"),
    [
        ("ZZ-001-Z", "ZZ001Z"),
        ("zz001z", "ZZ001Z"),
        (" ZZ 001 Z ", "ZZ001Z"),
        ("ZZ\u2013001\u2013Z", "ZZ001Z"),
        ("ZZ.001_Z", "ZZ001Z"),
        ("01-ZZ-02", "01ZZ02"),
        ("1-ZZZ-02", "1ZZZ02"),
        ("\ufeffZZ-001-Z\u200b", "ZZ001Z"),
    ],
)
def test_a_dutch_plate_in_any_dress(take, written: str, plate: str) -> None:
    assert take(export(written), columns=WIDE) == golden([plate])


@pytest.mark.parametrize("written", ["NSB-12-K", "AA-001-A", "SS-001-S"])
def test_letters_that_are_not_issued_are_warned_of(take, written: str) -> None:
    told = take(export(written), columns=WIDE)
    assert told.accepted == (written.replace("-", ""),)
    assert [(column, code) for _, column, code, _ in told.warnings] == [("Kenteken", "plate_unusual")]


@pytest.mark.parametrize(
    ("written", "country", "code"),
    [
        ("06-12345678", "", ABROAD),
        ("1-ABC-234", "", ABROAD),
        ("@@-12-34", "", ABROAD),
        ("ZZ-OO1-Z", "NL", INVALID),
        ("\u00df\u00df-001-Z", "NL", INVALID),
        ("@@-12-34", "D", INVALID),
        ("1" * 16, "D", INVALID),
        ("=HYPERLINK(1)", "", ABROAD),
        ("../../etc", "", ABROAD),
        ("\u0661\u0661-ZZ-01", "", ABROAD),
    ],
)
def test_what_is_no_plate_rejects_its_row(take, written: str, country: str, code: str) -> None:
    assert take(export(written, country), columns=WIDE) == golden(rejected=[(2, "Kenteken", code)])


@pytest.mark.parametrize("written", ["", "-", "geen", "n.v.t.", "Onbekend", "...", "niet bekend"])
def test_no_plate_skips_its_row(take, written: str) -> None:
    assert take(export(written), columns=WIDE) == golden(skipped=[(2, NONE)])


@pytest.mark.parametrize(
    ("written", "country", "plate"),
    [("1-ABC-234", "B", "1ABC234"), ("L\u00d6-AB 12", "Duitsland", "L\u00d6AB12"), ("W0L 1", "PL", "W0L1")],
)
def test_a_foreign_plate_with_its_country(take, written: str, country: str, plate: str) -> None:
    assert take(export(written, country), columns=WIDE) == golden([plate])


def test_a_country_that_is_none_rejects_its_row(take) -> None:
    assert take(export("1-ABC-234", "Narnia"), columns=WIDE) == golden(
        rejected=[(2, "Land", "value_unknown")]
    )


@pytest.mark.parametrize(
    ("vin", "mask"),
    [
        ("YV1SW61R012345678", None),
        ("yv1sw61r012345678", None),
        ("", None),
        ("YV1SW61RO12345678", "Y****************"),
        ("123", "1**"),
    ],
)
def test_an_odd_chassis_number_is_warned_of_and_kept(garage, vin: str, mask: str | None) -> None:
    expected = golden([1], warnings=[(1, "VIN", "vin_odd", mask)] if mask else [])
    assert garage.take(export("ZZ-001-Z", vin=vin), columns=WIDE) == expected
    assert garage.contents()["ZZ001Z"].get("vin", "") == vin
