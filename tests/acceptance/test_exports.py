"""Which files of a folder are read, which are held, and that none of them is ever touched."""

from __future__ import annotations

import pytest

from connector.cli import workplace
from connector.cli.options import Options

HEADER = ("Kenteken", "Achternaam", "E-mail", "Merk", "APK datum", "Km stand", "Land", "Afmelding")
NOON = 1_790_000_000.0
"""A moment in the past of every file made here; its distance to now says nothing."""


def states(garage, *, name="klanten"):
    """What became of each file of the garage's source, oldest first: the ledger as the commands see it."""
    options = Options(config=garage.folder)
    with workplace.ledger_to_look(workplace.load(options)) as ledger:
        return [(file.name, file.state) for file in ledger.history(garage.id, name)]


def test_of_two_files_the_newest_is_read_and_the_older_superseded(garage, sandbox, car):
    garage.export(car(1, km="1000"), name="maandag.csv", at=NOON)
    garage.export(car(1, km="2000"), name="dinsdag.csv", at=NOON + 60)
    assert garage.run().status == 0
    assert [deed.body["vehicle"]["mileage"] for deed in garage.deeds()] == [2000]
    assert states(garage) == [("maandag.csv", "superseded"), ("dinsdag.csv", "taken")]
    assert garage.stand()["sources"][0]["last_file"] == "dinsdag.csv"


def test_an_older_copy_that_is_put_back_is_superseded(garage, car):
    garage.export(car(1, km="1000"), at=NOON)
    garage.run()
    garage.export(car(1, km="2000"), at=NOON + 60)
    garage.run()
    garage.export(car(1, km="1000"), at=NOON)
    assert garage.run().status == 0
    assert [deed.body["vehicle"]["mileage"] for deed in garage.deeds()] == [1000, 2000]
    assert garage.counts() == {"total": 1, "delivered": 1}


def test_an_older_copy_under_another_name_is_superseded(garage, car):
    garage.export(car(1, km="1000"), at=NOON)
    garage.run()
    garage.export(car(1, km="2000"), at=NOON + 60)
    garage.run()
    (garage.export_folder / "klanten.csv").unlink()
    garage.export(car(1, km="1000"), name="terug.csv", at=NOON + 30)
    assert garage.run().status == 0
    assert [deed.body["vehicle"]["mileage"] for deed in garage.deeds()] == [1000, 2000]
    assert states(garage)[-1] == ("terug.csv", "superseded")


def test_content_of_long_ago_is_taken_when_it_is_written_anew(garage, car):
    for night, km in enumerate(("1000", "2000", "1000")):
        garage.export(car(1, km=km), at=NOON + night)
        garage.run()
    assert [deed.body["vehicle"]["mileage"] for deed in garage.deeds()] == [1000, 2000, 1000]


def test_an_export_rewritten_within_its_size_and_time_is_read(garage, car):
    garage.export(car(1, km="1000"), at=NOON)
    garage.run()
    garage.export(car(1, km="2000"), at=NOON)
    garage.run()
    assert [deed.body["vehicle"]["mileage"] for deed in garage.deeds()] == [1000, 2000]


def test_of_a_selection_each_file_is_read_oldest_first(garage, car):
    garage.configure(source={"contains": "selection"})
    garage.export(car(1, km="2000"), car(2), name="a.csv", at=NOON + 60)
    garage.export(car(1, km="1000"), car(3), name="b.csv", at=NOON)
    assert garage.run().status == 0
    assert states(garage) == [("b.csv", "taken"), ("a.csv", "taken")]
    assert garage.counts() == {"total": 3, "delivered": 3}
    (first,) = (deed for deed in garage.deeds() if deed.plate == "ZZ001Z")
    assert first.body["vehicle"]["mileage"] == 2000


def test_a_file_of_a_selection_is_read_once(garage, car):
    garage.configure(source={"contains": "selection"})
    garage.export(car(1), name="a.csv", at=NOON)
    garage.run()
    garage.export(car(2), name="b.csv", at=NOON + 60)
    garage.run()
    garage.run()
    assert states(garage) == [("a.csv", "taken"), ("b.csv", "taken")]
    assert len(garage.deeds()) == 2


def test_a_mended_column_reads_the_latest_file_again(garage, car):
    garage.configure(columns={"make": None})
    garage.export(car(1))
    garage.run()
    garage.configure(columns={"make": "Merk"})
    assert garage.run().status == 0
    assert [deed.body["vehicle"].get("make") for deed in garage.deeds()] == [None, "Volvo"]
    garage.run()
    assert len(garage.deeds()) == 2


def test_a_mended_column_reads_a_held_file_again(garage, car):
    garage.configure(columns={"make": "Automerk"})
    garage.export(car(1))
    assert garage.run().status == 3
    garage.configure(columns={"make": "Merk"})
    assert garage.run().status == 0
    assert garage.ask("held") == []
    assert garage.counts() == {"total": 1, "delivered": 1}


