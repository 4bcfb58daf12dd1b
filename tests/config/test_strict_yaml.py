"""YAML without surprises."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.config import strict_yaml
from connector.errors import ConfigError

FILE = Path("x.yaml")


@pytest.mark.parametrize(
    "written",
    ["NO", "yes", "true", "010", "0x1F", "22:30", "12:30", "1e3", "1_000", "2024-02-29", ".inf", "<<"],
)
def test_what_is_written_stays_a_text(written: str) -> None:
    assert strict_yaml.parse(FILE, f"a: {written}").data == {"a": written}


@pytest.mark.parametrize("written", ["", "~", "null", "NULL", "# only a remark"])
def test_nothing_written_is_none(written: str) -> None:
    assert strict_yaml.parse(FILE, f"a: {written}").data == {"a": None}


@pytest.mark.parametrize("written", ["''", '""'])
def test_quotes_around_nothing_are_an_empty_text(written: str) -> None:
    assert strict_yaml.parse(FILE, f"a: {written}").data == {"a": ""}


@pytest.mark.parametrize("written", [r"'C:\Users\x'", r"C:\Users\x", r'"C:\\Users\\x"'])
def test_a_windows_path_is_taken_as_it_stands_when_it_is_not_in_double_quotes(written: str) -> None:
    document = strict_yaml.parse(FILE, f"watch: {written}")
    assert document.data == {"watch": r"C:\Users\x"}
    assert document.mistakes == ()


def test_a_tab_alone_may_be_written_as_an_escape() -> None:
    document = strict_yaml.parse(FILE, r'delimiter: "\t"')
    assert (document.data, document.mistakes) == ({"delimiter": "\t"}, ())


@pytest.mark.parametrize("name", ["temp", "new", "export", "Northwind", "_x", "Users", "Garage"])
@pytest.mark.parametrize("drive", ["C:", r"\\nas"])
def test_a_path_in_double_quotes_is_never_silently_another_one(drive: str, name: str) -> None:
    try:
        found = strict_yaml.parse(FILE, f'watch: "{drive}\\{name}"').mistakes
    except ConfigError as error:
        found = error.mistakes
    assert [mistake.message for mistake in found] == [strict_yaml.BACKSLASH]
    assert "single quotes" in strict_yaml.BACKSLASH


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n\tb: 1", "x.yaml:2:1: a tab stands where spaces belong: indent with spaces"),
        ('a: "C:\\Users"', f"x.yaml:1:4: {strict_yaml.BACKSLASH}"),
        ('a: "\\UFFFFFFFF"', f"x.yaml:1:7: {strict_yaml.BOUNDLESS}"),
        ('a: 1\nb: "open\nc: 2', "x.yaml:2:4: a quote is opened here and never closed"),
        ("a: [1, 2", "x.yaml:1:4: a [ or { is opened here and not closed, or a comma is missing"),
        ("a: *.csv", "x.yaml:1:5: a value that begins with * or & must stand in single quotes"),
        ("a: @b", "x.yaml:1:4: a value that begins with this character must stand in single quotes"),
        ("a: b: c", "x.yaml:1:5: a colon stands where none may: look at the indentation and the quotes"),
        ("a: 1\nb\nc: 2", "x.yaml:2:1: a colon and a space are missing after a key"),
        ("a:\n  - b\n c: d",
         "x.yaml:3:2: does not fit what stands above it: look at the indentation and the quotes"),
        ("a: \x00", "x.yaml:1:4: holds a control character"),
        ("a: 1\n---\nb: 2", "x.yaml:2:1: a second document begins here"),
        ("{a: 1}: b", "x.yaml:1:1: a key must be a word"),
        ("%YAML 1." + "9" * 5000 + "\n---\na", f"x.yaml:1:9: {strict_yaml.BOUNDLESS}"),
    ],
)  # fmt: skip
def test_what_is_no_yaml_is_told_at_its_place_with_the_remedy(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        strict_yaml.parse(FILE, text)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x [1, 2]\nb: *x\n", "x.yaml:1:4: a: anchors (&) and aliases (*) are not taken"),
        ("b: *x", "x.yaml:1:4: b: anchors (&) and aliases (*) are not taken"),
        ("a: !!python/object/apply:os.system [true]",
         "x.yaml:1:4: a: tags (!) are not taken: write the value alone"),
        ("a: !!str 1", "x.yaml:1:4: a: tags (!) are not taken: write the value alone"),
        ("!!binary a: b", "x.yaml:1:1: tags (!) are not taken: write the value alone"),
        ("a: !own b", "x.yaml:1:4: a: tags (!) are not taken: write the value alone"),
    ],
)  # fmt: skip
def test_s05_anchors_aliases_and_tags_are_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        strict_yaml.parse(FILE, text)
    assert str(caught.value) == said


def test_s05_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    with pytest.raises(ConfigError, match=r"^x.yaml:1:5: a0: anchors"):
        strict_yaml.parse(FILE, bomb)


@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", "[\n"])
def test_s05_deep_nesting_is_refused_before_it_is_built(opening: str) -> None:
    with pytest.raises(ConfigError, match="is nested more than 16 deep"):
        strict_yaml.parse(FILE, opening * 20_000)


def test_s05_no_file_is_read_beyond_the_bound(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(b"#" * (strict_yaml.LARGEST + 1))
    with pytest.raises(ConfigError, match="1:1: cannot be read: is larger than 256 kB"):
        strict_yaml.read(file)


def test_a_key_that_stands_twice_is_a_mistake_and_the_first_counts() -> None:
    document = strict_yaml.parse(FILE, "a:\n  b: 1\n  b: [2]\nc: 3\nc: 4\n")
    assert document.data == {"a": {"b": "1"}, "c": "3"}
    assert [str(mistake) for mistake in document.mistakes] == [
        "x.yaml:3:3: a.b: stands here a second time (first on line 2)",
        "x.yaml:5:1: c: stands here a second time (first on line 4)",
    ]


def test_half_a_character_is_a_mistake() -> None:
    (mistake,) = strict_yaml.parse(FILE, '- "\\ud800"').mistakes
    assert str(mistake) == "x.yaml:1:3: [0]: holds half a character (\\ud800 to \\udfff)"


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_utf8_is_read_with_or_without_a_bom_and_columns_count_the_same(
    tmp_path: Path, start: bytes, ending: bytes
) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(start + "name: Çelik".encode() + ending + b"b: c" + ending)
    document = strict_yaml.read(file)
    assert document.data == {"name": "Çelik", "b": "c"}
    assert document.place_of_value(("name",)) == (1, 7)
    assert document.place_of_value(("b",)) == (2, 4)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: 1\nname: Çelik".encode("cp1252"), ":2:7: is not UTF-8 (byte 0xc7): save the file as UTF-8"),
        ("a: 1".encode("utf-16"), ":1:1: is not UTF-8 (byte 0xff): save the file as UTF-8"),
    ],
)
def test_another_encoding_is_told_at_its_first_byte(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        strict_yaml.read(file)
    assert str(caught.value) == f"{file}{said}"


def test_a_folder_or_a_missing_file_is_told_and_not_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: is not a plain file"):
        strict_yaml.read(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        strict_yaml.read(tmp_path / "gone.yaml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.yaml")
    with pytest.raises(ConfigError, match="is not a plain file"):
        strict_yaml.read(tmp_path / "x.yaml")


_PIECES = st.sampled_from(
    [
        *("a", "b", ": ", "- ", "\n", "  ", "[", "]", "{", ",", '"', "'", "\\U", "\\x", "#", "&a", "!"),
        *("|", ">", "*a", "%", "? ", "---\n", "...\n", "\t", "\r", "\ufeff", "\x85", "é", "\ud800", "😀"),
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=2000)
@given(st.lists(_PIECES, max_size=60).map("".join) | st.text(max_size=200))
@example("\ud800")
@example("- \ufeff")
@example("!<")
def test_s05_rubbish_is_a_document_or_a_config_error_and_nothing_else(text: str) -> None:
    try:
        document = strict_yaml.parse(FILE, text)
    except ConfigError as error:
        assert error.mistakes[0].line >= 1
        return
    assert document.data is None or isinstance(document.data, str | list | dict)
