"""`sample make` where it is not certain what is a header, a title, a date or an address: nobody is in the copy then.

Whoever is called Kanarie, or lives in Zwartsluis, is a canary: neither is in any copy.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest

from connector import emails, figures, suspicion
from connector.proposing import looks

CANARIES = re.compile(r"(?i)kanarie|zwartsluis|schmidt|1234|777|piet\b")
ROWS = [
    ["ZZ-001-Z", "Berg", "jan.berg@voorbeeld.example", "Oss"],
    ["ZZ-002-Z", "Jansen", "p.jansen@voorbeeld.example", "Ede"],
    ["ZZ-003-Z", "Vries", "geen", "Goes"],
]


def text(*rows: list[str]) -> str:
    return "".join(";".join(row) + "\r\n" for row in rows)


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def cells_of(path: Path) -> list[list[object]]:
    return [list(row) for row in openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)]


def made(installation, path: Path, *more: str) -> tuple[str, str]:
    """The copy of a CSV export, and what was said of it."""
    output = path.with_name(f"copy-{path.name}")
    said = installation.main("sample", "make", path, "--output", output, *more)
    assert said.status == 0, said.err
    copy = output.read_bytes().decode("cp1252") if path.suffix == ".csv" else ""
    assert not copy or len(copy) == path.stat().st_size
    return copy, said.err


# ---------------------------------------------------------------- the first row


@pytest.mark.parametrize(
    "first",
    [
        ["B-ZZ 1234", "Schmidt", "geen", "Zwartsluis"],
        ["ZZ-777-Z", "Kanarie", "", "Zwartsluis"],
        ["", "Kanarie", "kanarie@voorbeeld.example", "Zwartsluis"],
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("has_garage", [False, True])
def test_a_first_row_that_is_a_customer_is_replaced_though_the_garages_file_calls_columns_so(
    installation, tmp_path, first, kind, has_garage
):
    path = tmp_path / f"klanten.{kind}"
    rows = [first, *ROWS]
    path.write_bytes(workbook(*rows) if kind == "xlsx" else text(*rows).encode())
    if has_garage:
        garage = installation.add(
            "noord", columns=dict.fromkeys(("make", "apk_due", "mileage", "country", "opt_out"))
        )
        named = {"plate": first[0] or first[1], "last_name": first[1], "email": first[2] or first[3]}
        garage.configure(source={"pattern": ["*.csv", "*.xlsx"]}, columns=named)
    copy, said = made(installation, path)
    copy = copy or str(cells_of(path.with_name(f"copy-{path.name}")))
    assert not CANARIES.search(copy)
    assert "Er is geen kopregel herkend" in said


def test_the_columns_that_a_garage_names_stay_whatever_they_are_called(installation, tmp_path):
    path = tmp_path / "klanten.csv"
    header = ["Ons nummerbord", "Wie", "Waarheen", "Zwartsluis"]
    path.write_text(text(header, *ROWS))
    garage = installation.add(
        "noord", columns=dict.fromkeys(("make", "apk_due", "mileage", "country", "opt_out"))
    )
    garage.configure(columns={"plate": header[0], "last_name": header[1], "email": header[2]})
    copy, said = made(installation, path)
    first = copy.splitlines()[0].split(";")
    assert first[:3] == header[:3] and not CANARIES.search(copy)
    assert "regel 1" in said and "kolom 4" in said
    seen = installation.ask("preview", path.with_name("copy-klanten.csv"))
    assert seen["file_error"] is None and seen["rows"] == 3


# ---------------------------------------------------------------- titles, and what stands in a header


@pytest.mark.parametrize(
    ("above", "stays"),
    [
        ([["Naam", "Kanarie", "Plaats", "Zwartsluis"], ["Kntkn", "Anaam", "Eml", "Wpl"]], "Kntkn;Anaam;Eml;Wpl"),
        ([["Datum: 25-11-2026", "Gebruiker: Kanarie", "Kenteken", "Naam"], ["Kntkn", "Anaam", "Eml", "Pcode"]],
         "Kntkn;Anaam;Eml;Pcode"),
        ([["Kenteken", "Achternaam", "E-mail", "Afgedrukt door K. Kanarie"]],
         "Kenteken;Achternaam;E-mail;Afgedrukt door "),
        ([["Klanten van Kanarie", "", "", "Zwartsluis"], ["Kenteken", "Achternaam", "E-mail", "Plaats"]],
         "Kenteken;Achternaam;E-mail;Plaats"),
        ([["Kenteken", "Achternaam", "E-mail", "kanarie@voorbeeld.example"]], ""),
        ([["Kenteken", "Achternaam", "E-mail", "Piet"]], "Kenteken;Achternaam;E-mail;"),
    ],
    ids=["title of names", "title with a date", "printed by", "title", "address", "name"],
)  # fmt: skip
def test_of_titles_and_headers_only_what_names_columns_stays(installation, tmp_path, above, stays):
    path = tmp_path / "klanten.csv"
    path.write_text(text(*above, *ROWS), "cp1252", newline="")
    copy, _ = made(installation, path)
    assert not CANARIES.search(copy)
    assert stays in copy
    (tmp_path / "klanten.xlsx").write_bytes(workbook(*above, *ROWS))
    made(installation, tmp_path / "klanten.xlsx")
    assert not CANARIES.search(str(cells_of(tmp_path / "copy-klanten.xlsx")))


def test_what_is_replaced_in_a_header_is_told(installation, tmp_path):
    path = tmp_path / "klanten.csv"
    path.write_text(text(["Kenteken", "Achternaam", "Afgedrukt door K. Kanarie", "Zwartsluis"], *ROWS))
    _, said = made(installation, path)
    assert "Kopregel, regel 1" in said and "kolommen 3, 4" in said and "Kanarie" not in said
    answer = installation.ask("sample", "make", path, "--output", tmp_path / "again.csv")
    assert answer["replaced"] == [3, 4]


# ---------------------------------------------------------------- addresses, dates, yes and no


def test_typing_mistakes_and_dummies_stay_what_they_are(installation, tmp_path):
    addresses = ["a@gmial.com", "b@gmail.nl", "c@hotmial.com", "x@gmail.con", "geen@geen.nl", "onbekend@kanarie.nl",
                 "kanarie@zwartsluis.nl", "kanarie@zwartsluis.con", "kanarie.zwartsluis.nl"]  # fmt: skip
    path = tmp_path / "klanten.csv"
    rows = [[f"ZZ-00{at}-Z", "Berg", address] for at, address in enumerate(addresses)]
    path.write_text(text(["Kenteken", "Achternaam", "E-mail"], *rows))
    copy, _ = made(installation, path)
    found = [line.split(";")[2] for line in copy.splitlines()[1:]]
    assert not CANARIES.search(copy)
    for old, new in zip(addresses, found, strict=True):
        before, after = suspicion.suspect(old), suspicion.suspect(new)
        assert emails.fault(new) == emails.fault(old)
        assert (after and after.kind) == (before and before.kind)
        assert new.rpartition("@")[2] == old.rpartition("@")[2] or "gm" not in old


def test_dates_in_columns_that_nobody_mapped_stay_dates_of_their_form(installation, tmp_path):
    dates = ["31-02-2026", "00-00-0000", "31-12-26", "20261231", "12-10-2026", "2026-13-01"]
    path = tmp_path / "klanten.csv"
    rows = [[f"ZZ-00{at}-Z", "Berg", f"a{at}@voorbeeld.example", day, "x y"] for at, day in enumerate(dates)]
    path.write_text(text(["Kenteken", "Achternaam", "E-mail", "Intern", "Extra"], *rows))
    copy, _ = made(installation, path)
    found = [line.split(";")[3] for line in copy.splitlines()[1:]]
    assert [re.sub(r"\d", "9", day) for day in found] == [re.sub(r"\d", "9", day) for day in dates]
    assert [looks.format_of_one(day) for day in found] == [looks.format_of_one(day) for day in dates]
    assert [figures.is_blank_date(day) for day in found] == [day == "00-00-0000" for day in dates]
    assert not {day for day in dates if day != "00-00-0000"} & set(found)


def test_yes_and_no_stay_beside_a_word_that_is_neither(installation, tmp_path):
    said = ["J", "N", "ja", "nee", "Kanarie"]
    path = tmp_path / "klanten.csv"
    rows = [[f"ZZ-00{at}-Z", "Berg", f"a{at}@voorbeeld.example", word] for at, word in enumerate(said)]
    path.write_text(text(["Kenteken", "Achternaam", "E-mail", "Geen mailing"], *rows))
    copy, _ = made(installation, path)
    found = [line.split(";")[3] for line in copy.splitlines()[1:]]
    assert found[:4] == said[:4] and not CANARIES.search(copy)
    answer = installation.ask("sample", "make", path, "--output", tmp_path / "again.csv")
    assert "yes_no" not in answer["fields"]


def test_initials_do_not_stay_because_some_are_letters_of_yes_and_no(installation, tmp_path):
    path = tmp_path / "klanten.csv"
    rows = [[f"ZZ-00{at}-Z", "Berg", f"a{at}@voorbeeld.example", sign] for at, sign in enumerate("JNTKPSAM")]
    path.write_text(text(["Kenteken", "Achternaam", "E-mail", "Intern"], *rows))
    copy, _ = made(installation, path)
    assert [line[-1] for line in copy.splitlines()[1:]] != list("JNTKPSAM")


@pytest.mark.parametrize("seed", [str(each) for each in range(1, 9)])
def test_the_encoding_of_a_copy_is_found_as_that_of_the_export_is(installation, tmp_path, seed):
    path = tmp_path / "klanten.csv"
    names = ["Coördinaat", "Müller", "Reneé", "Ünsal", "Çelik"]
    rows = [[f"ZZ-00{at}-Z", name, f"a{at}@voorbeeld.example"] for at, name in enumerate(names)]
    path.write_bytes(text(["Kenteken", "Achternaam", "E-mail"], *rows).encode("cp850"))
    output = tmp_path / "copy.csv"
    answer = installation.ask("sample", "make", path, "--output", output, "--seed", seed)
    again = installation.ask("sample", "make", output, "--output", tmp_path / "copy2.csv")
    assert answer["encoding"] == again["encoding"] == "cp850"
