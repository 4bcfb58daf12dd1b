"""What is odd in a row that is taken as it stands: a garage can find it, before it counts and afterwards."""

from __future__ import annotations

import pytest
import yaml

from connector import sentences
from connector.sandbox.records import FleetAccount, Garage

MAPPED = {
    "first_registration": "Eerste toelating",
    "vin": "Chassisnummer",
    "language": "Taal",
    "mobile": "Mobiel",
    "street": "Straat",
    "house_number": "Huisnummer",
    "fleet": "Leasemaatschappij",
    "fleet_account": "Wagenparkaccount",
}
ODD = {
    "plate_unusual": ("Kenteken", "NSB-12-K", "NSB-**-*"),
    "apk_out_of_range": ("APK datum", "15-05-1999", "1*-**-****"),
    "date_in_future": ("Eerste toelating", "31-12-2099", "3*-**-****"),
    "date_ambiguous": ("Eerste toelating", "06/05/2020", "0*/**/****"),
    "email_several": ("E-mail", "jan@voorbeeld.example, piet@voorbeeld.example", "p***@v***.example"),
    "email_tidied": ("E-mail", "Jan <jan@voorbeeld.example>", "j***@v***.example"),
    "phone_zero_restored": ("Mobiel", "612345678", "6********"),
    "phone_rounded": ("Mobiel", "3,16E+10", "3,******"),
    "house_number_date": ("Huisnummer", "1-feb", "1-***"),
    "vin_odd": ("Chassisnummer", "123", "1**"),
    "fleet_unknown": ("Leasemaatschappij", "Onbekend", "O*******"),
    "fleet_account_unknown": ("Wagenparkaccount", "WP-9", "W*-*"),
    "language_unknown": ("Taal", "Klingon", "K******"),
    "control_characters": ("Straat", "Dorps\x07straat", "D***********"),
    "text_cut": ("Straat", "D" * 501, "D" + "*" * 22 + "…"),
}
"""Code → the column, what stands in it, and how that is shown. The row of each is on the next line from 2 on."""
LINES = {code: line for line, code in enumerate(ODD, start=2)}


@pytest.fixture
def knowing(garage, sandbox):
    """A garage of which iGarage has told the Wagenparkaccounts."""
    accounts = (FleetAccount("WP-1", "Wagenpark 1"),)
    sandbox.describe(Garage("jansen", "Garage Jansen", fleet_accounts=accounts))
    garage.configure(columns=MAPPED)
    garage.run()
    return garage


@pytest.fixture
def odd(knowing, car):
    """An export with one row for every warning."""
    rows = [{**car(number), column: text} for number, (column, text, _) in enumerate(ODD.values(), start=1)]
    header = [*rows[0], "Land", "Afmelding", *MAPPED.values()]
    return knowing.export(*rows, header=dict.fromkeys(header))


@pytest.fixture
def taken(knowing, odd):
    """The garage, once it has taken them."""
    assert knowing.run().status == 0
    return knowing


def plates(car):
    of_order = {code: car(number)["Kenteken"] for number, code in enumerate(ODD, start=1)}
    return {**of_order, "plate_unusual": "NSB-12-K"}


def test_there_is_a_row_for_every_warning_there_is():
    assert ODD.keys() == sentences.WARNED.keys()


# ---------------------------------------------------------------- before it counts


def test_a_preview_tells_every_warning_with_its_sentence_and_where_it_is(knowing, odd):
    told = knowing.ask("preview", odd)
    assert told["warnings"] == dict.fromkeys(ODD, 1)
    assert {each["code"]: each for each in told["warned"]} == {
        code: {
            "code": code,
            "count": 1,
            "message": sentences.WARNED[code],
            "examples": [{"line": LINES[code], "column": column, "value": mask}],
        }
        for code, (column, _, mask) in ODD.items()
    }


def test_a_preview_for_people_tells_them_too(knowing, odd):
    lines = knowing.main("preview", odd).out.splitlines()
    for code, (column, _, mask) in ODD.items():
        assert f"let op: {code}: 1 · {sentences.WARNED[code]}" in lines
        (shown,) = (line for line in lines if f" {code} " in line and not line.startswith("let op"))
        assert shown.startswith(f"{LINES[code]} ") and column in shown and shown.rstrip().endswith(mask)


def test_a_preview_of_what_was_taken_tells_what_was_warned_of_then(knowing, odd):
    foretold = knowing.ask("preview", odd)
    knowing.run()
    told = knowing.ask("preview", odd)
    assert (told["new"], told["changed"], told["unchanged"]) == (0, 0, len(ODD))
    assert (told["warnings"], told["warned"]) == (foretold["warnings"], foretold["warned"])


