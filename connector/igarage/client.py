"""iGarage's contract, spoken: what we ask, and what its answers mean."""

from __future__ import annotations

import re
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote, urlencode

from connector.crash import CrashPoint, survive
from connector.errors import NotAuthorised, Refused
from connector.http import Answer, Http, TransportError, Turn, system_trust
from connector.igarage.answers import (
    NotAsPromised,
    batch_status,
    batches_found,
    changes_page,
    garage_info,
    items_page,
    passport_status,
    problem,
)
from connector.igarage.body import passport_body, transfer_body
from connector.igarage.verdicts import not_as_promised, verdict, without_answer
from connector.model import (
    BatchStatus,
    ChangesPage,
    Content,
    GarageInfo,
    ItemsPage,
    PassportStatus,
)

_PACE = 0.95
"""The share of the service's limit that is used: its clock and ours are not the same."""

_ACCEPT = "application/json, application/problem+json"
Read = TypeVar("Read")
_TOKEN = re.compile(r"[\x21-\x7e]+")


class Client:
    """iGarage for one garage, from any number of threads.

    `url` is the base address without the paths of the contract, `token` gives the token of this moment and is
    asked before every request, so that a rotated one counts at once. `timeout`: seconds for a whole call,
    answer included. `stop` ends every wait. `ssl_context` stands in place of the system's trust store;
    `monotonic` counts seconds and `now` gives an aware instant.

    Every call raises a `DeliveryError` when it has no good end (the table: `connector.igarage.verdicts`), and
    lets through what `token` raises.
    """

    def __init__(
        self,
        url: str,
        token: Callable[[], str],
        *,
        timeout: float,
        stop: threading.Event | None = None,
        ssl_context: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        crash: CrashPoint = survive,
    ) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._now = now
        self._crash = crash
        self._http = Http(
            timeout=timeout,
            stop=stop,
            trust=system_trust if ssl_context is None else lambda: ssl_context,
            monotonic=monotonic,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection. Calls from now on raise Transient."""
        self._http.close()

    @contextmanager
    def in_turn(self, turn: Turn) -> Iterator[None]:
        """Whatever this thread asks here waits for its turn. The calls let NotBegun through."""
        with self._http.in_turn(turn):
            yield

    def moments(self, seconds: float) -> int | None:
        """How many calls may go in so many seconds; None: as many as there are."""
        return self._http.moments(seconds)

    def garage(self) -> GarageInfo:
        """`GET /garage`: who we are to iGarage. From now on calls stay below the limit it names."""
        answer = self._call("garage", "GET", "/garage")
        info = self._understood(answer, (200,), garage_info)
        limit = info.requests_per_minute
        self._http.pace(None if limit is None else limit * _PACE)
        return info

    def put(
        self, plate: str, content: Content, *, system: str, record: str, send: bool, key: str
    ) -> PassportStatus:
        """`PUT /passports/{plate}`: the passport as it should be, with an invitation where `send` is due one.

        `key` is the idempotency key: the same for the same content, whenever it is tried.
        """
        body = passport_body(plate, content, system=system, record=record, send=send)
        answer = self._call("put", "PUT", _path(plate), body=body, key=key)
        return self._status(answer, plate, (200, 201))

    def look(self, plate: str) -> PassportStatus | None:
        """`GET /passports/{plate}`: what iGarage has; None when it has no such passport."""
        answer = self._call("look", "GET", _path(plate))
        if answer.status == 404 and problem(answer).code == "not_found":
            return None
        return self._status(answer, plate, (200,))

    def send(self, plate: str, *, key: str) -> PassportStatus:
        """`POST /passports/{plate}/send`: the invitation to the address on file. Each success is one mail."""
        answer = self._call("send", "POST", f"{_path(plate)}/send", body=b"{}", key=key)
        return self._status(answer, plate, (202,))

    def transfer(self, plate: str, content: Content, *, send: bool, key: str) -> PassportStatus:
        """`POST /passports/{plate}/transfer`: to the customer of `content`, with an invitation where `send` says so."""
        body = transfer_body(content, send=send)
        answer = self._call("transfer", "POST", f"{_path(plate)}/transfer", body=body, key=key)
        return self._status(answer, plate, (200,))

    def delete(self, plate: str, *, key: str) -> None:
        """`DELETE /passports/{plate}`: withdraw the passport; where there is none, that is done as well."""
        answer = self._call("delete", "DELETE", _path(plate), key=key)
        if answer.status != 404 or problem(answer).code != "not_found":
            self._demand(answer, (204,), on_passport=True)

    def email_changes(self, after: str | None, limit: int) -> ChangesPage:
        """`GET /emails/changes`: what iGarage learned of addresses since a cursor (None: from the feed's start).

        An unknown cursor raises Refused with status 400.
        """
        query = {"limit": limit} | ({} if after is None else {"after": after})
        answer = self._call("changes", "GET", f"/emails/changes?{urlencode(query)}")
        return self._understood(answer, (200,), changes_page)

    def post_batch(self, body: bytes, *, key: str) -> BatchStatus:
        """`POST /batches`: passports to be done at the garage's own time. Raises Refused where it is not taken."""
        answer = self._call("batch", "POST", "/batches", body=body, key=key)
        return self._understood(answer, (202,), batch_status)

    def batches_of(self, reference: str) -> tuple[BatchStatus, ...]:
        """`GET /batches?reference=`: the batches under our reference, of which there should be one at most."""
        answer = self._call("batches", "GET", f"/batches?{urlencode({'reference': reference})}")
        return self._understood(answer, (200,), batches_found)

    def batch(self, batch: str) -> BatchStatus | None:
        """`GET /batches/{id}`: how far it is; None when iGarage has no such batch."""
        answer = self._call("batch_look", "GET", f"/batches/{quote(batch, safe='')}")
        if answer.status == 404 and problem(answer).code == "not_found":
            return None
        return self._understood(answer, (200,), batch_status)

    def batch_items(self, batch: str, after: str | None, limit: int) -> ItemsPage:
        """`GET /batches/{id}/items`: what became of its passports, after a cursor (None: from the first)."""
        query = urlencode({"limit": limit} | ({} if after is None else {"after": after}))
        answer = self._call("batch_items", "GET", f"/batches/{quote(batch, safe='')}/items?{query}")
        return self._understood(answer, (200,), items_page)

    def cancel_batch(self, batch: str, *, key: str) -> bool:
        """`DELETE /batches/{id}`; False where it is too late: it is being run."""
        answer = self._call("batch_cancel", "DELETE", f"/batches/{quote(batch, safe='')}", key=key)
        if answer.status == 409:
            return False
        if answer.status == 404 and problem(answer).code == "not_found":
            return True
        self._demand(answer, (204,), on_passport=False)
        return True

    def _call(
        self, point: str, method: str, path: str, *, body: bytes | None = None, key: str | None = None
    ) -> Answer:
        """One call; `point` names the crash points before and after it."""
        headers = {"Authorization": f"Bearer {self._usable_token()}", "Accept": _ACCEPT}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers["Idempotency-Key"] = key
        self._crash(f"igarage.{point}.before")
        try:
            answer = self._http.call(method, self._url + path, headers=headers, body=body)
        except TransportError as error:
            raise without_answer(error) from error
        self._crash(f"igarage.{point}.after")
        return answer

    def _usable_token(self) -> str:
        """The token without the space around it. Raises NotAuthorised when no header can hold it."""
        token = self._token().strip()
        if not _TOKEN.fullmatch(token):
            raise NotAuthorised("the token is empty or has characters no token has", code="token_unusable")
        return token

    def _demand(self, answer: Answer, promised: Iterable[int], *, on_passport: bool) -> None:
        if answer.status not in promised:
            raise verdict(answer, now=self._now(), on_passport=on_passport)

    def _understood(self, answer: Answer, promised: Iterable[int], read: Callable[[Answer], Read]) -> Read:
        """What an answer says that is about no single passport."""
        self._demand(answer, promised, on_passport=False)
        try:
            return read(answer)
        except NotAsPromised as error:
            raise not_as_promised(answer.status, str(error)) from None

    def _status(self, answer: Answer, plate: str, promised: Iterable[int]) -> PassportStatus:
        self._demand(answer, promised, on_passport=True)
        try:
            return passport_status(answer, plate)
        except NotAsPromised as error:
            raise not_as_promised(answer.status, str(error)) from None


def _path(plate: str) -> str:
    """Raises Refused for a plate that is another path: `..` is resolved before it is sent, quoted or not."""
    if not plate.strip("."):
        raise Refused("the plate can stand in no address", code="malformed")
    return f"/passports/{quote(plate, safe='')}"
