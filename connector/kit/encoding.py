"""In which encoding an export is written: a BOM, else UTF-16 by its NUL bytes, else UTF-8, else what reads as
Dutch in cp1252 or cp850.

`auto` goes through the file once, in chunks, so a file of any size is judged whole in bounded memory.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, BinaryIO

from pydantic import AfterValidator, Field

from connector.errors import SourceFormatError
from connector.model import ExportFile

CHUNK = 1 << 18
SAMPLED = 5_000
"""So many words with a byte above 127 are scored, and the rest of their chunk; more change no verdict."""

ESCAPED = re.compile("[\ud800-\udfff]")
"""What the encoding does not know, as its error handler (see `errors_for`) leaves it in the text."""

_UTF32_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOSTLY, _HARDLY = 0.7, 0.1
_LEGACY = ("cp1252", "cp850")  # in order of likelihood: the first wins a tie
_ABOVE_ASCII = bytes(range(128, 256))
_FRAME = re.compile("[\u2500-\u259f]{3}")
"""Lines drawn around a table, as DOS has them: in other encodings three letters that never stand side by side."""
_WORD = re.compile(rb"[\x00-\x7f]?[\x80-\xff]+[\x00-\x7f]?")

_COMMON = frozenset("éèëêïöüçáäóñàâôîûÉÈËÊÏÖÜÇÄ")
_RARE = frozenset("íúòùìåøæßãõýÿšžœÁÓÍÚÑÀÂÔÎÛÅØÆŠŽŒ")
_SIGNS = frozenset("€’‘“”–—…°´²³½§®©™\xa0")  # noqa: RUF001  # these very signs


def checked(name: str) -> str:
    """The codec's own name. Raises `ValueError` for what is no text encoding that leaves ASCII as it is."""
    if name.strip().lower() == "auto":
        return "auto"
    ascii_only = bytes(range(128)) + rb"\u0041"
    try:
        read = (ascii_only + bytes(range(128, 256))).decode(name, "surrogateescape")
        found = codecs.lookup(name).name
    except (LookupError, UnicodeError, ValueError) as error:
        raise ValueError(f"{name!r} is not an encoding this program reads") from error
    if not read.startswith(ascii_only.decode("ascii")):
        raise ValueError(f"{name!r} is not an encoding this program reads")
    return found


Encoding = Annotated[
    str,
    AfterValidator(checked),
    Field(description="auto, or the name of an encoding: utf-8, cp1252, cp850, latin-1, …"),
]
"""A setting: `auto`, or an encoding in which ASCII stands for itself. UTF-16 is found by `auto` and needs no
setting; UTF-32 is refused."""


def encoding_of(file: ExportFile, wanted: str = "auto") -> str:
    """The encoding to read `file` in: `utf-8-sig` or `utf-16` after a BOM, else `wanted`, or what the ladder
    finds for `auto`.

    Raises `SourceFormatError` for the BOM of UTF-32.
    """
    with file.open() as stream:
        start = stream.read(4)
        if start.startswith(_UTF32_BOMS):
            raise SourceFormatError(
                "Dit bestand is in UTF-32 geschreven; dat wordt niet gelezen. Bewaar de export als CSV UTF-8."
            )
        if start.startswith(_UTF16_BOMS):
            return "utf-16"
        if start.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if wanted != "auto":
            return wanted
        start += stream.read(CHUNK)
        return _wide(start) or _ladder(start, stream)


def is_utf8(file: ExportFile) -> bool:
    """Whether a file has more than ASCII in it, and all of it is UTF-8: text in another encoding never is."""
    decoder, is_ascii = codecs.getincrementaldecoder("utf-8")(), True
    with file.open() as stream:
        try:
            for chunk in chain(iter(lambda: stream.read(CHUNK), b""), [b""]):
                decoder.decode(chunk, final=not chunk)
                is_ascii = is_ascii and chunk.isascii()
        except UnicodeDecodeError:
            return False
    return not is_ascii


def errors_for(encoding: str) -> str:
    """The error handler that leaves what `encoding` does not know in the text, to be found by `is_damaged`."""
    return "surrogatepass" if encoding.startswith("utf-16") else "surrogateescape"


def _wide(start: bytes) -> str | None:
    """UTF-16 without a BOM: of Latin text nearly every second byte is NUL, and of the others hardly any."""
    pairs = len(start) // 2
    low, high = start[0 : 2 * pairs : 2].count(0), start[1 : 2 * pairs : 2].count(0)
    for encoding, nul, other in (("utf-16-le", high, low), ("utf-16-be", low, high)):
        if nul > _MOSTLY * pairs and other < _HARDLY * pairs:
            return encoding
    return None


def _ladder(start: bytes, stream: BinaryIO) -> str:
    """UTF-8 when at least half of what is not ASCII is UTF-8, else the legacy encoding that reads as Dutch.

    Half, because the other mistake is worse: a UTF-8 file with rows pasted in from elsewhere, read as cp1252,
    would send every `é` as `Ã©`, while its broken rows read as UTF-8 are rejected where people see them.
    """
    size = ascii_bytes = characters = kept = 0
    words: Counter[bytes] = Counter()
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    for chunk in chain(_chunks(start, stream), [b""]):
        text = decoder.decode(chunk, final=not chunk)
        size += len(chunk)
        ascii_bytes += len(chunk.translate(None, _ABOVE_ASCII))
        characters += len(text)
        kept += len(text) if text.isascii() else len(text.encode("utf-8", "ignore"))
        if words.total() < SAMPLED and is_damaged(text):
            words.update(_words(chunk))
    broken = size - kept
    sound = characters - ascii_bytes - broken
    if sound >= broken:
        return "utf-8"
    return max(_LEGACY, key=lambda encoding: score(words, encoding))


def _chunks(start: bytes, stream: BinaryIO) -> Iterator[bytes]:
    chunk = start
    while chunk:
        yield chunk
        chunk = stream.read(CHUNK)


def is_damaged(text: str) -> bool:
    """Whether bytes are escaped in this text; by encoding it, which is far cheaper than a search."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _words(chunk: bytes) -> Iterator[bytes]:
    lines = (line for line in chunk.splitlines() if not line.isascii())
    return (word[:8] for line in lines for word in _WORD.findall(line))


def score(words: Counter[bytes], encoding: str) -> int:
    """How Dutch these bytes, with the ASCII around them, read in `encoding`; to compare encodings by."""
    return sum(count * _score_word(word.decode(encoding, "replace")) for word, count in words.items())


def _score_word(word: str) -> int:
    if _FRAME.search(word):
        return 3 * len(word)  # more than the letters that another encoding has in its place
    around = f" {word} "
    return sum(
        _score_letter(letter, around[at], around[at + 2])
        for at, letter in enumerate(word)
        if not letter.isascii()
    )


def _score_letter(letter: str, before: str, after: str) -> int:
    if letter == "\ufffd":
        return -4  # a byte the encoding does not have: hardly ever seen in a file written in it
    if letter in _SIGNS:
        return 1 if letter != "€" or not after.isalpha() else -1
    if letter not in _COMMON and letter not in _RARE:
        return -2
    if not (before.isalpha() or after.isalpha()) or _odd_case(letter, before, after):
        return -1
    return 2 if letter in _COMMON else 1


def _odd_case(letter: str, before: str, after: str) -> bool:
    """`JosÚ` and `vanáDijk`: a capital after a small letter, or the other way about."""
    return before.islower() if letter.isupper() else after.isupper()
