"""Which addresses are suspect though they could be mailed: a typing mistake, a dummy, one that many customers share.

A suspicion is shown and never acted on: nothing is corrected, for typing mistakes of domains are often domains that
others own. The suggestion of a typing mistake comes from a table of slips, and from `difflib` over the domains where
Dutch consumers have their mailboxes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, NamedTuple

from connector.emails import key

Kind = Literal["typo", "dummy", "shared"]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why an address is suspect. A typing mistake always carries its `suggestion`, a whole address."""

    kind: Kind
    suggestion: str | None = None


class Domain(NamedTuple):
    """A domain: its first label, whether that says that there is no address, and the domain that was meant by it."""

    name: str
    is_nowhere: bool
    meant: str | None


CONSUMER_DOMAINS = (
    *("gmail.com", "hotmail.com", "hotmail.nl", "outlook.com", "outlook.nl", "live.nl", "live.com"),
    *("icloud.com", "yahoo.com", "msn.com", "me.com", "ziggo.nl", "kpnmail.nl", "kpnplanet.nl", "planet.nl"),
    *("xs4all.nl", "home.nl", "hetnet.nl", "casema.nl", "upcmail.nl", "chello.nl", "quicknet.nl"),
    *("telfort.nl", "tele2.nl", "zonnet.nl", "solcon.nl", "online.nl"),
    *("telenet.be", "skynet.be", "proximus.be"),
)
"""Where Dutch and Belgian consumers have their mailboxes; none of these is suspect."""

_LOOK_ALIKE = frozenset(
    ("mail.com", "email.com", "ymail.com", "rocketmail.com", "fmail.com", "hotmail.be", "upcmail.at")
)
"""Providers of mailboxes whose name is no slip of another's."""

_SLIPS = {
    **dict.fromkeys(("gmail.nl", "gmail.be", "gmail.de", "gmail.eu", "gmail.net", "gmail.org"), "gmail.com"),
    **dict.fromkeys(("googlemail.nl", "googlemail.be"), "gmail.com"),
    **dict.fromkeys(("icloud.nl", "icloud.be"), "icloud.com"),
    **dict.fromkeys(("kpn-mail.nl", "kpnmail.com"), "kpnmail.nl"),
    **dict.fromkeys(("xsall.nl", "xs4al.nl", "xs4all.com", "x4sall.nl"), "xs4all.nl"),
    **dict.fromkeys(("ziggo.com", "ziggomail.nl", "zggo.nl"), "ziggo.nl"),
    **dict.fromkeys(("lve.nl", "liv.nl"), "live.nl"),
}
"""Domains that no mailbox of a consumer is at, and what was meant."""

_NO_TOP_LEVEL = {
    **dict.fromkeys(("con", "comm", "cpm", "cim", "vom", "xom", "ocm", "cmo", "coom", "comn"), "com"),
    **dict.fromkeys(("nk", "nll", "nnl", "ln", "bl"), "nl"),
}
"""What is written for a top level and is none, and what was meant."""

_MISTAKEN_TOP_LEVEL = {**dict.fromkeys(("cm", "co", "om"), "com"), **dict.fromkeys(("ml", "ne"), "nl")}
"""Top levels that exist, and are mistakes only behind the name of a consumer's domain."""

SHARED_LIMIT = 8
"""Customers that may have one address, where the garage does not say otherwise."""

_LIKENESS = 0.86
"""`difflib`'s ratio from which two domains are alike: one letter in seven. Less likens strangers."""

_SHORTEST = 5
"""Letters of the shortest name that is likened: `rome.nl` is no slip of `home.nl`."""

_LONGEST = 30
"""Characters of the longest domain that is likened: no consumer's domain is half as long."""

_NOBODY = frozenset(
    (
        *("geen", "geenmail", "geenemail", "geenadres", "heeftgeen", "heeftgeenmail", "heeftgeenemail"),
        *("onbekend", "nvt", "niemand", "leeg", "zondermail", "zonderemail", "nietbekend", "geenidee"),
        *("nomail", "noemail", "none", "unknown", "nobody", "dummy", "fake", "noreply", "donotreply"),
    )
)
"""Words that stand where there is no address, before or behind the @."""

_PLACEHOLDERS = frozenset(("example", "geen-email", "geen-mail", "nomail", "no-email"))
"""Names of domains that stand for any domain."""


def meant_domain(domain: str) -> str | None:
    """The domain that was probably meant by this one, folded; None: this one. Many addresses share one."""
    if domain in CONSUMER_DOMAINS or domain in _LOOK_ALIKE:
        return None
    if domain in _SLIPS:
        return _SLIPS[domain]
    name, dot, top_level = domain.rpartition(".")
    if not name or not dot:
        return None
    mended = f"{name}.{(_NO_TOP_LEVEL | _MISTAKEN_TOP_LEVEL).get(top_level, top_level)}"
    if mended in CONSUMER_DOMAINS:
        return mended
    whole = f"{name}.{_NO_TOP_LEVEL.get(top_level, top_level)}"
    return _alike(whole) or (whole if whole != domain else None)


def read_domain(domain: str) -> Domain:
    """What is to be known of a domain, whoever has a mailbox there."""
    where = key(domain)
    name = where.partition(".")[0]
    is_nowhere = name in _PLACEHOLDERS or _bare(name) in _NOBODY
    return Domain(name, is_nowhere, meant_domain(where))


def suspect(
    address: str,
    garage_addresses: Collection[str] = (),
    read: Callable[[str], Domain] = read_domain,
) -> Suspicion | None:
    """What is suspicious of an address by itself; None: nothing. Never raises.

    A dummy stands where there is no address: `geen@geen.nl`, `onbekend@…`, `info@example…`, or the garage's own.
    How many customers share it only a ledger knows: `is_shared`. `read` stands in for `read_domain` where domains
    are to be remembered.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at:
        return None
    where = read(domain)
    own = garage_addresses and key(address) in {key(each) for each in garage_addresses}
    if own or where.is_nowhere or _is_dummy(key(local), where.name):
        return Suspicion("dummy")
    return Suspicion("typo", f"{local}@{where.meant}") if where.meant else None


def is_shared(customers: int, limit: int) -> bool:
    """Whether an address stands at more customers than the garage allows one to have."""
    return customers > limit


def _is_dummy(local: str, name: str) -> bool:
    if _bare(local) in _NOBODY:
        return True
    return local == name and (local == "test" or len(set(local)) == 1)


def _bare(text: str) -> str:
    return text.replace(".", "").replace("-", "").replace("_", "")


def _alike(domain: str) -> str | None:
    """The consumer's domain that this one is like, unless it is the same name in another country."""
    if len(domain) > _LONGEST:
        return None
    name = domain.partition(".")[0]
    known = [each for each in CONSUMER_DOMAINS if len(_name(each)) >= _SHORTEST]
    if any(name == _name(each) for each in known):
        return None
    return next(iter(get_close_matches(domain, known, 1, _LIKENESS)), None)


def _name(domain: str) -> str:
    return domain.partition(".")[0]
