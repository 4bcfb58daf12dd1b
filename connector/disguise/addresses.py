"""Another address for an address: with the fault that it had, and suspect where it was.

What stays is nobody's: the domains of mail providers and typing mistakes of them, what is written where there is no
address (`geen@geen.nl`), and top levels, the mistaken ones too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import lru_cache

from connector import dictionary, emails, suspicion
from connector.disguise.words import Words

Write = Callable[[str, Collection[str]], str]
"""What stands in the place of the words of a text but those to keep."""

_ADDRESS = re.compile(
    r"(?P<before>(?:mailto:)?)(?P<local>[^\s@;,<>()\"']*)@"
    r"(?P<domain>(?:[^\s@;,<>()]*[^\W_](?:,(?:com|nl|be)\b(?![^\s;]*@))?)?)",
    re.IGNORECASE,
)
"""An address, right or wrong; a comma before its top level is a mistaken point."""

_LAST_POINT = re.compile(r"(?P<name>.*)(?P<point>[.,])(?P<top>[^.,]+)", re.DOTALL)
_JOINING = frozenset({"en", "of", "and", "or"})
"""Words between two addresses."""
_NOBODYS = "voorbeeld.example"
_NOBODYS_TOPS = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})
"""Top levels that nobody has a domain of (RFC 6761), and why an address cannot be mailed."""
_SHORT_TOP = 3
_TRIES = 200
_REMEMBERED = 4096


class Addresses:
    """The addresses of one export, and what stands in their place."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._domain_fault = lru_cache(_REMEMBERED)(emails.domain_fault)
        self._read_domain = lru_cache(_REMEMBERED)(suspicion.read_domain)

    def another(self, text: str) -> str:
        """What stands in the place of a cell with an @ in it."""
        wanted, found = self._judged(text), self._written(text, self._words.text)
        for _ in range(_TRIES):
            if self._judged(found) == wanted:
                break
            found = self._written(text, self._words.fresh)
        return found

    def _judged(self, text: str) -> tuple[object, ...]:
        """All that is said of such a cell: whether it can be mailed, and what is suspicious of it."""
        read = emails.read(text, self._domain_fault)
        is_alone = not read.others and not read.tidied
        why = read.fault if is_alone else emails.fault(text, self._domain_fault)
        suspect = self._suspect(read.address)
        meant = suspect.suggestion.rpartition("@")[2] if suspect and suspect.suggestion else None
        known = meant if meant in suspicion.CONSUMER_DOMAINS else meant is not None
        kind = suspect.kind if suspect else None
        return why, read.fault, len(read.others), read.tidied, kind, known, dictionary.is_no_address(text)

    def _suspect(self, address: str) -> suspicion.Suspicion | None:
        return suspicion.suspect(address, read=self._read_domain)

    def _written(self, text: str, write: Write) -> str:
        at, parts = 0, []
        for found in _ADDRESS.finditer(text):
            parts += [write(text[at : found.start()], _JOINING), found["before"], self._address(found, write)]
            at = found.end()
        return "".join((*parts, write(text[at:], _JOINING)))

    def _address(self, found: re.Match[str], write: Write) -> str:
        local, domain = found["local"], found["domain"]
        by_local, by_domain = self._is_dummy(f"{local}@{_NOBODYS}"), self._read_domain(domain).is_nowhere
        are_twins = not (by_local or by_domain) and self._is_dummy(f"{local}@{domain}")
        said = local if by_local or are_twins else write(local, ())
        return f"{said}@{self._domain(domain, write, keeps_name=by_domain or are_twins)}"

    def _is_dummy(self, address: str) -> bool:
        suspect = self._suspect(address)
        return suspect is not None and suspect.kind == "dummy"

    def _domain(self, domain: str, write: Write, *, keeps_name: bool) -> str:
        """Another domain, unless it is a provider's or meant as one; `keeps_name`: its first label is a dummy."""
        plain = emails.key(domain.replace(",", "."))
        meant = self._read_domain(plain).meant
        if plain in suspicion.CONSUMER_DOMAINS or meant in suspicion.CONSUMER_DOMAINS:
            return domain
        if keeps_name:
            name = domain.partition(".")[0]
            return name + _top_kept(domain[len(name) :], write, is_mistaken=meant is not None)
        return _top_kept(domain, write, is_mistaken=meant is not None)


def _top_kept(domain: str, write: Write, *, is_mistaken: bool) -> str:
    parts = _LAST_POINT.fullmatch(domain)
    if parts and (is_mistaken or len(parts["top"]) <= _SHORT_TOP or parts["top"].lower() in _NOBODYS_TOPS):
        return write(parts["name"], ()) + parts["point"] + parts["top"]
    return write(domain, ())
