"""What the bodies of iGarage's answers hold, read strictly where the contract promises and no further.

An answer that is not as promised is a success to nobody: a captive portal, too, answers 200. Fields that the
contract does not name are ignored.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal, get_args

from connector.http import Answer
from connector.model import (
    AddressChange,
    BatchItem,
    BatchState,
    BatchStatus,
    ChangesPage,
    ChangeState,
    EmailState,
    EmailStatus,
    GarageInfo,
    ItemsPage,
    PassportStatus,
)

PassportState = Literal["concept", "sent", "active"]

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_WORD = re.compile(r"[a-z_]{1,40}")
_FIELD = re.compile(r"[a-z_]{1,40}(\.[a-z_]{1,40}){0,3}")
_MOST_ERRORS = 100


class NotAsPromised(ValueError):
    """The body is not what the contract promises for this answer. No content stands in the message."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One of a problem's `errors`: None where a name is missing or is none that a contract would have."""

    field: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class Problem:
    """What an `application/problem+json` says; empty where the answer is none.

    Its texts for people are left out: they may quote the customer's data.
    """

    code: str | None = None
    errors: tuple[FieldError, ...] = ()


def passport_status(answer: Answer, plate: str) -> PassportStatus:
    """The *PassportStatus* of this plate. Raises NotAsPromised, also when it is another plate's."""
    value = _promised_object(answer)
    if value.get("plate") != plate:
        raise NotAsPromised("the answer is not about this plate")
    return PassportStatus(
        plate=plate,
        state=_passport_state(value.get("state")),
        sent_at=_instant(value.get("sent_at")),
        email=_email_status(value.get("email")),
        created=answer.status == 201,
    )


def garage_info(answer: Answer) -> GarageInfo:
    """Who we are to iGarage. Raises NotAsPromised."""
    value = _promised_object(answer)
    limits = _object(value.get("limits"))
    return GarageInfo(
        id=_required_text(value.get("id")),
        name=_required_text(value.get("name")),
        timezone=_text(value.get("timezone")),
        batch_at=_text(value.get("batch_at")),
        requests_per_minute=_limit(limits.get("requests_per_minute")),
        batch_size=_limit(limits.get("batch_size")),
        fleet_accounts=MappingProxyType(_fleet_accounts(value.get("fleet_accounts"))),
    )


def changes_page(answer: Answer) -> ChangesPage:
    """A page of what iGarage learned of addresses. Raises NotAsPromised.

    An item of a state that the contract does not know (yet) is left out: nothing can be made of it.
    """
    value = _promised_object(answer)
    items, more = value.get("items"), value.get("more")
    if not isinstance(items, list) or not isinstance(more, bool):
        raise NotAsPromised("this is no page of changes")
    known = [each for each in map(_object, items) if each.get("state") in get_args(ChangeState)]
    return ChangesPage(tuple(map(_change, known)), _required_text(value.get("next")), more)


def batch_status(answer: Answer) -> BatchStatus:
    """The *Batch* of an answer. Raises NotAsPromised."""
    return _batch(_promised_object(answer))


def batches_found(answer: Answer) -> tuple[BatchStatus, ...]:
    """The batches that an answer lists. Raises NotAsPromised."""
    items = _promised_object(answer).get("items")
    if not isinstance(items, list):
        raise NotAsPromised("this is no list of batches")
    return tuple(_batch(_object(each)) for each in items)


def items_page(answer: Answer) -> ItemsPage:
    """A page of what became of a batch's passports. Raises NotAsPromised."""
    value = _promised_object(answer)
    items = value.get("items")
    if not isinstance(items, list):
        raise NotAsPromised("this is no page of a batch")
    return ItemsPage(tuple(map(_batch_item, map(_object, items))), _text(value.get("next")))


