"""Time zones by their IANA name."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from pydantic_core import PydanticCustomError


def zone(name: str) -> ZoneInfo:
    """The zone of that name. Raises PydanticCustomError, a ValueError, with the known names as `choices`."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found; a path; a folder of zones, as `Europe`
        choices = sorted(available_timezones())
        raise PydanticCustomError(
            "timezone", "is not a time zone that is known here, as Europe/Amsterdam", {"choices": choices}
        ) from None
