"""Positions and paths of what is written in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config import strict_yaml
from connector.config.document import Document, dotted

TEXT = """\
# a garage
name: Jansen
sources:
  - name: klanten
    watch:
    pattern: [a, b]
"""


@pytest.fixture
def document() -> Document:
    return strict_yaml.parse(Path("/etc/x/jansen.yaml"), TEXT)


@pytest.mark.parametrize(
    ("steps", "key", "value"),
    [
        (("name",), (2, 1), (2, 7)),
        (("sources",), (3, 1), (4, 3)),
        (("sources", 0), (4, 5), (4, 5)),
        (("sources", 0, "name"), (4, 5), (4, 11)),
        (("sources", 0, "pattern", 1), (6, 18), (6, 18)),
        (("sources", 0, "watch"), (5, 5), (5, 5)),
        (("sources", 0, "adapter"), (4, 5), (4, 5)),
        (("delivery", "retry"), (2, 1), (2, 1)),
    ],
)
def test_a_place_is_the_keys_or_the_values_and_for_what_is_not_there_the_parents(
    document: Document,
    steps: tuple[str | int, ...],
    key: tuple[int, int],
    value: tuple[int, int],
) -> None:
    assert document.place_of_key(steps) == key
    assert document.place_of_value(steps) == value


def test_an_empty_file_has_its_mistakes_at_its_start() -> None:
    assert strict_yaml.parse(Path("x"), "").place_of_key(("name",)) == (1, 1)


def test_a_folder_is_absolute(document: Document) -> None:
    assert document.folder == Path("/etc/x")
    assert strict_yaml.parse(Path("garages/x.yaml"), "").folder == Path.cwd() / "garages"


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        (("sources", 0, "settings", "columns", "plate"), "sources[0].settings.columns.plate"),
        ((), ""),
        ((0, "a"), "[0].a"),
        (("APK datum",), "APK datum"),
        (("token:canary-7f3a",), "token…"),
        (("x" * 40,), "x" * 32 + "…"),
        (("columns", "driver.email_private"), "columns.driver.email_private"),
        (("a\nb: forged",), "a…"),
    ],
)
def test_a_path_is_dotted_and_shows_no_more_of_a_strange_key_than_is_safe(
    steps: tuple[str | int, ...], text: str
) -> None:
    assert dotted(steps) == text