def problem(answer: Answer) -> Problem:
    """The problem an answer tells of; never raises, whatever the body is."""
    value = _json(answer.body) if _media_type(answer) == "application/problem+json" else None
    if not isinstance(value, dict):
        return Problem()
    errors = value.get("errors")
    listed = errors[:_MOST_ERRORS] if isinstance(errors, list) else []
    return Problem(
        code=_matching(_WORD, value.get("code")),
        errors=tuple(_field_error(error) for error in listed if isinstance(error, dict)),
    )


def _promised_object(answer: Answer) -> dict[str, Any]:
    if _media_type(answer) != "application/json":
        raise NotAsPromised("the answer is not JSON")
    value = _json(answer.body)
    if not isinstance(value, dict):
        raise NotAsPromised("the answer is not a JSON object")
    return value


def _json(body: bytes) -> object:
    """The value; None when it is no JSON, or one nested deeper than any answer."""
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value


def _media_type(answer: Answer) -> str:
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _field_error(error: dict[str, Any]) -> FieldError:
    return FieldError(_matching(_FIELD, error.get("field")), _matching(_WORD, error.get("code")))


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def _passport_state(value: Any) -> PassportState:
    if value not in get_args(PassportState):
        raise NotAsPromised("the answer has no known state")
    state: PassportState = value
    return state


def _email_status(value: object) -> EmailStatus:
    """A state that the contract does not know (yet) is `unknown`: the answer is about the passport."""
    email = _object(value)
    state: Any = email.get("state")
    known: EmailState = state if state in get_args(EmailState) else "unknown"
    return EmailStatus(_text(email.get("address")), known, _text(email.get("reason")))


def _batch(value: dict[str, Any]) -> BatchStatus:
    state: Any = value.get("state")
    if state not in get_args(BatchState):
        raise NotAsPromised("the batch has no known state")
    return BatchStatus(
        id=_required_text(value.get("id")),
        reference=_required_text(value.get("reference")),
        state=state,
        run_at=_instant(value.get("run_at")),
        finished_at=_instant(value.get("finished_at")),
    )


def _batch_item(value: dict[str, Any]) -> BatchItem:
    result, sent = value.get("result"), value.get("sent")
    if result not in ("created", "updated", "failed") or not isinstance(sent, bool | None):
        raise NotAsPromised("a passport of the batch has no known result")
    return BatchItem(
        plate=_required_text(value.get("plate")),
        result=result,
        sent=bool(sent),
        code=_matching(_WORD, value.get("code")),
        email=_email_status(value.get("email")),
    )


def _change(value: dict[str, Any]) -> AddressChange:
    at, sent, state = _instant(value.get("at")), value.get("sent"), value["state"]
    if at is None or not isinstance(sent, bool | None):
        raise NotAsPromised("a change has no instant, or a strange one")
    corrected_to = _text(value.get("corrected_to"))
    return AddressChange(
        at=at,
        address=_required_text(value.get("address")),
        state=state,
        plate=_text(value.get("plate")),
        reason=_matching(_WORD, value.get("reason")),
        corrected_to=_required_text(corrected_to) if state == "corrected" else corrected_to,
        sent=bool(sent),
    )


def _fleet_accounts(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, list):
        raise NotAsPromised("a list has another type")
    accounts = [_object(account) for account in value]
    return {_required_text(account.get("id")): _required_text(account.get("name")) for account in accounts}


def _instant(value: object) -> datetime | None:
    """An RFC 3339 instant, in UTC."""
    text = _text(value)
    if text is None:
        return None
    if not _RFC_3339.fullmatch(text.upper()):
        raise NotAsPromised("an instant is unreadable")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotAsPromised("an instant is unreadable") from None


def _object(value: object) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise NotAsPromised("an object has another type")
    return value


def _text(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _storable(value):
        raise NotAsPromised("a text has another type")
    return value


def _required_text(value: object) -> str:
    text = _text(value)
    if not text:
        raise NotAsPromised("a required text is missing")
    return text


def _storable(text: str) -> bool:
    """JSON can spell NUL and lone surrogates, which no database takes."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _limit(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise NotAsPromised("a limit is no number above zero")
    return value