def test_a_row_that_was_taken_is_previewed_with_the_line_it_is_on_now(knowing, car):
    knowing.configure(columns=dict.fromkeys(MAPPED))
    knowing.export(car(1, apk="15-05-1999"))
    knowing.run()
    path = knowing.export(car(2), car(1, apk="15-05-1999"))
    (warned,) = knowing.ask("preview", path)["warned"]
    assert warned["examples"] == [{"line": 3, "column": "APK datum", "value": "1*-**-****"}]


def test_of_many_rows_a_preview_shows_five_and_counts_all(garage, car):
    path = garage.export(*(car(number, apk="15-05-1999") for number in range(1, 8)))
    (warned,) = garage.ask("preview", path)["warned"]
    assert (warned["count"], [each["line"] for each in warned["examples"]]) == (7, [2, 3, 4, 5, 6])


def test_a_preview_warns_of_no_row_that_would_not_be_taken(garage, car):
    path = garage.export(car(1, apk="15-05-1999", km="1"), car(1, apk="15-05-1999"), car(2, apk="15-05-1999"))
    foretold = garage.ask("preview", path)["warnings"]
    garage.run()
    assert foretold == garage.stand()["sources"][0]["warnings"] == {"apk_out_of_range": 2}


def test_where_nothing_is_odd_a_preview_says_so(garage, car):
    path = garage.export(car(1))
    assert "Niets om op te letten." in garage.main("preview", path).out
    assert garage.ask("preview", path)["warned"] == []


# ---------------------------------------------------------------- afterwards


def test_every_warned_row_is_listed_with_all_it_takes_to_find_it(taken, car):
    found = taken.ask("warned")
    assert {each["code"]: each for each in found} == {
        code: {
            "garage": "jansen",
            "source": "klanten",
            "plate": plates(car)[code].replace("-", ""),
            "column": column,
            "code": code,
            "value": mask,
            "message": sentences.WARNED[code],
        }
        for code, (column, _, mask) in ODD.items()
    }
    assert [each["code"] for each in found] == sorted(ODD)


def test_the_list_for_people_has_them_too(taken, car):
    heading, *lines = taken.main("warned").out.splitlines()
    assert heading.split() == ["bron", "kenteken", "kolom", "code", "waarde", "let", "op"]
    for code, line in zip(sorted(ODD), lines, strict=True):
        assert plates(car)[code].replace("-", "") in line and ODD[code][0] in line and ODD[code][2] in line
        assert line.rstrip().endswith(sentences.WARNED[code])


@pytest.mark.parametrize("code", ODD)
def test_a_trace_tells_what_was_odd_in_what_its_source_said(taken, car, code):
    plate, (column, _, mask) = plates(car)[code], ODD[code]
    (told,) = taken.trace(plate)["warnings"]
    assert told == {
        "source": "klanten",
        "plate": plate.replace("-", ""),
        "column": column,
        "code": code,
        "value": mask,
        "message": sentences.WARNED[code],
    }
    (line,) = (line for line in taken.main("trace", plate).out.splitlines() if sentences.WARNED[code] in line)
    assert line.startswith("klanten ") and code in line and column in line and mask in line


def test_a_trace_says_nothing_of_it_where_nothing_is_odd(garage, car):
    garage.export(car(1))
    garage.run()
    assert "let op" not in garage.main("trace", "ZZ-001-Z").out
    assert garage.trace("ZZ-001-Z")["warnings"] == []


def test_a_trace_tells_which_of_two_sources_said_it(garage, car):
    folder = garage.folder / "apk"
    folder.mkdir()
    (own,) = yaml.safe_load(garage.file.read_text("utf-8"))["sources"]
    garage.configure(more_sources=[{**own, "name": "apk", "watch": str(folder), "contains": "selection"}])
    garage.export(car(1))
    garage.run()
    garage.export(car(1, apk="15-05-1999"), name="apk.csv").rename(folder / "apk.csv")
    garage.run()
    assert [each["source"] for each in garage.trace("ZZ-001-Z")["warnings"]] == ["apk"]
    assert [each["source"] for each in garage.ask("warned")] == ["apk"]


def test_status_says_which_command_lists_them(taken):
    (line,) = (each for each in taken.main("status").out.splitlines() if each.startswith("jansen/klanten:"))
    assert " · let op: " in line and "vin_odd 1" in line and line.endswith(" (zie warned)")


def test_what_is_mended_is_listed_no_more(garage, car):
    garage.export(car(1, apk="15-05-1999"))
    garage.run()
    garage.export(car(1))
    garage.run()
    assert garage.ask("warned") == []
    assert "zie warned" not in garage.main("status").out


def test_no_list_shows_what_stood_there(taken, odd):
    plate_alone = {text for column, text, _ in ODD.values() if column != "Kenteken"}
    for command in (["preview", odd], ["warned"], ["trace", "NSB-12-K"], ["trace", "ZZ-005-Z"], ["status"]):
        for form in ([], ["--json"]):
            said = taken.main(*command, *form)
            assert [text for text in plate_alone - {"123"} if text in said.out + said.err] == []
