"""What a command's exit status tells."""

from __future__ import annotations

from collections.abc import Sequence

from connector.service import Pass, Trouble

OK = 0
UNEXPECTED = 1
USAGE = 2
QUESTIONS_LEFT = 3
"""Done, with new rejections, held or pending left."""
CONFIGURATION = 4
NOT_CONNECTED = 5
"""Not connected, or unhealthy."""
NOT_AUTHORISED = 6

_ORDER: tuple[tuple[Trouble, int], ...] = (
    ("configuration", CONFIGURATION),
    ("not_authorised", NOT_AUTHORISED),
    ("not_connected", NOT_CONNECTED),
    ("unexpected", UNEXPECTED),
)


def of_passes(passes: Sequence[Pass], *, misconfigured: bool) -> int:
    """The status of `run --once`: the first that applies of 4, 6, 5, 1, 3, 0."""
    troubles = {trouble for each in passes for trouble in each.troubles}
    if misconfigured:
        troubles.add("configuration")
    for trouble, status in _ORDER:
        if trouble in troubles:
            return status
    return QUESTIONS_LEFT if any(each.has_questions for each in passes) else OK
