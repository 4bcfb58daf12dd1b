from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from connector.kit.delimiter import Delimiter, find_delimiter


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b;c\n1;2;3\n", ";"),
        ("a,b,c\n1,2,3\n", ","),
        ("a\tb\n1\t2\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("Kenteken;Prijs\n1;1,50\n2;2,50\n", ";"),  # a decimal comma in every row
        (
            "Naam, voorletters;Plaats;Tel\nJansen, J;A;1\nBos, B;C;2\n",
            ";",
        ),  # a comma in every row and in the header
        ('"a;b","c;d","e"\n"1;2","3;4","5"\n', ","),  # delimiters in quotes are text
        ('Kenteken,Opmerking\n1,"a;b;c;d"\n', ","),
        ("a;b;c;d\n1;2;3\n1;2;3;4\n1;2,3;4;5;6\n", ";"),  # uneven rows
        ("Kenteken,Naam,E-mail\n", ","),  # a header alone
        ('a,b,c\n1,"open,2\n3,4,5\n', ","),  # a quote that is never closed
        ("\n \n;;\na;b;c\n1;2;3\n", ";"),
        ("Klanten, per 1-1-2027\n\na;b;c\n1;2;3\n4;5;6\n", ";"),  # a title
        ("Klanten\na\tb\n1\t2\n", "\t"),
        ('a,b\n1,"x;y;z;q"\n2,"x;y;z;q"\n', ","),
        ("Kenteken\n12-AB-34\n", ";"),  # one column: nothing to part
        ("", ";"),
    ],
)
def test_find_delimiter(text: str, delimiter: str) -> None:
    assert find_delimiter(text.splitlines(keepends=True)) == delimiter


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("auto", "auto"),
        ("Auto", "auto"),
        (";", ";"),
        ("tab", "\t"),
        ("TAB", "\t"),
        (r"\t", "\t"),
        ("\t", "\t"),
    ],
)
def test_setting_takes_a_character_or_its_name(written: str, meant: str) -> None:
    assert TypeAdapter(Delimiter).validate_python(written) == meant


@pytest.mark.parametrize("written", ["", ";;", "a", "1", '"', " ", "\n", "semicolon"])
def test_setting_refuses_what_parts_no_cells(written: str) -> None:
    with pytest.raises(ValidationError, match="must be auto, tab or one character"):
        TypeAdapter(Delimiter).validate_python(written)
