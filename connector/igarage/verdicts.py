"""What an answer without success asks for: the contract's table of statuses, as `DeliveryError`s.

| status | becomes |
|---|---|
| 400, 413, 415 and every 4xx not named below | `Refused` |
| 401, 403 | `NotAuthorised` |
| 404 with `not_found`, on a passport | `Refused(not_found)`; to a look it is "there is none" |
| any other 404, every 405 | `NotAuthorised(wrong_service)` |
| 408, 425 | `Transient` |
| 409 | `Refused(owner_conflict)`, `Transient(in_progress)` without an attempt, else `Refused(conflict)` |
| 422 | `Refused`, with field and code of the error that counts |
| 429, 503 | `Transient` for the whole garage, with `Retry-After` |
| 3xx | `Unknown` for the whole garage: 303 is how HTTP says "done, look there", so it may have been |
| other 5xx, a 2xx or 1xx that was not promised | `Unknown` |

What `code` is given here steers what becomes of the passport, so no text of the server ever gets there from a
status where the contract gives it no meaning; and no message holds any text of the server.
"""

from __future__ import annotations

from datetime import datetime

from connector.backoff import MAX_RETRY_AFTER
from connector.errors import DeliveryError, NotAuthorised, Refused, Transient, Unknown
from connector.http import Answer, NoAnswer, NotSent, TransportError, retry_after
from connector.igarage.answers import FieldError, Problem, problem

EMAIL_INVALID = FieldError("customer.email", "email_invalid")
"""The one error of a 422 that is about the address and not about the passport."""

_STEERING = ("email_invalid", "owner_conflict", "not_found", "in_progress", "idempotency_key_reused")
_REFUSAL_CODES = {400: "malformed", 413: "too_large", 415: "malformed"}


def verdict(answer: Answer, *, now: datetime, on_passport: bool) -> DeliveryError:
    """The failure that this answer is, to a call that was `on_passport` or not. `now` is an aware instant."""
    status = answer.status
    if 400 <= status < 500 or status == 503:
        return _turned_away(answer, now, on_passport)
    if 300 <= status < 400:
        return Unknown(f"redirected ({status})", code="redirected", scope="garage", status=status)
    if 500 <= status < 600:
        return Unknown(f"iGarage failed ({status})", code="server_error", status=status)
    return not_as_promised(status)


def without_answer(error: TransportError) -> DeliveryError:
    """The failure of a call that brought no answer."""
    if isinstance(error, NoAnswer):
        return Unknown(str(error), code="no_answer")
    if not isinstance(error, NotSent) or error.code == "unusable":
        return NotAuthorised(str(error), code="wrong_service")
    ours = error.code in ("paced", "stopped")
    code = error.code if error.code in ("paced", "stopped", "tls") else "unreachable"
    after = None if error.after is None else min(error.after, MAX_RETRY_AFTER)
    return Transient(str(error), code=code, scope="garage", retry_after=after, counts=not ours)


def not_as_promised(status: int, why: str = "the status was not promised") -> Unknown:
    """A 2xx (or a status of no class) with which nothing can be held to be done."""
    return Unknown(f"iGarage's answer is not as promised ({status}): {why}", code="bad_answer", status=status)


def _turned_away(answer: Answer, now: datetime, on_passport: bool) -> DeliveryError:
    match answer.status:
        case 401 | 403 | 404 | 405:
            return _not_served(answer, on_passport)
        case 408 | 425:
            return Transient(f"iGarage says not now ({answer.status})", code="not_now", status=answer.status)
        case 409:
            return _conflict(problem(answer))
        case 422:
            return _invalid(problem(answer))
        case 429 | 503:
            return _slow_down(answer, now)
        case status:
            return _refused(status, _REFUSAL_CODES.get(status, "refused"))


def _not_served(answer: Answer, on_passport: bool) -> DeliveryError:
    status = answer.status
    if status in (401, 403):
        code = "unauthorised" if status == 401 else "forbidden"
        return NotAuthorised(f"iGarage does not admit this garage ({status})", code=code, status=status)
    if on_passport and status == 404 and problem(answer).code == "not_found":
        return Refused("iGarage has no such passport (404)", code="not_found", status=status)
    return NotAuthorised(f"no iGarage at this address ({status})", code="wrong_service", status=status)


def _conflict(found: Problem) -> DeliveryError:
    if found.code == "owner_conflict":
        return Refused("the passport belongs to another customer (409)", code="owner_conflict", status=409)
    if found.code == "in_progress":
        return Transient("still being worked on (409)", code="in_progress", status=409, counts=False)
    return _refused(409, "conflict")


def _invalid(found: Problem) -> Refused:
    """An invalid address is the verdict only when nothing else is wrong.

    With other errors beside it the passport is refused for the first of those; the address is judged again,
    and then alone, when they are mended.
    """
    if found.code == "idempotency_key_reused":
        return _refused(422, "idempotency_key_reused")
    others = [error for error in found.errors if error != EMAIL_INVALID]
    if found.errors and not others:
        return Refused(
            "iGarage holds the e-mail address to be invalid (422)",
            code="email_invalid",
            status=422,
            field="customer.email",
        )
    first = others[0] if others else FieldError(None, None)
    code = "invalid" if first.code is None or first.code in _STEERING else first.code
    return _refused(422, code, first.field)


def _slow_down(answer: Answer, now: datetime) -> Transient:
    return Transient(
        f"iGarage asks to wait ({answer.status})",
        code="slow_down" if answer.status == 429 else "unavailable",
        scope="garage",
        status=answer.status,
        retry_after=retry_after(answer.headers.get("Retry-After"), now),
    )


def _refused(status: int, code: str, field: str | None = None) -> Refused:
    return Refused(f"iGarage refuses the request ({status})", code=code, status=status, field=field)
