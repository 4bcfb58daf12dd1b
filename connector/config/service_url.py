"""Which addresses customers' data may be sent to: https, and none that leads into the machine itself."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST = 2000

METADATA_HOSTS = frozenset(
    {"metadata", "metadata.google.internal", "instance-data", "100.100.100.200", "fd00:ec2::254"}
)
"""Where clouds keep the machine's own credentials, beside the link-local 169.254.169.254."""

_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?")
_NUMBER = re.compile(r"\d+|0[xX][0-9A-Fa-f]*")
_HTTPS = "must begin with https:// (http:// is only for this computer itself, with allow_http: true)"


def fault(url: str) -> str | None:
    """What is wrong with a service's URL, as a sentence that does not repeat it; None when nothing is.

    `http` passes here for a loopback host; whether it is allowed is the setting's to say.
    """
    if len(url) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "may not hold spaces, backslashes, control characters or letters outside ASCII"
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # raises ValueError for a port that is none
    except ValueError:
        return "is not a URL"
    return _fault_of_form(url, parts) or _fault_of_host(parts)


def is_loopback(url: str) -> bool:
    """Whether a URL names this computer itself: localhost, 127.x.x.x or ::1."""
    host = urlsplit(url).hostname or ""
    address = _address(host)
    return address.is_loopback if address else host == "localhost"


def is_http(url: str) -> bool:
    """Whether a URL is plain http."""
    return urlsplit(url).scheme == "http"


def _fault_of_form(url: str, parts: SplitResult) -> str | None:
    if parts.scheme not in ("http", "https"):
        return _HTTPS
    if "@" in parts.netloc:
        return "may not hold a user name or password: the token goes into token_file or token_env"
    if "?" in url or "#" in url:
        return "may not hold a query (?) or a fragment (#)"
    if not parts.hostname:
        return "names no host"
    return _HTTPS if parts.scheme == "http" and not is_loopback(url) else None


def _fault_of_host(parts: SplitResult) -> str | None:
    host = parts.hostname or ""
    address = _address(host)
    if host.rstrip(".") in METADATA_HOSTS or (address and _leads_nowhere_good(address)):
        return "names an address that is no service: link-local, metadata, multicast or unspecified"
    if address is None and not _is_name(host):
        return "names a host that is none: write its name, or its IP address in full"
    return None


def _address(host: str) -> IPAddress | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _leads_nowhere_good(address: IPAddress) -> bool:
    if address.is_loopback:
        return False  # ::1 counts as reserved too
    return str(address) in METADATA_HOSTS or (
        address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved
    )


def _is_name(host: str) -> bool:
    """A name, and no IP address in disguise: 2852039166 and 0xA9FEA9FE are 169.254.169.254 to the system."""
    last = host.rstrip(".").rpartition(".")[2]
    return bool(_HOST_NAME.fullmatch(host)) and not _NUMBER.fullmatch(last)
