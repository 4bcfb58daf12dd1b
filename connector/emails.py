"""What is an e-mail address, when are two the same, and what may be shown of one.

Syntax is RFC 5321 and 5322 as the library email-validator reads them, internationalised addresses (RFC 6531)
included. No name server is asked: whether a mailbox exists is learned from what bounces. Nothing is
corrected.
"""

from __future__ import annotations

import re

from email_validator import EmailNotValidError, validate_email

from connector import masks

LONGEST = 254
"""Characters of the longest address that can be mailed (RFC 5321, with the erratum to RFC 3696)."""

_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
"""What no request should carry: controls, lone surrogates (JSON in UTF-8 cannot), and U+FFFD, which stands
where a sign could not be read."""

_SEVERAL = re.compile(r"@[^@]*[\s;,/|&][^@]*@")
"""Two addresses with something between them."""

_TOP_LEVEL = re.compile("[A-Za-z]{2,12}")


def fault(address: str) -> str | None:
    """Why no request can carry this address, as a Dutch sentence without the address; None if one can.

    The address is judged without its outer spaces. None can carry: what is no address by its syntax, two
    addresses in one cell, a name around the address, more than 254 characters, control characters, lone
    surrogates and U+FFFD, quoted local parts, IP addresses for a domain, and domains that no mail reaches
    (`.local`, `.test`, `.invalid`, one without a dot). Addresses with letters beyond ASCII can. Never raises.
    """
    address = address.strip()
    return _plain_fault(address) or _syntax_fault(address)


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


def _syntax_fault(address: str) -> str | None:
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
