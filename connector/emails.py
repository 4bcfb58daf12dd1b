"""What is an e-mail address, when are two the same, and what may be shown of one.

Syntax is RFC 5321 and 5322 as the library email-validator reads them, internationalised addresses (RFC 6531)
included. No name server is asked: whether a mailbox exists is learned from what bounces. Nothing is
corrected: of a cell with more than an address the address is taken, and only where each part of it is clear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from email_validator import EmailNotValidError, validate_email

from connector import masks

LONGEST = 254
"""Characters of the longest address that can be mailed (RFC 5321, with the erratum to RFC 3696)."""

_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
"""What no request should carry: controls, lone surrogates (JSON in UTF-8 cannot), and U+FFFD, which stands
where a sign could not be read."""

_SEVERAL = re.compile(r"@[^@]*[\s;,/|&][^@]*@")
"""Two addresses with something between them."""

_BETWEEN = re.compile(r"[\s;,/|&]+")
"""What may stand between two addresses."""
_JOINING = frozenset(("", "en", "of", "and", "or", "+"))
_ASIDE = re.compile("[;,]")
"""What ends a word for sure; a slash may stand in an address."""
_BRACKETED = re.compile("<([^<>]*)>")
_QUOTES = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2039\u203a\u00ab\u00bb"
"""Those of print: by the standard an address may begin with one, and none does."""
_AROUND = "\"'()[]" + _QUOTES
_BEHIND = ".,:;" + _AROUND
_LONGEST_CELL = 1_000
"""Characters of a cell in which more than one address is looked for."""

_TOP_LEVEL = re.compile("[A-Za-z]{2,12}")

_PLAIN_LOCAL = re.compile("[A-Za-z0-9_-]+(?:[.][A-Za-z0-9_-]+)*")
SHORT = 60
"""Characters of an address that is too long in none of its forms: with a plain local part its domain decides."""

DomainFault = Callable[[str], str | None]
"""Why no mail reaches a domain, or None; a `domain_fault` that may remember."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a cell says: the address to use, or the whole text with the `fault` for which it cannot be used.

    `others` are the addresses that stood beside it, `tidied` that something else was taken off.
    """

    address: str
    fault: str | None = None
    others: tuple[str, ...] = ()
    tidied: bool = False


def domain_fault(domain: str) -> str | None:
    """Why no address is of this domain, as a Dutch sentence; None if one can be. Many addresses share one."""
    return _library_fault(f"a@{domain}")


def read(text: str, domain_fault: DomainFault = domain_fault) -> Found:
    """The address in a cell; `domain_fault` stands in for the module's where it is to be remembered.

    Of several the first that can be mailed is taken; a name around it (`Jan <jan@…>`), `mailto:`, quotes, and a
    dot or comma behind it are taken off. Words that are no address and stand beside one without brackets are a
    fault: `jan jansen@…` may be one address with a space in it, and `jansen@…` another person's. Where there are
    brackets, what stands behind such a word is never taken.
    """
    text = text.strip()
    why = fault(text, domain_fault)
    if why is None and text[0] not in _QUOTES:
        return Found(text)
    parts = _parts(text) if len(text) <= _LONGEST_CELL else []
    chosen = next((part for part, clear in parts if clear and fault(part, domain_fault) is None), None)
    if chosen is None:
        return Found(text, why)
    others = tuple(dict.fromkeys(part for part, _ in parts if key(part) != key(chosen)))
    return Found(chosen, None, others, tidied=not others)


def _parts(text: str) -> list[tuple[str, bool]]:
    """The addresses in a text, in their order, right or wrong, and of each whether it is clear where it begins.

    None where a part of the text is neither an address nor clearly a name.
    """
    pieces = _BRACKETED.split(text)  # what is outside brackets, what is within, what is outside …
    parts: list[tuple[str, bool]] = []
    for at, piece in enumerate(pieces):
        parts += [(piece.strip(), True)] if at % 2 else _words(piece, named=len(pieces) > 1)
    torn = any("<" in piece or ">" in piece for piece in pieces[::2])
    if torn or not all("@" in part for part, _ in parts):
        return []
    return [(_tidy(part), clear) for part, clear in parts]


def _words(piece: str, *, named: bool) -> Iterator[tuple[str, bool]]:
    """What may be addresses outside brackets; of a cell with brackets (`named`) other words are names."""
    for side in _ASIDE.split(piece):
        words = [word for word in _BETWEEN.split(side) if word.lower() not in _JOINING]
        for before, word in pairwise(("@", *words)):
            if "@" in word or not named:
                yield word, "@" in before


def _tidy(part: str) -> str:
    bare = part.lstrip(_AROUND)
    if bare[:7].lower() == "mailto:":
        bare = bare[7:].lstrip(_AROUND)
    return bare.rstrip(_BEHIND)


def fault(address: str, domain_fault: DomainFault = domain_fault) -> str | None:
    """Why no request can carry this address, as a Dutch sentence without the address; None if one can.

    The address is judged without its outer spaces. None can carry: what is no address by its syntax, two
    addresses in one cell, a name around the address, more than 254 characters, control characters, lone
    surrogates and U+FFFD, quoted local parts, IP addresses for a domain, and domains that no mail reaches
    (`.local`, `.test`, `.invalid`, one without a dot). Addresses with letters beyond ASCII can. Never raises.
    """
    address = address.strip()
    return _plain_fault(address) or _syntax_fault(address, domain_fault)


def _plain_fault(address: str) -> str | None:
    if _UNWRITABLE.search(address):
        return "Het e-mailadres bevat een onleesbaar teken."
    if len(address) > LONGEST:
        return "Het e-mailadres is te lang."
    if "@" not in address:
        return "Het e-mailadres heeft geen apenstaartje (@)."
    if _SEVERAL.search(address):
        return "Er staat meer dan één e-mailadres in het veld."
    return None


def _syntax_fault(address: str, domain_fault: DomainFault) -> str | None:
    local, _, domain = address.rpartition("@")
    plain = len(address) <= SHORT and _PLAIN_LOCAL.fullmatch(local)
    return domain_fault(domain) if plain else _library_fault(address)


def _library_fault(address: str) -> str | None:
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return "Dit is geen geldig e-mailadres."
    except ValueError:  # of the codecs beneath: a domain of signs that no domain can have
        return "Het domein van het e-mailadres bestaat niet."
    return None


def key(address: str) -> str:
    """The form in which two addresses are compared, as iGarage does: without outer spaces and case."""
    return address.strip().casefold()


def mask(address: str) -> str:
    """An address as lists and logs may show it: `j***@v***.nl`; without an @ it is masked as any text."""
    local, at, domain = address.strip().rpartition("@")
    if not at:
        return masks.text(address.strip())
    return f"{masks.visible(local[:1])}***@{masks.visible(domain[:1])}***{_top_level(domain)}"


def _top_level(domain: str) -> str:
    label = domain.rpartition(".")[2]
    return f".{label}" if "." in domain[1:] and _TOP_LEVEL.fullmatch(label) else ""
