"""What is written into a garage's file is read from it again, whatever a column is called."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.config import strict_yaml
from connector.config.writing import inline, scalar

ONE_LINE = st.text(min_size=1).map(str.strip).filter(lambda text: bool(text) and text.isprintable())


def read(text: str):
    document = strict_yaml.parse(Path("x.yaml"), text)
    assert document.mistakes == ()
    return document.data


@given(ONE_LINE)
def test_any_name_on_one_line_is_read_as_it_was_written(name):
    assert read(f"plate: {scalar(name)}\n") == {"plate": name}
    assert read(f"email: {inline([name, 'E-mail'])}\n") == {"email": [name, "E-mail"]}
    assert read(f"apk_due: {inline({'column': name, 'format': '%d-%m-%y'})}\n") == {
        "apk_due": {"column": name, "format": "%d-%m-%y"}
    }


@pytest.mark.parametrize(
    "name",
    ["E-mail privé", "Nr.", "#", "a: b", "a #b", "- a", "'s", '"x"', "null", "Ja", "no", "010", "22:30", "*", "&a",
     "!b", "[x]", "{x}", "%d-%m-%Y", "C:\\temp", "a,b", "~", "@", "x:", "?", "|", ">"],
)  # fmt: skip
def test_names_that_yaml_would_take_for_something_else_stay_names(name):
    assert read(f"plate: {scalar(name)}\n") == {"plate": name}


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (3.0, "3"), (0.5, "0.5"), (4, "4"), ("Km stand", "Km stand"), ("./export", "./export"),
     ("https://api.example.nl/connector/v1", "https://api.example.nl/connector/v1")],
)  # fmt: skip
def test_what_needs_no_quotes_has_none(value, text):
    assert scalar(value) == text
