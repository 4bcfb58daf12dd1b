"""S01, S02, S03 for Excel: entities, bombs and names that lead out, dropped into a garage's folder.

Each is held with a sentence, the garage goes on, and nothing is written or fetched.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

HEADER = ("Kenteken", "Achternaam", "E-mail", "Merk", "APK datum", "Km stand", "Land", "Afmelding")
SHEET = "xl/worksheets/sheet1.xml"
DAMAGED = "beschadigd of niet heel"
TOO_LARGE = "uitgepakt te groot"


def workbook() -> bytes:
    made, packed = openpyxl.Workbook(), io.BytesIO()
    for row in (
        HEADER,
        ("ZZ-001-Z", "Klant 1", "klant1@voorbeeld.example", "Volvo", "15-05-2027", 60500, "", ""),
    ):
        made.active.append(row)
    made.save(packed)
    return packed.getvalue()


def changed(member: str, change: Callable[[bytes], bytes]) -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == member else old.read(name))
    return made.getvalue()


def with_member(name: str, content: bytes) -> bytes:
    made = io.BytesIO(workbook())
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return made.getvalue()


def with_doctype(doctype: bytes, entity: bytes) -> bytes:
    """A sheet whose cells have no address, so that its XML is walked, with a type and an entity of its own."""

    def change(xml: bytes) -> bytes:
        declaration, start, rest = xml.partition(b"<worksheet")
        return declaration + doctype + start + rest.replace(b"Volvo", entity).replace(b'<c r="', b'<c x="')

    return changed(SHEET, change)


LOL = b"<!DOCTYPE w [<!ENTITY a 'lol'>" + b"".join(
    b"<!ENTITY %s '%s'>" % (bytes([98 + at]), b"&%s;" % bytes([97 + at]) * 10) for at in range(9)
) + b"]>"  # fmt: skip
FILE = b"<!DOCTYPE w [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
NET = b"<!DOCTYPE w [<!ENTITY x SYSTEM 'http://127.0.0.1:9/x'>]>"

BOMBS = {
    "an external entity": (lambda: with_doctype(FILE, b"&x;"), DAMAGED),
    "an entity of the net": (lambda: with_doctype(NET, b"&x;"), DAMAGED),
    "a billion laughs": (lambda: with_doctype(LOL, b"&j;"), DAMAGED),
    "zeros": (lambda: with_member("xl/media/zero.xml", bytes(300 << 20)), TOO_LARGE),
    "one cell far away": (
        lambda: changed(SHEET, lambda xml: xml.replace(b'r="A2"', b'r="XFD1048576"')),
        "ver buiten de gegevens",
    ),
    "a path": (lambda: with_member("../../../srv/evil.xml", b"x"), "ongeldige naam"),
    "an absolute path": (lambda: with_member("/srv/evil.xml", b"x"), "ongeldige naam"),
}


@pytest.mark.parametrize(("made", "words"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_held_with_a_sentence_and_the_garage_goes_on(
    garage, car, tmp_path, made, words: str
) -> None:
    garage.configure(source={"pattern": ["*.xlsx", "*.csv"]})
    garage.drop(made(), "bom.xlsx", at=1_790_000_000.0)
    before = sorted(path for path in tmp_path.rglob("*") if "state" not in path.parts)
    assert garage.run().status == 3
    (question,) = garage.ask("held")
    assert words in question["message"]
    assert sorted(path for path in tmp_path.rglob("*") if "state" not in path.parts) == before
    garage.export(car(1), at=1_790_000_060.0)
    assert garage.run().status == 0
    assert garage.counts() == {"total": 1, "delivered": 1}


def test_the_workbook_itself_is_taken(garage) -> None:
    garage.configure(source={"pattern": ["*.xlsx"]})
    garage.drop(workbook(), "klanten.xlsx", at=1_790_000_000.0)
    assert garage.run().status == 0
    assert garage.counts() == {"total": 1, "delivered": 1}
