"""YAML without surprises: `NO` stays NO, `010` stays 010, `22:30` stays 22:30; a key twice is a mistake.

PyYAML is asked for its events only, so none of its constructors, resolvers or tags is ever at work. Anchors,
aliases and tags are refused: a garage file has no need of them, and bombs are made of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import yaml

from connector.config import small_file
from connector.config.document import START, Data, Document, Place, Steps, dotted
from connector.errors import ConfigError, Mistake

LARGEST = 256 * 1024
"""Bytes in one file; a garage's is about two thousand."""

DEEPEST = 16
"""Levels of nesting."""

BACKSLASH = "a backslash in double quotes begins an escape: write it in single quotes"

BOUNDLESS = "is not YAML: an escape or a version is beyond all bounds"

_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_WINDOWS_PATH = re.compile(r'"[A-Za-z]:\\(?!\\)')
_SURROGATE = re.compile("[\ud800-\udfff]")
_SENTENCES = (
    (r"'\t'", "a tab stands where spaces belong: indent with spaces"),
    ("escape", BACKSLASH),
    ("unexpected end of stream", "a quote is opened here and never closed"),
    ("expected ',' or", "a [ or { is opened here and not closed, or a comma is missing"),
    ("expected <block end>", "does not fit what stands above it: look at the indentation and the quotes"),
    (
        "mapping values are not allowed",
        "a colon stands where none may: look at the indentation and the quotes",
    ),
    ("could not find expected ':'", "a colon and a space are missing after a key"),
    ("cannot start any token", "a value that begins with this character must stand in single quotes"),
    ("expected alphabetic", "a value that begins with * or & must stand in single quotes"),
    ("expected the node content", "a value is missing, or a bracket is not closed"),
    ("tag", "a value that begins with ! must stand in single quotes"),
)
_AT_ITS_START = ("escape", "unexpected end of stream", "expected ',' or", "could not find expected ':'")


def read(file: Path) -> Document:
    """The document in a UTF-8 file, with or without a BOM.

    Raises ConfigError when it cannot be read or is not the YAML that is taken here.
    """
    try:
        raw = small_file.read(file, LARGEST)
    except OSError as error:
        raise _wrong(file, START, f"cannot be read: {error.strerror}") from None
    return parse(file, _decoded(file, raw))


def parse(file: Path, text: str) -> Document:
    """The document in `text`; `file` is for messages. Raises ConfigError when it is no YAML that is taken."""
    loader = yaml.SafeLoader("")
    try:
        loader = yaml.SafeLoader(text)
        return _Builder(file, text, loader).document()
    except yaml.reader.ReaderError as error:
        raise _wrong(file, _place_of_index(text, error.position), "holds a control character") from None
    except yaml.MarkedYAMLError as error:
        raise _syntax(file, error) from None
    except (ValueError, OverflowError):  # PyYAML's own, for an escape or a version beyond all numbers
        raise _wrong(file, Place(loader.line + 1, loader.column + 1), BOUNDLESS) from None


def _wrong(file: Path, place: Place, message: str, steps: Steps = ()) -> ConfigError:
    return ConfigError(Mistake(file, place.line, place.column, dotted(steps), message))


