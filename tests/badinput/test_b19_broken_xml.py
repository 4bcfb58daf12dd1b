"""B19: an XML export that is broken, or cut off at any byte, is held whole with its line: never half taken."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector import adapters
from connector.errors import SourceFormatError
from connector.model import ExportFile

WHOLE = """<?xml version="1.0" encoding="UTF-8"?>
<Export>
  <Voertuig kenteken="ZZ-001-Z" apkDatum="31-12-2027">
    <Bestuurder achternaam="Bos" bedrijfsnaam="" emailPrive="b@voorbeeld.example"/>
  </Voertuig>
  <!-- café -->
  <Voertuig>
    <Kenteken>ZZ-002-Z</Kenteken><ApkDatum/>
    <Bestuurder><Achternaam><![CDATA[Vos]]> &amp; Zn</Achternaam></Bestuurder>
  </Voertuig>
</Export>
""".encode()
SETTINGS = {"recipient": ["driver"], "addresses": ["private"]}

Told = Callable[[bytes], tuple[int | None, str]]

CUT = "Het XML-bestand houdt te vroeg op: het einde ontbreekt. Exporteer het bestand opnieuw."
EMPTY = "Dit bestand is leeg: er is geen kopregel."

GOLDEN = [
    (0, 0, None, EMPTY),
    (1, 38, 1, CUT),
    (39, 47, 2, CUT),
    (48, 102, 3, CUT),
    (103, 186, 4, CUT),
    (187, 200, 5, CUT),
    (201, 217, 6, CUT),
    (218, 230, 7, CUT),
    (231, 275, 8, CUT),
    (276, 354, 9, CUT),
    (355, 368, 10, CUT),
    (369, 377, 11, CUT),
    (378, 379, None, "taken: 2"),
]
"""First and last length, line, and what is said of a file cut off there; the whole one is of 379 bytes."""


@pytest.fixture(scope="module")
def told() -> Told:
    """Tells of a file's content line and reason for which it is held; or None and how many records were read."""
    adapter = adapters.load("carsys")
    assert adapter.settings_model is not None
    chosen = adapter.settings_model.model_validate(SETTINGS)

    def told(content: bytes) -> tuple[int | None, str]:
        file = ExportFile("klanten.xml", lambda: io.BytesIO(content), len(content))
        try:
            count = sum(1 for _ in adapter.read(file, chosen))
        except SourceFormatError as error:
            return error.line, str(error)
        return None, f"taken: {count}"

    return told


def cuts(told: Told) -> Iterator[tuple[int, int, int | None, str]]:
    each = ((size, *told(WHOLE[:size])) for size in range(len(WHOLE) + 1))
    for (line, reason), run in itertools.groupby(each, key=lambda one: one[1:]):
        sizes = [size for size, *_ in run]
        yield sizes[0], sizes[-1], line, reason


def test_a_file_cut_off_at_any_byte_is_held_with_its_line(told: Told) -> None:
    assert list(cuts(told)) == GOLDEN


def test_a_file_in_utf_16_cut_off_at_any_byte_is_held(told: Told) -> None:
    whole = WHOLE.decode().replace("UTF-8", "UTF-16").strip().encode("utf-16")
    assert told(whole) == (None, "taken: 2")
    assert {told(whole[:size])[1] for size in range(3, len(whole))} == {CUT}


PIECES = st.sampled_from(
    [
        b"",
        b"<",
        b">",
        b"&",
        b'"',
        b"\0",
        b"\xe9",
        b"</Voertuig>",
        b"<Voertuig>",
        b"<!DOCTYPE x>",
        b"]]>",
        b"<!--",
        b"\xff\xfe",
    ]
)


@given(st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 40), PIECES), min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_a_file_mangled_anyhow_is_held_or_read_and_breaks_nothing(
    told: Told, cuts: list[tuple[int, int, bytes]]
) -> None:
    content = WHOLE
    for at, length, piece in cuts:
        content = content[:at] + piece + content[at + length :]
    line, reason = told(content)  # raises what is no SourceFormatError: the adapter broke
    assert line is None or 1 <= line <= content.count(b"\n") + content.count(b"\r") + 1
    assert reason.isprintable() and "voorbeeld" not in reason and "ZZ-" not in reason


def test_a_nul_at_any_byte_holds_the_file(told: Told) -> None:
    for at in range(len(WHOLE.rstrip())):
        line, reason = told(WHOLE[:at] + b"\0" + WHOLE[at + 1 :])
        assert not reason.startswith("taken")
        assert line is None or line <= WHOLE[: at + 1].count(b"\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        (b"&amp;", b"&", 9, "losse &"),
        (b"&amp;", b"&eacute;", 9, "losse &"),
        (b"Bos", b"B<s", 4, "losse & of <"),
        ("café".encode(), "café".encode("cp1252"), 6, "`encoding`"),
        (b"</Kenteken>", b"</kenteken>", 8, "geen goed gevormde XML"),
        (b"</Voertuig>\n  <!--", b"<!--", 10, "geen goed gevormde XML"),
        (b"</Export>", b"</Export><Export/>", 11, "geen goed gevormde XML"),
        (b"UTF-8", b"UTF-16", 1, "codering"),
        (b"UTF-8", b"klingon", 1, "codering"),
        (b"<Export>", b"<!DOCTYPE Export>\n<Export>", 2, "DOCTYPE"),
        (
            b"<Kenteken>ZZ-002-Z</Kenteken>",
            b"<Kenteken>ZZ-002-Z</Kenteken><Kenteken>ZZ-003-Z</Kenteken>",
            None,
            "taken: 2",
        ),
    ],
)
def test_what_is_wrong_and_where_is_told(
    told: Told, old: bytes, new: bytes, line: int | None, words: str
) -> None:
    assert WHOLE.count(old) >= 1
    found = told(WHOLE.replace(old, new, 1))
    assert (found[0], words in found[1]) == (line, True)


@pytest.mark.parametrize("size", [60, 205, 350, 377])
def test_of_a_cut_file_nothing_is_taken_and_the_whole_one_is_taken_after_it(installation, size) -> None:
    jansen = installation.add("jansen")
    jansen.configure(source={"adapter": "carsys", "pattern": ["*.xml"], "settings": SETTINGS})
    jansen.drop(WHOLE[:size], "klanten.xml", at=1_790_000_000)
    assert jansen.run().status == 3
    assert jansen.counts() == {} and jansen.asked() == []
    source = jansen.stand()["sources"][0]
    assert source["state"] == "held" and CUT in source["message"]
    jansen.drop(WHOLE, "klanten.xml", at=1_790_000_100)
    jansen.run()
    assert sorted(plate for _, plate, _ in jansen.effects()) == ["ZZ001Z"]
