from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from typing import BinaryIO

import pytest
from pydantic import TypeAdapter, ValidationError

from connector.errors import SourceFormatError
from connector.kit.encoding import CHUNK, Encoding, encoding_of
from connector.model import ExportFile

Export = Callable[[bytes], ExportFile]

SAMPLES = [
    "Kenteken;Naam\nXX-99-99;José van der Meer\n",
    "Kenteken;Naam\nXX-99-99;Daniël Brouwer\n",
    "Kenteken;Naam;Straat\nXX-99-99;Aïcha;Faïencestraat 3\n",
    "Kenteken;Naam\nXX-99-99;Jörg Schröder\n",
    "Kenteken;Naam\nXX-99-99;Müller\n",
    "Kenteken;Naam\nXX-99-99;François\n",
    "Kenteken;Naam\nXX-99-99;Kovács\n",
    "Kenteken;Naam\nXX-99-99;Hélène Molière\n",
    "Kenteken;Straat\nXX-99-99;Tête d'Orweg\n",
    "Kenteken;Naam\nXX-99-99;Muñoz\n",
    "Kenteken;Naam\nXX-99-99;Çelik\n",
    "Kenteken;Naam\nXX-99-99;ÇELIK\n",
    "Kenteken;Naam\nXX-99-99;Özdemir\n",
    "Kenteken;Naam\nXX-99-99;Ümit Öztürk\n",
    "Kenteken;Naam\nXX-99-99;RENÉ DANIËLS\n",
    "Kenteken;Naam\nXX-99-99;ANAÏS HÈLÈNE\n",
    "Kenteken;E-mail privé\nXX-99-99;a@example.nl\n",
    "Kenteken;Plaats;Straat\nXX-99-99;Reüne;Coöperatiestraat 12 b\n",
    "Kenteken;Plaats\nXX-99-99;Sint-Andriesgemeënte\n",
    "Naam\né\n",
    "Naam;Straat\nZoë;Knollengruën 1\nGünther;Zur Brücke 2\nÅsa;Vägen 3\n",
]
"""Invented customers, each with little to go by: one or two letters in a whole file."""