def test_a_file_whose_column_is_gone_is_held_whole_and_names_it(garage, car):
    garage.export(car(1))
    garage.run()
    rows = [{name: value for name, value in car(number).items() if name != "Merk"} for number in (1, 2)]
    garage.export(*rows, header=(*rows[0], "Land", "Afmelding"))
    assert garage.run().status == 3
    (question,) = garage.ask("held")
    assert (question["kind"], question["file"]) == ("file", "klanten.csv")
    assert "Merk" in question["message"]
    assert garage.counts() == {"total": 1, "delivered": 1}
    assert garage.stand()["sources"][0]["state"] == "held"
    assert "Merk" in garage.stand()["message"]


def test_an_optional_column_may_be_gone(garage, car):
    garage.configure(columns={"make": {"column": "Merk", "optional": True}})
    row = {name: value for name, value in car(1).items() if name != "Merk"}
    garage.export(row, header=(*row, "Land", "Afmelding"))
    assert garage.run().status == 0
    assert "make" not in garage.deeds()[0].body["vehicle"]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (";".join(HEADER).encode("cp1252") + b'\r\nZZ-001-Z;"Klant;;;;;;\r\n', "aanhalingsteken"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\n", ""),
        (b"\r\n\r\n", "leeg"),
    ],
    ids=["an unclosed quote", "binary data", "no header"],
)
def test_a_file_that_is_no_export_is_held_with_a_sentence(garage, content, word):
    garage.drop(content)
    assert garage.run().status == 3
    (question,) = garage.ask("held")
    assert question["kind"] == "file"
    assert word in question["message"]
    assert question["message"].endswith((".", ")"))


def test_a_key_with_two_plates_holds_the_file(garage, car):
    garage.configure(columns={"record_key": "Klantnummer"})
    rows = [{**car(number), "Klantnummer": "17"} for number in (1, 2)]
    garage.export(*rows, header=(*rows[0], "Land", "Afmelding"))
    assert garage.run().status == 3
    assert garage.ask("held")[0]["reason"] == "record_key_two_plates"
    assert garage.asked() == []


def test_the_next_good_export_ends_the_question_of_a_held_one(garage, car):
    garage.drop(b'Kenteken;"Achter\r\n')
    garage.run()
    garage.export(car(1))
    assert garage.run().status == 0
    assert garage.ask("held") == []


def test_a_file_whose_last_line_has_not_ended_is_left_until_it_has(garage, car):
    whole = garage.export(car(1), car(2)).read_bytes()
    garage.drop(whole[:-20])
    said = garage.run()
    assert said.status == 0
    assert states(garage) == []
    (source,) = garage.stand()["sources"]
    assert (source["state"], "klanten.csv" in source["message"]) == ("waiting", True)
    garage.drop(whole)
    garage.run()
    assert garage.counts() == {"total": 2, "delivered": 2}


def test_tonights_half_written_file_is_told_of_beside_the_one_of_yesterday(garage, car):
    garage.export(car(1), name="gisteren.csv", at=NOON)
    garage.run()
    garage.drop(b"Kenteken;Achter", "vandaag.csv")
    garage.run()
    (source,) = garage.stand()["sources"]
    assert (source["state"], "vandaag.csv" in source["message"]) == ("waiting", True)


def test_a_file_without_a_last_line_end_that_stood_still_for_long_is_read(garage, car):
    whole = garage.export(car(1)).read_bytes()
    garage.drop(whole.rstrip(), at=NOON)
    assert garage.run().status == 0
    assert garage.counts() == {"total": 1, "delivered": 1}


def test_a_folder_that_is_not_there_is_said_and_ends_with_5(garage):
    garage.export_folder.rmdir()
    said = garage.run()
    assert said.status == 5
    assert "klanten" in said.err and str(garage.export_folder) in said.err
    stand = garage.stand()
    assert (stand["state"], stand["sources"][0]["state"]) == ("degraded", "unavailable")
    assert str(garage.export_folder) in stand["message"] and "niet te lezen" in stand["message"]


def test_a_folder_that_is_away_removes_nothing_and_what_is_due_still_goes(garage, sandbox, car):
    garage.export(car(1))
    sandbox.order_fault(method="PUT", status=500, times=1)
    garage.run()
    garage.export_folder.rename(garage.folder / "elsewhere")
    assert garage.run().status == 5
    assert garage.counts() == {"total": 1, "delivered": 1}


def test_an_empty_folder_is_no_trouble(garage):
    assert garage.run().status == 0
    assert garage.stand()["message"] == "er is nog niets gelezen: zet een export in de map"


def test_the_garages_files_are_never_changed(garage, car):
    garage.export(car(1), name="oud.csv", at=NOON)
    garage.export(car(1), car(2, apk="31-02-2027"), name="nieuw.csv", at=NOON + 60)
    garage.drop(b"half", "half.csv")
    garage.drop(b"geen export", "lees mij.txt")
    before = garage.prints()
    garage.run()
    garage.main("preview", garage.export_folder / "oud.csv")
    garage.run()
    assert garage.prints() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850"])
