"""Records of an XML export, streamed, with the physical line on which each begins.

An element within a record is the field `path.to.element`, an attribute `path.to.element.attribute`, so that a
system's nested elements and another's attributes read alike. The second `Bestuurder` of one record is
`Bestuurder (2)`, with all that is within it: two people never mix. Names stand without their namespace.

Bounds, beside those of `guarded_xml`: a record at most `FIELD_LIMIT` elements and attributes and
`RECORD_LIMIT` characters, a field at most `TEXT_LIMIT` characters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from connector import masks
from connector.dictionary import folded
from connector.errors import SourceFormatError
from connector.kit.guarded_xml import reading
from connector.kit.xml_shape import holder, look
from connector.model import ExportFile, Layout, SourceRecord, Table

FIELD_LIMIT = 5_000
TEXT_LIMIT = 131_072
RECORD_LIMIT = 1 << 20
"""As many as of a record of CSV."""

_TOO_MUCH = "Een record is te groot; dit lijkt geen export. Noem bij `record` het element van één auto."


def read_xml(
    file: ExportFile, *, record: str | None = None, holding: Collection[str] = (), encoding: str = "auto"
) -> Table:
    """The records of an XML export of any size, each with its fields as text, untouched.

    `record` names their element, at any depth and in any case. Without it, it is found: the element that has
    one of `holding` within it (names as `Kenteken` or `auto.kenteken`, compared by letters and digits alone), or
    else the one that repeats. `encoding` is `auto`, as the file says of itself, or a name as `kit.Encoding`
    gives it. The layout names no columns, for a record may leave any out; the records can be iterated more
    than once.

    Raises `SourceFormatError` with the line for a file that is broken, cut off, out of bounds or has a
    DOCTYPE; or that has other records than the named ones, or what is `holding` also outside those found. Much
    of that is known only while iterating: what was yielded until then counts for nothing.
    """
    given = None if encoding == "auto" else encoding
    shape = look(file, holding, given)
    name = record or shape.record
    layout = Layout((), shape.encoding)
    return Table(layout, _Records(file, name, record is None, frozenset(holding), given) if name else ())


@dataclass(frozen=True, slots=True)
class _Records:
    """The records of a file; reads it from its start each time it is iterated."""

    file: ExportFile
    name: str
    is_found: bool
    """Whether `name` was found rather than given."""
    holding: frozenset[str]
    encoding: str | None

    def __iter__(self) -> Iterator[SourceRecord]:
        elsewhere = frozenset(map(folded, self.holding)) if self.is_found else frozenset()
        records = _Flattening(self.name, elsewhere)
        count = 0
        with closing(reading(self.file, records, self.encoding)) as blocks:
            for _ in blocks:
                count += len(records.ready)
                yield from records.ready
                records.ready.clear()
        if not count:
            self._refuse_others()

    def _refuse_others(self) -> None:
        """No record at all is an export without cars, unless it has something else in it that looks like one."""
        other = look(self.file, self.holding, self.encoding)
        if other.record and other.is_certain:
            raise SourceFormatError(
                f"In het bestand staat geen element {_quoted(self.name)}; bedoelt u {_quoted(other.record)}?"
                " Pas `record` in de instellingen aan, of herstel de export."
            )


@dataclass(slots=True)
class _Element:
    """An open element of a record: its name within the record, and what was seen within it."""

    path: str
    seen: dict[str, int] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    has_children: bool = False


class _Flattening:
    """Makes records of the elements of a file: those that are complete stand in `ready`."""

    def __init__(self, name: str, elsewhere: frozenset[str]) -> None:
        self.ready: list[SourceRecord] = []
        self._name = name
        self._record = name.casefold()
        self._elsewhere = elsewhere
        self._outside: list[str] = []
        self._open: list[_Element] = []
        self._values: dict[str, str] = {}
        self._line = self._fields = self._size = 0

    def start(self, name: str, attributes: Mapping[str, str], line: int) -> None:
        if self._open:
            self._within(name)
        elif name.casefold() == self._record:
            self._line, self._values, self._fields, self._size = line, {}, 0, 0
            self._open.append(_Element(""))
        else:
            self._pass(name, attributes, line)
            return
        if attributes:
            self._describe(attributes)
        if self._fields > FIELD_LIMIT or self._size > RECORD_LIMIT:
            raise SourceFormatError(_TOO_MUCH, line=self._line)

    def _within(self, name: str) -> None:
        parent = self._open[-1]
        parent.has_children = True
        element = _Element(_path(parent, name))
        self._open.append(element)
        self._fields += 1
        self._size += len(element.path)

    def _describe(self, attributes: Mapping[str, str]) -> None:
        element = self._open[-1]
        for name, text in attributes.items():
            path = _path(element, name)
            self._values[path] = self._bounded(text)
            self._size += len(path) + len(text)
        self._fields += len(attributes)

    def _pass(self, name: str, attributes: Mapping[str, str], line: int) -> None:
        """Outside the records; a car there is one that would be lost."""
        self._outside.append(name)
        if self._elsewhere and holder(self._outside, attributes, self._elsewhere):
            raise SourceFormatError(
                f"Ook buiten de elementen {_quoted(self._name)} staan gegevens van auto's;"
                " noem bij `record` in de instellingen het element van één auto.",
                line=line,
            )

    def end(self) -> None:
        if not self._open:
            self._outside.pop()
            return
        element = self._open.pop()
        text = self._bounded("".join(element.texts))
        if not element.has_children or text.strip():
            self._keep(element, text)
        if not self._open:
            self.ready.append(SourceRecord(self._values, self._line))

    def _keep(self, element: _Element, text: str) -> None:
        if element.path:
            self._values[element.path] = text
        elif text.strip():
            self._values[self._name] = text

    def text(self, text: str) -> None:
        if self._open:
            self._size += len(text)
            if self._size > RECORD_LIMIT:
                raise SourceFormatError(_TOO_MUCH, line=self._line)
            self._open[-1].texts.append(text)

    def _bounded(self, text: str) -> str:
        if len(text) > TEXT_LIMIT:
            raise SourceFormatError(_TOO_MUCH, line=self._line)
        return text


def _path(parent: _Element, name: str) -> str:
    """The name of something within `parent`, numbered where it has one of that name already."""
    number = parent.seen[name] = parent.seen.get(name, 0) + 1
    step = name if number == 1 else f"{name} ({number})"
    return f"{parent.path}.{step}" if parent.path else step


def _quoted(name: str) -> str:
    return f"“{masks.bounded(masks.visible(name), 60)}”"
