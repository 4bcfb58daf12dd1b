"""Why an export that begins as XML does is none that can be read: it is a web page, or broken, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from connector import inbox
from connector.errors import SourceFormatError
from connector.kit.guarded_xml import reading
from connector.sampling import is_xml

_START = 4_096
"""Bytes in which a file says what it is."""

_HTML = re.compile(
    rb"(?:\s|<!--.*?-->)*(?:<\?xml[^>]*>\s*<(?:!doctype\s+)?html|<!doctype\s+html"
    rb"|<(?:html|head|body|meta|style|table|div|font|center)\b)",
    re.IGNORECASE | re.DOTALL,
)
"""How a web page begins. An XML export may have an element `Table` too, below another."""

_MARKS = b"\xef\xbb\xbf\xff\xfe"
_EXCEL_2003 = re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet|progid=.Excel[.]Sheet")

HTML = (
    "Dit is een HTML-tabel (een webpagina) en geen export, ook als de naam op .xls eindigt;"
    " exporteer als CSV, of open het in Excel en bewaar het als .xlsx."
)
EXCEL_2003 = (
    "Dit is een werkblad in XML van Excel 2003; open het in Excel en bewaar het als .xlsx of als CSV."
)


class _Deaf:
    """Hears nothing: what counts is whether the pass comes to the end."""

    def start(self, name: str, attributes: Mapping[str, str], line: int) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""

    def text(self, text: str) -> None:
        """Nothing."""


def markup_fault(path: Path) -> str | None:
    """The fault, in Dutch, with its line where it has one; None where there is none, or the file is no XML at all."""
    if not is_xml(path):
        return None
    with path.open("rb") as stream:
        start = stream.read(_START).replace(b"\0", b"").lstrip(_MARKS)
    if _HTML.match(start):
        return HTML
    if _EXCEL_2003.search(start):
        return EXCEL_2003
    try:
        with closing(reading(inbox.export_file(path), _Deaf())) as blocks:
            for _ in blocks:
                pass
    except SourceFormatError as error:
        return f"{error} (regel {error.line})" if error.line else str(error)
    return None