def test_names_arrive_as_they_are_typed_whatever_the_encoding(garage, sandbox, car, encoding):
    row = {**car(1, name="Crèvecœur" if encoding.startswith("utf") else "Crèvecoeur"), "Merk": "Citroën"}
    others = [car(number, name="Daniëlle Müller") for number in range(2, 6)]
    garage.export(row, *others, encoding=encoding)
    garage.run()
    bodies = {passport.plate: passport.body for passport in sandbox.passports()}
    assert bodies["ZZ001Z"]["customer"]["last_name"] == row["Achternaam"]
    assert bodies["ZZ001Z"]["vehicle"]["make"] == "Citroën"
    assert bodies["ZZ002Z"]["customer"]["last_name"] == "Daniëlle Müller"


def test_a_few_rows_of_another_encoding_are_rejected_and_the_file_stays_utf_8(garage, sandbox, car):
    whole = garage.export(
        *(car(number, name="Müller") for number in range(1, 30)), encoding="utf-8"
    ).read_bytes()
    garage.drop(whole.replace("Müller;klant7@".encode(), "Müller;klant7@".encode("cp1252")))
    assert garage.run().status == 3
    (row,) = garage.ask("rejected")
    assert (row["line"], row["column"], row["code"]) == (8, "Achternaam", "encoding_error")
    assert {passport.body["customer"]["last_name"] for passport in sandbox.passports()} == {"Müller"}
    assert len(sandbox.passports()) == 28


def test_rejections_of_every_kind_are_told_with_line_column_and_masked_value(garage, car):
    rows = [
        car(1, plate="ZZ-0001-Z", country="NL"),
        car(2, plate="WI-AB 1234"),
        car(3, name=""),
        car(4, apk="31-02-2027"),
        car(5, km="1,5"),
        car(6, country="Verweggistan"),
    ]
    path = garage.export(*rows)
    short, long, tail = "ZZ-007-Z;Klant 7", "ZZ-008-Z" + ";x" * 9, "ZZ-009-Z;Klant 9;klant9@voorbeeld.example"
    lines = path.read_text("cp1252") + f"{short}\r\n{long}\r\n{tail};;;;;;;\r\n"
    garage.drop(lines.encode("cp1252"))
    assert garage.run().status == 3
    found = [(row["line"], row["column"], row["code"]) for row in garage.ask("rejected")]
    assert found == [
        (2, "Kenteken", "plate_invalid"),
        (3, "Kenteken", "plate_foreign_needs_country"),
        (4, "Achternaam", "last_name_missing"),
        (5, "APK datum", "date_invalid"),
        (6, "Km stand", "number_invalid"),
        (7, "Land", "value_unknown"),
        (8, None, "row_too_short"),
        (9, None, "row_too_long"),
    ]
    shown = garage.main("rejected").out
    assert "31-02-2027" not in shown and "WI-AB" not in shown and "Verweggistan" not in shown
    assert all(row["message"].endswith((".", "?")) for row in garage.ask("rejected"))
    assert garage.counts() == {"total": 1, "delivered": 1}  # empty trailing cells are no fault


def test_the_line_is_the_first_physical_one_also_after_a_break_within_quotes(garage, car):
    path = garage.export(car(1, name='"Twee\r\nregels"'), car(2, apk="31-02-2027"))
    assert path.read_bytes().count(b"\r\n") == 4
    garage.run()
    assert [row["line"] for row in garage.ask("rejected")] == [4]


def test_a_selection_that_is_taken_leaves_the_question_of_another_standing(garage, car):
    garage.configure(source={"contains": "selection"})
    garage.export(car(1), name="a.csv", header=("Kenteken", "Achternaam"), at=1_700_000_000)
    garage.run()
    garage.export(car(2), name="b.csv")
    garage.run()
    assert [each["file"] for each in garage.ask("held")] == ["a.csv"]


def test_a_plate_that_is_gone_from_the_export_is_told_and_nothing_is_withdrawn(garage, car):
    garage.export(car(1), car(2), car(3))
    garage.run()
    garage.export(car(1), car(2))
    assert garage.run().status == 0
    assert garage.trace("ZZ-003-Z")["missing_since"] and not garage.trace("ZZ-002-Z")["missing_since"]
    assert "noemt dit kenteken nog" in garage.main("trace", "ZZ-003-Z").out
    assert garage.stand()["missing"] == 1 and "geen export meer staat: 1" in garage.main("status").out
    assert sorted(garage.effects()) == [("put", f"ZZ00{number}Z", "created") for number in (1, 2, 3)]
    garage.export(car(1), car(2), car(3))
    garage.run()
    assert (garage.stand()["missing"], garage.trace("ZZ-003-Z")["missing_since"]) == (0, None)
    assert len(garage.effects()) == 3
