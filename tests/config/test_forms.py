"""The forms that settings share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from connector.config import strict_yaml
from connector.config.forms import FilePath, OneLine, SafeId, Seconds

DOCUMENT = strict_yaml.parse(Path("/etc/x/garages/jansen.yaml"), "")


@pytest.mark.parametrize("text", ["a", "garage-jansen", "4wielen", "a" * 63])
def test_s06_a_safe_name_is_taken(text: str) -> None:
    assert TypeAdapter(SafeId).validate_python(text) == text


@pytest.mark.parametrize("text", ["", "-a", "A", "a_b", "a.b", "../a", "a/b", "a\n", "é", "a b", "a" * 64])
def test_s06_a_name_that_could_mean_something_to_a_file_system_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(SafeId).validate_python(text)


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("./export", "/etc/x/garages/export"),
        ("export/a b", "/etc/x/garages/export/a b"),
        ("../export", "/etc/x/garages/../export"),
        ("/srv/export", "/srv/export"),
    ],
)
def test_a_path_begins_at_its_file(written: str, path: str) -> None:
    assert TypeAdapter(FilePath).validate_python(written, context=DOCUMENT) == Path(path)


@pytest.mark.parametrize("written", ["", "  ", "a\x00b", "a\tb", "a\x7f", "~/export", [], 1])
def test_what_is_no_path_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(FilePath).validate_python(written, context=DOCUMENT)


@pytest.mark.parametrize("written", ["", " ", "a\nb", "a\x1b[31m", "a" * 201])
def test_s09_a_text_for_people_stays_on_one_line(written: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(OneLine).validate_python(written)


@pytest.mark.parametrize(("written", "seconds"), [("0.5", 0.5), ("30", 30), ("86400", 86400)])
def test_seconds_are_read_from_text(written: str, seconds: float) -> None:
    assert TypeAdapter(Seconds).validate_python(written) == seconds


@pytest.mark.parametrize("written", ["0", "-1", "nan", "inf", "86401", "1m", ""])
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Seconds).validate_python(written)
