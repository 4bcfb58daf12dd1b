"""A pass through an XML file by a parser that expands nothing, fetches nothing and holds little (defusedxml).

A DOCTYPE is refused wherever it stands, and with it every entity and every outside reference. Expat keeps
each name that it has seen and each tag or comment that has not yet ended; so names are bounded in number and
length, and tags and comments in length. Depth is bounded too. What is beyond a bound, broken or cut off is a
`SourceFormatError` with its physical line, in Dutch and without a word of the file's content.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Generator, Mapping
from contextlib import suppress
from typing import Any, Protocol
from xml.parsers.expat import XMLParserType, errors
from xml.sax import SAXParseException
from xml.sax.xmlreader import InputSource

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from connector.errors import SourceFormatError
from connector.kit.encoding import checked, is_utf8
from connector.model import ExportFile

DEPTH_LIMIT = 64
"""Elements within elements."""
NAME_LIMIT = 5_000
"""Different names of elements and attributes in one file: as many as a CSV may have columns."""
LONGEST_NAME = 200
TAG_LIMIT = 1 << 20
"""Bytes of one tag or comment; a tag holds its attributes."""
BLOCK = 1 << 16

_DECLARED = re.compile(rb"<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_WIDE_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_AGAIN = "Exporteer het bestand opnieuw."
_CUT = f"Het XML-bestand houdt te vroeg op: het einde ontbreekt. {_AGAIN}"
_TOO_LONG = f"Een element of een opmerking is te lang; dit lijkt geen export. {_AGAIN}"
_TOO_DEEP = f"De elementen zitten dieper in elkaar dan {DEPTH_LIMIT}; dit lijkt geen export. {_AGAIN}"
_TOO_MANY = f"Er zijn te veel of te lange namen van elementen; dit lijkt geen export. {_AGAIN}"
_DOCTYPE = (
    "Het XML-bestand heeft een DOCTYPE of eigen entiteiten; die worden om de veiligheid niet gelezen."
    " Exporteer zonder DOCTYPE."
)
_ENCODING = (
    "De codering die het XML-bestand opgeeft klopt niet of is niet bekend;"
    " zet de juiste bij `encoding` in de instellingen, of exporteer als UTF-8."
)
_BAD_SIGN = (
    "Hier staat een teken dat niet in XML of niet in de codering past, zoals een losse & of <;"
    " exporteer het bestand opnieuw, of zet de juiste codering bij `encoding` in de instellingen."
)
_BROKEN = f"Dit is geen goed gevormde XML. {_AGAIN}"


def _says(*names: str) -> frozenset[int]:
    return frozenset(errors.codes[getattr(errors, name)] for name in names)


_BY_CODE: tuple[tuple[frozenset[int], str], ...] = (
    (
        _says(
            "XML_ERROR_NO_ELEMENTS",
            "XML_ERROR_UNCLOSED_TOKEN",
            "XML_ERROR_PARTIAL_CHAR",
            "XML_ERROR_UNCLOSED_CDATA_SECTION",
        ),
        _CUT,
    ),
    (_says("XML_ERROR_INCORRECT_ENCODING", "XML_ERROR_UNKNOWN_ENCODING"), _ENCODING),
    (_says("XML_ERROR_INVALID_TOKEN", "XML_ERROR_UNDEFINED_ENTITY", "XML_ERROR_BAD_CHAR_REF"), _BAD_SIGN),
)


class Events(Protocol):
    """What hears of the elements of a file. Names are without their namespace's prefix."""

    def start(self, name: str, attributes: Mapping[str, str], line: int) -> None:
        """An element begins; `line` is the physical line of its tag, from 1."""

    def end(self) -> None:
        """The innermost open element ends."""

    def text(self, text: str) -> None:
        """Text in the innermost open element, or a piece of it."""


