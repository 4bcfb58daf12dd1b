"""A disguised XML text has the elements of the text, nobody in it, and is read as it is, whatever is wrong with it."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector import kit
from connector.disguise import Column, disguised_xml
from connector.errors import SourceFormatError
from connector.model import ExportFile

TODAY = date(2026, 11, 25)
FIELDS = {
    "kenteken": Column("plate"),
    "bestuurderachternaam": Column("last_name"),
    "bestuurderemailprive": Column("email"),
    "apkdatum": Column("apk_due"),
    "eigenaarbedrijfsnaam": Column("company"),
    "merk": Column("make"),
}
SOUND = """<?xml version="1.0" encoding="utf-8"?>
<!-- gemaakt voor Kanariepiet -->
<?maker Kanariebaas?>
<Export door="Kanariechef">
  <Voertuig kenteken='ZZ-417-Z' merk="Opel" opmerking="belt &quot;Kanariebel&quot; 's avonds">
    <ApkDatum>14-05-2027</ApkDatum>
    <Bestuurder><Achternaam>Jansekanarie &amp; Zoonkanarie</Achternaam>
      <EmailPrive>kanarie.een@kooitje.example</EmailPrive></Bestuurder>
    <Eigenaar><Bedrijfsnaam><![CDATA[Kanarielease <Lease> B.V.]]></Bedrijfsnaam></Eigenaar>
    losse Kanarietekst
  </Voertuig>
  <Voertuig kenteken="ZZ-418-Z"><ApkDatum>31-02-2027</ApkDatum>
    <Bestuurder><Achternaam>K&#225;narievogel</Achternaam></Bestuurder></Voertuig>
</Export>
"""
CANARIES = re.compile(r"(?i)kanarie|k(?:á|&#225;)narie|kooitje|kenteken=.zz-41|14-05-2027|31-02-2027")


def copy(text: str, encoding: str = "utf-8") -> str:
    return disguised_xml(text, FIELDS, encoding, TODAY, 1)


def skeleton(text: str) -> list[str]:
    """The tags of a text, without what their attributes say."""
    return re.findall(r"</?[A-Za-z][\w:.-]*", text)


def read(text: str) -> object:
    """How many records there are and what they are called; or on which line the file is held."""
    raw = text.encode("utf-8", "surrogateescape")
    try:
        table = kit.read_xml(ExportFile("x.xml", lambda: io.BytesIO(raw), len(raw)), holding=("Kenteken",))
        return [(each.line, list(each.values), each.fault and each.fault.code) for each in table]
    except SourceFormatError as error:
        return error.line, re.sub(r"\W.*", "", str(error))


def test_nobody_is_in_the_copy_and_every_tag_is() -> None:
    made = copy(SOUND)
    assert not CANARIES.findall(made)
    assert skeleton(made) == skeleton(SOUND)
    assert read(made) == read(SOUND)
    assert len(made.splitlines()) == len(SOUND.splitlines())


def test_what_an_element_holds_is_known_by_the_end_of_its_path() -> None:
    made = copy(SOUND)
    assert re.search(r"<ApkDatum>\d\d-\d\d-2027</ApkDatum>", made)
    assert re.search(r"<EmailPrive>[a-z]+\.[a-z]+@[a-z]+\.[a-z]+</EmailPrive>", made)
    assert 'merk="Opel"' in made
    assert re.search(r"kenteken='[A-Z]{2}-\d{3}-[A-Z]'", made)
    assert "<Lease> B" not in made and "Lease" in made  # the word of a lease company, and no tag


def test_the_declaration_stays_and_no_other_instruction_does() -> None:
    made = copy(SOUND)
    assert made.startswith('<?xml version="1.0" encoding="utf-8"?>\n')
    assert not CANARIES.findall(copy('<?xml version="1.0" door="Kanarie"?><a/>'))


@pytest.mark.parametrize("at", range(1, len(SOUND), 3))
def test_cut_anywhere_nobody_is_in_it_and_it_is_as_broken(at: int) -> None:
    made = copy(SOUND[:at])
    assert not CANARIES.findall(made)
    assert read(made) == read(SOUND[:at])


@pytest.mark.parametrize(
    "broken",
    [
        "<a naam=Kanarie><b>x</b></a>",
        "<a><Kanarie & Zn></a>",
        '<!DOCTYPE a [<!ENTITY k "Kanarie">]><a>&k;</a>',
        "<a><!-- Kanarie <b>Kanarie</b>",
        "<a>Kanarie < Kanarie</a>",
        '<a b="Kanarie<">Kanarie</a>',
        "<a>&Kanarie;</a>",
    ],
)
def test_what_is_no_xml_has_nobody_in_it_and_is_none(broken: str) -> None:
    made = copy(broken)
    assert not CANARIES.findall(made)
    assert isinstance(read(made), tuple) is isinstance(read(broken), tuple)


def test_a_sign_that_the_encoding_has_not_is_a_reference() -> None:
    made = copy("<a><naam>K&#225;narie &#350;ahin</naam></a>", "us-ascii")
    assert made.isascii() and not CANARIES.findall(made)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>/!?-[]\"'&;=ab K1é\n"))
def test_any_text_can_be_copied(text: str) -> None:
    assert len(copy(text).splitlines()) == len(text.splitlines())
