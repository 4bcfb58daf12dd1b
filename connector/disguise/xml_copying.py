"""The text of an XML export with everything but its elements disguised.

Whatever is broken in it stays broken: a tag, comment or reference that is none is text as any other, and every word of
it goes. The names of elements and attributes stay, and the declaration at the start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from html import unescape
from random import Random

from connector.columns import trimmed
from connector.dictionary import folded
from connector.disguise.cells import Cells
from connector.disguise.copying import Column, words_of
from connector.disguise.words import Words

_NAME = r"[^\W\d][\w:.-]{0,199}"
_VALUE = r"\"[^\"<]*\"|'[^'<]*'"
_TOKEN = re.compile(
    r"(?P<comment><!--.*?-->)|(?P<cdata><!\[CDATA\[.*?\]\]>)|(?P<order><\?.*?\?>)"
    rf"|<(?P<end>/?)(?P<name>{_NAME})(?P<rest>(?:\s+{_NAME}\s*=\s*(?:{_VALUE}))*\s*)(?P<alone>/?)>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(rf"(?P<name>{_NAME})(?P<is>\s*=\s*)(?P<value>{_VALUE})")
_DECLARATION = re.compile(
    r"<\?xml\s+version=[\"'][\d.]+[\"'](?:\s+(?:encoding|standalone)=[\"'][\w-]+[\"'])*\s*\?>"
)
_REFERENCE = re.compile(r"&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});")
_CDATA = "<![CDATA["

Fields = Mapping[str, Column]
"""A name, folded, of an element or attribute with as much of its path as is needed → what it holds."""


def disguised_xml(text: str, fields: Fields, encoding: str, today: date, seed: int) -> str:
    """The same text with nobody in it."""
    random = Random(seed)  # noqa: S311  # hides nothing: what is drawn does not hang on what it stands for
    words = Words(random, words_of(unescape(text)), encoding)
    return "".join(_Copying(fields, encoding, words, Cells(words, random, today)).pieces(text))


class _Copying:
    """One pass through a text; `_path` are the elements that are open."""

    def __init__(self, fields: Fields, encoding: str, words: Words, cells: Cells) -> None:
        self._fields = fields
        self._encoding = encoding
        self._words = words
        self._cells = cells
        self._path: list[str] = []

    def pieces(self, text: str) -> Iterator[str]:
        at = 0
        for found in _TOKEN.finditer(text):
            yield self._between(text[at : found.start()])
            yield self._token(found)
            at = found.end()
        yield self._between(text[at:])

    def _token(self, found: re.Match[str]) -> str:
        whole = found[0]
        if found["name"] is not None:
            return self._tag(found)
        if found["cdata"] is not None:
            return f"{_CDATA}{self._said(whole[len(_CDATA) : -3], self._path)}{whole[-3:]}"
        is_declaration = found["order"] is not None and found.start() <= 1 and _DECLARATION.fullmatch(whole)
        return whole if is_declaration else self._words.text(whole)

    def _tag(self, found: re.Match[str]) -> str:
        name = found["name"]
        if found["end"]:
            if self._path and self._path[-1] == name:
                self._path.pop()
            return f"</{name}{self._words.text(found['rest'])}{found['alone']}>"
        path = [*self._path, name]
        if not found["alone"]:
            self._path = path
        rest = _ATTRIBUTE.sub(lambda each: self._attribute(each, path), found["rest"])
        return f"<{name}{rest}{found['alone']}>"

    def _attribute(self, found: re.Match[str], path: Sequence[str]) -> str:
        mark, raw = found["value"][0], found["value"][1:-1]
        new = self._escaped_of(raw, [*path, found["name"]]).replace(
            mark, "&quot;" if mark == '"' else "&apos;"
        )
        return f"{found['name']}{found['is']}{mark}{new}{mark}"

    def _between(self, raw: str) -> str:
        """What stands between two tags; with a `<` in it, it is what is left of a broken one."""
        if not raw or raw.isspace():
            return raw
        sound, mark, broken = raw.partition("<")
        new = self._escaped_of(sound, self._path) if sound and not sound.isspace() else sound
        return new + self._broken(mark + broken)

    def _broken(self, raw: str) -> str:
        """What is left of a tag that is none: every word of it goes, and no reference becomes another."""
        begins, rest = (_CDATA, raw[len(_CDATA) :]) if raw.startswith(_CDATA) else ("", raw)
        said = _REFERENCE.split(rest)
        kept = ["&amp;" if "#" in each else each for each in _REFERENCE.findall(rest)]
        return begins + "".join(
            f"{self._words.text(text)}{each}" for text, each in zip(said, [*kept, ""], strict=True)
        )

    def _escaped_of(self, raw: str, path: Sequence[str]) -> str:
        said = _REFERENCE.sub(lambda each: unescape(each[0]), raw)
        new = self._said(said, path)
        if new == said:
            return raw
        lone = "&amp;" if "&" not in _REFERENCE.sub("", raw) else "&"  # a lone & stays as wrong as it was
        new = new.replace("&", lone).replace("<", "&lt;").replace(">", "&gt;")
        if any("\ud800" <= sign <= "\udfff" for sign in new):  # bytes that are no text stay as they are
            return new
        return new.encode(self._encoding, "xmlcharrefreplace").decode(self._encoding)

    def _said(self, said: str, path: Sequence[str]) -> str:
        core = trimmed(said)
        if not core:
            return said
        at = said.index(core)
        column = self._column(path)
        new = self._cells.cell(core, column.field if column else None, column.format if column else None)
        return said[:at] + new + said[at + len(core) :]

    def _column(self, path: Sequence[str]) -> Column | None:
        """What is held here, by the longest end of the path that has a name."""
        ends = ("".join(map(folded, path[start:])) for start in range(len(path)))
        return next((self._fields[end] for end in ends if end in self._fields), None)