def _decoded(file: Path, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        message = f"is not UTF-8 (byte 0x{raw[error.start]:02x}): save the file as UTF-8"
        raise _wrong(file, _place_of_index(before, len(before)), message) from None


def _place_of_index(text: str, index: int) -> Place:
    lines = text[:index].split("\n")
    return Place(len(lines), len(lines[-1]) + 1)


def _syntax(file: Path, error: yaml.MarkedYAMLError) -> ConfigError:
    """PyYAML's complaint in our words: its own may quote what stands in the file."""
    problem = error.problem or ""
    mark = error.problem_mark
    if mark is None or any(part in problem for part in _AT_ITS_START):
        mark = error.context_mark or mark
    for part, sentence in _SENTENCES:
        if part in problem:
            return _wrong(file, _place(mark), sentence)
    return _wrong(file, _place(mark), "is not YAML")


class _Mark(Protocol):
    """PyYAML's position, from 0."""

    line: int
    column: int


def _place(mark: _Mark | None) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else START


class _Builder:
    """Turns the parser's events into one document."""

    def __init__(self, file: Path, text: str, loader: yaml.SafeLoader) -> None:
        self._file = file
        self._text = text
        self._events: Iterator[yaml.Event] = iter(loader.get_event, None)
        self._keys: dict[Steps, Place] = {}
        self._values: dict[Steps, Place] = {}
        self._mistakes: list[Mistake] = []

    def document(self) -> Document:
        next(self._events)  # the stream's start
        data: Data = None
        if isinstance(next(self._events), yaml.DocumentStartEvent):
            data = self._node(next(self._events), ())
            next(self._events)  # the document's end
            self._refuse_a_second(next(self._events))
        return Document(self._file, data, self._keys, self._values, tuple(self._mistakes))

    def _refuse_a_second(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            raise _wrong(self._file, _place(event.start_mark), "a second document begins here")

    def _node(self, event: yaml.Event, steps: Steps) -> Data:
        place = _place(event.start_mark)
        self._refuse_extras(event, place, steps)
        self._values.setdefault(steps, place)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place, steps)
        if len(steps) >= DEEPEST:
            raise _wrong(self._file, place, f"is nested more than {DEEPEST} deep", steps)
        return self._list(steps) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(steps)

    def _refuse_extras(self, event: yaml.Event, place: Place, steps: Steps) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _wrong(self._file, place, "anchors (&) and aliases (*) are not taken", steps)
        if getattr(event, "tag", None) is not None:
            raise _wrong(self._file, place, "tags (!) are not taken: write the value alone", steps)

    def _scalar(self, event: yaml.ScalarEvent, place: Place, steps: Steps) -> Data:
        if event.style is None and event.value in _NOTHING:
            return None
        self._judge_text(event, place, steps)
        return str(event.value)

    def _judge_text(self, event: yaml.ScalarEvent, place: Place, steps: Steps) -> None:
        if event.style == '"' and self._is_path_by_accident(event):
            self._mistake(place, BACKSLASH, steps)
        elif _SURROGATE.search(event.value):
            self._mistake(place, "holds half a character (\\ud800 to \\udfff)", steps)

    def _is_path_by_accident(self, event: yaml.ScalarEvent) -> bool:
        """`"C:\\temp"` is good YAML, for `C:`, a tab and `emp`. A tab alone is meant, as a delimiter."""
        start, end = event.start_mark, event.end_mark
        written = self._text[start.index : end.index] if start and end else ""
        if _WINDOWS_PATH.match(written):
            return True
        return "\\" in written and len(event.value) > 1 and not event.value.isprintable()

    def _mistake(self, place: Place, message: str, steps: Steps) -> None:
        self._mistakes.append(Mistake(self._file, place.line, place.column, dotted(steps), message))

    def _list(self, steps: Steps) -> list[Data]:
        items: list[Data] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*steps, len(items))))
        return items

    def _mapping(self, steps: Steps) -> dict[str, Data]:
        items: dict[str, Data] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, steps)
            below = (*steps, key)
            if key in items:
                self._twice(_place(event.start_mark), below)
            self._keys.setdefault(below, _place(event.start_mark))
            value = self._node(next(self._events), below)
            items.setdefault(key, value)
        return items

    def _key(self, event: yaml.Event, steps: Steps) -> str:
        place = _place(event.start_mark)
        self._refuse_extras(event, place, steps)
        if not isinstance(event, yaml.ScalarEvent):
            raise _wrong(self._file, place, "a key must be a word", steps)
        return str(event.value)

    def _twice(self, place: Place, steps: Steps) -> None:
        first = self._keys[steps].line
        self._mistake(place, f"stands here a second time (first on line {first})", steps)