def reading(file: ExportFile, events: Events, encoding: str | None = None) -> Generator[str, None, None]:
    """One pass through a file: tells `events` what stands in it, and yields the encoding after every block.

    `encoding` takes the place of what the file says of itself, unless it begins with a BOM; one that says another
    encoding and is UTF-8 all through is read as that. Raises `SourceFormatError` where the file is broken, cut off
    or out of bounds.
    """
    with file.open() as stream:
        block = stream.read(BLOCK)
        parser = _Parser(events, _encoding_of(file, block, encoding))
        while block:
            parser.take(block)
            yield parser.encoding
            block = stream.read(BLOCK)
        parser.finish()
        yield parser.encoding


def _encoding_of(file: ExportFile, start: bytes, wanted: str | None) -> str | None:
    """The encoding to read in; None where the file may say it."""
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if start.startswith(_WIDE_BOMS):
        return None
    if wanted:
        return wanted
    says = _DECLARED.match(start)
    with suppress(ValueError):
        if says and checked(says[1].decode()) != "utf-8" and is_utf8(file):
            return "utf-8"
    return None


class _Parser(DefusedExpatParser):
    _parser: XMLParserType
    _source: InputSource

    def __init__(self, events: Events, encoding: str | None) -> None:
        super().__init__(forbid_dtd=True)
        self._events = events
        self._given = encoding.removesuffix("-sig") if encoding else None
        if self._given:
            self._source.setEncoding(self._given)
        self.encoding = self._given or "utf-8"
        self._names: set[str] = set()
        self._depth = self._taken = 0

    def reset(self) -> None:
        super().reset()
        self._parser.XmlDeclHandler = self._declared
        self._parser.CharacterDataHandler = self._events.text
        self._parser.buffer_text = True

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        self.encoding = self._given or (encoding or "utf-8").lower()

    def take(self, block: bytes) -> None:
        """The next bytes of the file."""
        self._feed(block)
        self._taken += len(block)
        if self._taken - self._parser.CurrentByteIndex > TAG_LIMIT:
            raise self._refusal(_TOO_LONG)

    def finish(self) -> None:
        """There are no more bytes."""
        self._feed(b"", is_final=True)

    def _feed(self, block: bytes, *, is_final: bool = False) -> None:
        try:
            self.feed(block, is_final)
        except SAXParseException as error:
            raise SourceFormatError(_sentence(error), line=error.getLineNumber()) from None
        except DefusedXmlException:
            raise self._refusal(_DOCTYPE) from None
        except (LookupError, ValueError):  # of the codec that the file names
            raise self._refusal(_ENCODING) from None

    def _refusal(self, sentence: str) -> SourceFormatError:
        return SourceFormatError(sentence, line=self._parser.CurrentLineNumber)

    def start_element(self, name: str, attrs: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise self._refusal(_TOO_DEEP)
        known = self._names
        if name not in known or not known.issuperset(attrs):
            self._learn(name, *attrs)
        plain = {_local(key): text for key, text in attrs.items() if not _is_of_xml(key)} if attrs else attrs
        self._events.start(_local(name), plain, self._parser.CurrentLineNumber)

    def _learn(self, *names: str) -> None:
        self._names.update(names)
        if len(self._names) > NAME_LIMIT or max(map(len, names)) > LONGEST_NAME:
            raise self._refusal(_TOO_MANY)

    def end_element(self, name: str) -> None:
        self._depth -= 1
        self._events.end()


def _local(name: str) -> str:
    return name.rpartition(":")[2] if ":" in name else name


def _is_of_xml(attribute: str) -> bool:
    """Whether an attribute speaks of the XML itself: namespaces, schemas, white space."""
    return attribute == "xmlns" or attribute.startswith(("xmlns:", "xsi:", "xml:"))


def _sentence(error: SAXParseException) -> str:
    cause: Any = error.getException()
    code = getattr(cause, "code", None)
    return next((sentence for codes, sentence in _BY_CODE if code in codes), _BROKEN)
