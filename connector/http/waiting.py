"""How long a service asks to wait: `Retry-After`, as its header is written."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from connector.backoff import MAX_RETRY_AFTER


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds of a `Retry-After`, at most an hour; None when it is missing, negative or unreadable.

    RFC 9110, 10.2.3: whole seconds, or an HTTP date, which is compared with `now`.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return MAX_RETRY_AFTER if len(text.lstrip("0")) > 4 else min(float(text), MAX_RETRY_AFTER)
    at = _http_date(text)
    if at is None or at < now:
        return None
    return min((at - now).total_seconds(), MAX_RETRY_AFTER)


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