@pytest.mark.parametrize("text", SAMPLES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850"])
def test_ladder_is_right_on_dutch_samples(export: Export, text: str, encoding: str) -> None:
    assert encoding_of(export(text.encode(encoding))) == encoding


def test_every_sample_together_in_each_encoding(export: Export) -> None:
    for encoding in ("utf-8", "cp1252", "cp850"):
        assert encoding_of(export("".join(SAMPLES).encode(encoding))) == encoding


@pytest.mark.parametrize(
    "text", ["Prijs;€ 12,50\n", "d\u2019Hooghe\n", "“Garage”\n", "dorp \u2013 stad\n", "37°\n", "½ jaar\n"]
)
def test_windows_signs_are_cp1252(export: Export, text: str) -> None:
    assert encoding_of(export(text.encode("cp1252"))) == "cp1252"


@pytest.mark.parametrize("data", [b"M\x81ller\n", b"REN\x90\n", b"\x8fsa\n", b"\x80;\x81\n"])
def test_bytes_that_cp1252_has_not_are_cp850(export: Export, data: bytes) -> None:
    assert encoding_of(export(data)) == "cp850"


@pytest.mark.parametrize("frame", ["╔════╗", "┌─┬─┐\n│ │ │", "───", "▓▓▓▓"])
def test_a_frame_as_dos_draws_it_is_cp850_whatever_stands_in_it(export: Export, frame: str) -> None:
    assert encoding_of(export(f"{frame}\nKenteken;Naam\nXX-99-99;Björn Coöper\n".encode("cp850"))) == "cp850"


def test_accented_capitals_side_by_side_are_no_frame(export: Export) -> None:
    assert encoding_of(export("Naam\nÉÉN;ÄÄ;CRÉÉ;ÉÍÉÉN\n".encode("cp1252"))) == "cp1252"


def test_one_stray_byte_does_not_garble_a_file_of_cp1252(export: Export) -> None:
    data = "José;Zoë\n".encode("cp1252") * 50 + b"kapot\x9d\n"
    assert encoding_of(export(data)) == "cp1252"


@pytest.mark.parametrize(("sound", "broken", "found"), [(9, 1, "utf-8"), (2, 2, "utf-8"), (2, 3, "cp1252")])
def test_utf8_needs_half_to_be_sound(export: Export, sound: int, broken: int, found: str) -> None:
    data = "José\n".encode() * sound + "José\n".encode("cp1252") * broken
    assert encoding_of(export(data)) == found


def test_ascii_and_nothing_are_utf8(export: Export) -> None:
    assert encoding_of(export(b"Kenteken;Naam\n")) == encoding_of(export(b"")) == "utf-8"


def test_a_replacement_character_that_the_export_itself_holds_is_utf8(export: Export) -> None:
    assert encoding_of(export("Jos\ufffd\n".encode())) == "utf-8"


@pytest.mark.parametrize("shift", range(4))
def test_a_letter_across_two_chunks_is_sound(export: Export, shift: int) -> None:
    assert encoding_of(export(b"x" * (CHUNK + shift - 2) + "€\n".encode() + b"x" * CHUNK)) == "utf-8"


def test_evidence_at_the_very_end_counts(export: Export) -> None:
    assert encoding_of(export(b"plain;row\n" * 100_000 + "Müller".encode("cp850"))) == "cp850"


def test_a_bom_is_stronger_than_the_setting(export: Export) -> None:
    assert encoding_of(export(codecs.BOM_UTF8 + b"a;b\n"), "cp1252") == "utf-8-sig"


@pytest.mark.parametrize("bom", [codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE])
def test_utf32_is_refused_with_the_reason(export: Export, bom: bytes) -> None:
    with pytest.raises(SourceFormatError, match="UTF-32"):
        encoding_of(export(bom + b"a\0\0\0"), "utf-8")


@pytest.mark.parametrize("bom", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
@pytest.mark.parametrize("setting", ["auto", "cp1252"])
def test_the_bom_of_utf16_is_stronger_than_the_setting(export: Export, bom: bytes, setting: str) -> None:
    assert encoding_of(export(bom + b"\0a"), setting) == "utf-16"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [*SAMPLES, "a"])
def test_utf16_without_a_bom_is_known_by_its_nuls(export: Export, text: str, encoding: str) -> None:
    assert encoding_of(export(text.encode(encoding))) == encoding


@pytest.mark.parametrize("data", [b"\0" * 99, b"a;b\n1;2\n" + b"\0" * 99, b"a\0b\0\0\0\0\0" * 9])
def test_padding_with_nuls_is_no_utf16(export: Export, data: bytes) -> None:
    assert encoding_of(export(data)) == "utf-8"


def test_only_the_start_is_read_when_the_encoding_is_given() -> None:
    class Start(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert size == 4
            return super().read(size)

    def opened() -> BinaryIO:
        return Start(b"a;b\n" * 9)

    assert encoding_of(ExportFile("x.csv", opened, 36), "cp1252") == "cp1252"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("auto", "auto"), ("AUTO", "auto"), ("UTF-8", "utf-8"), ("latin-1", "iso8859-1"), ("cp850", "cp850")],
)
def test_setting_takes_encodings(written: str, meant: str) -> None:
    assert TypeAdapter(Encoding).validate_python(written) == meant


@pytest.mark.parametrize(
    "written",
    ["utf-16", "utf-7", "utf8x", "", "rot13", "base64", "idna", "raw_unicode_escape", "cp500", "a\0b"],
)
def test_setting_refuses_what_does_not_read_a_csv(written: str) -> None:
    with pytest.raises(ValidationError, match="not an encoding this program reads"):
        TypeAdapter(Encoding).validate_python(written)
