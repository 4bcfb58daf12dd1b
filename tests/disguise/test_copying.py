"""A disguised text has the form of the text, and is read and judged as the text is, whatever is wrong with it."""

from __future__ import annotations

import io
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector import kit, mapping
from connector.disguise import Column, Form, disguised
from connector.disguise.cutting import cut
from connector.errors import SourceFormatError
from connector.model import Column as Mapped
from connector.model import Draft, ExportFile, Rejected, Skipped

TODAY = date(2026, 11, 25)
FIELDS = (
    "plate",
    "last_name",
    "email",
    "apk_due",
    "mileage",
    "country",
    "opt_out",
    "vin",
    "consent",
    "mileage_at",
)
COLUMNS = {field: Mapped((field,)) for field in FIELDS}
FORM = Form(";", "utf-8", 1, {at: Column(field) for at, field in enumerate(FIELDS)})
HEADER = ";".join(FIELDS) + "\r\n"
SOUND = (
    "ZZ-417-Z;Jansekanarie;een@kooitje.nl;14-05-2027;60.517;NL;nee;WVWZZZ1KZAW417903;2025-03-02;11-10-2026\r\n"
    '12-AOE-7;"van ""der"" Merel";TWEE@gmail.com;2027-01-31;123456 km;Duitsland;ja;KORT;nee;01-01-1900\r\n'
    "ZZ-O18-Z;Bos;drie@kooitje,nl;31-02-2027;1,5;;x;;;\r\n"
    "WI-AB 1234;Ünsal;geen;05/06/2026;12 000;BE;J;;ja;6-5-2026\r\n"
    "geen;Vos;a@b.nl; c@d.nl;12-12-2030;-1;Nergens;misschien;;;29-02-2024\r\n"
    "ZZ-417-Z;Jansekanarie;een@kooitje.nl;14-05-2027;60.517;NL;nee;WVWZZZ1KZAW417903;2025-03-02;11-10-2026\r\n"
)


def judged(text: str) -> list[object]:
    """What becomes of every record, and why; or why the file is held."""
    raw = text.encode("utf-8", "surrogateescape")
    found: list[object] = []
    try:
        table = kit.read_csv(
            ExportFile("x.csv", lambda: io.BytesIO(raw), len(raw)), encoding="utf-8", delimiter=";"
        )
        mapper = mapping.compile_mapper(COLUMNS, table.layout.columns)
        for record in table:
            found.append((record.line, _told(mapper.judge(record, today=TODAY))))
    except SourceFormatError as error:
        found.append((error.line, str(error)))
    return found


def _told(verdict: Draft | Skipped | Rejected) -> object:
    if isinstance(verdict, Draft):
        warned = [(each.code, each.column) for each in verdict.warnings]
        facts = (verdict.facts.opt_out, verdict.facts.consent and len(verdict.facts.consent))
        return ("draft", sorted(verdict.content), warned, verdict.address_fault, facts)
    return verdict if isinstance(verdict, Skipped) else (verdict.code, verdict.message, verdict.column)


def form(text: str) -> str:
    return "".join(
        "9" if sign in "0123456789" else "A" if sign.isupper() else "a" if sign.islower() else sign
        for sign in text
    )


def test_a_quote_within_a_cell_is_a_sign_as_any_other():
    text = HEADER + SOUND.replace("Duitsland", 'Duits"land')
    assert judged(disguised(text, FORM, TODAY, 1)) == judged(text)


def test_a_sound_and_an_unsound_export_are_judged_as_their_copies_are():
    copy = disguised(HEADER + SOUND, FORM, TODAY, 1)
    assert judged(copy) == judged(HEADER + SOUND)
    assert len(judged(copy)) == 6
    assert copy.startswith(HEADER)


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_whatever_is_done_to_an_export_its_copy_is_judged_the_same(data):
    body = SOUND
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body)))
        put = data.draw(
            st.sampled_from(
                ['"', ";", "\r\n", "\r", "\n", "", "O", "0", "é", "\udce9", " ", "\x00", "@", "-"]
            )
        )
        body = body[:at] + put + body[at + data.draw(st.integers(0, 3)) :]
    text = HEADER + body
    copy = disguised(text, FORM, TODAY, data.draw(st.integers(0, 5)))
    assert form(copy) == form(text)
    assert judged(copy) == judged(text)
    assert "jansekanarie" not in copy.lower() and "kooitje" not in copy.lower()


@settings(deadline=None)
@given(st.text(), st.sampled_from(";,\t|"))
def test_any_text_keeps_its_length_and_its_cells(text, delimiter):
    copy = disguised(text, Form(delimiter), TODAY, 1)
    assert len(copy) == len(text)
    assert [each.line for each in cut(copy, delimiter)] == [each.line for each in cut(text, delimiter)]
    assert [each.cells for each in cut(copy, delimiter)] == [each.cells for each in cut(text, delimiter)]


@pytest.mark.parametrize("first", ["sep=;\r\n", "sep=;\n"])
def test_a_line_that_names_the_delimiter_stays(first):
    copy = disguised(first + SOUND, Form(";"), TODAY, 1)
    assert copy.startswith(first) and "Jansekanarie" not in copy


def test_a_line_that_only_begins_so_does_not():
    assert "Jansekanarie" not in disguised("sep=Jansekanarie\r\n", Form(";"), TODAY, 1)


def test_rows_that_are_the_same_stay_the_same_and_others_stay_apart():
    rows = [f"ZZ-{Random(at).randint(100, 999)}-Z;Naam{at % 50};k{at % 70}@x.nl" for at in range(300)]
    copy = disguised(
        "".join(row + "\n" for row in rows), Form(";", columns=FORM.columns), TODAY, 3
    ).splitlines()
    same = {(rows[a] == rows[b]) == (copy[a] == copy[b]) for a in range(300) for b in range(a, 300)}
    assert same == {True}
