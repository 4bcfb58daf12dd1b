"""The rule of telling the garage system of an address: whatever it answers, no foreign error gets out, and none names
anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import requests
from requests.adapters import BaseAdapter

from connector.errors import AdapterFailed, SourceError
from connector.model import AddressNotice
from connector.telling import HOOK
from connector.testing.breaking import Instead
from connector.testing.findings import NotApplicable
from connector.testing.specimens import Subject, Trial
from connector.testing.stand_in import Answered, served

NOTICE = AddressNotice(
    address="k.klaassen@voorbeeld.example",
    reason="hard_bounce",
    since=datetime(2026, 11, 25, tzinfo=UTC),
    records=("klant-90210",),
    plates=("ZZ001Z",),
    suggestion="klaassen@voorbeeld.example",
    corrected_to="nieuw.klaassen@voorbeeld.example",
)
"""What is told of nobody."""
ANSWERS: Mapping[str, Answered | None] = {
    "antwoord 200": Answered({}),
    "antwoord 204": Answered(b"", 204),
    "antwoord 404": Answered({"error": "no such customer"}, 404),
    "antwoord 409": Answered(b"", 409),
    "antwoord 500": Answered({"error": "broken"}, 500),
    "een lijst met status 200": Answered([]),
    "null met status 200": Answered(None),
    "een halve JSON met status 200": Answered(b'{"result": "o'),
    "een pagina HTML met status 200": Answered(b"<html>inloggen</html>", 200, {"Content-Type": "text/html"}),
    "geen antwoord": None,
}
"""What the garage system answers; None: nothing."""


def address_invalid(subject: Subject) -> Iterator[str]:
    """An address is told of without an error, or with one of the house that holds nothing of it."""
    trials = [each for each in subject.trials if HOOK in each.adapter.hooks]
    if not trials:
        raise NotApplicable(f"de plugin heeft geen {HOOK}, of er is geen voorbeeld")
    seen: set[str] = set()
    for trial in trials:
        for how, answered in ANSWERS.items():
            told = _told(trial, answered)
            if isinstance(told, AdapterFailed) and str(told) not in seen:
                seen.add(str(told))
                yield f"{how}: {told}; maak er een SourceUnavailable van"
            elif leaked := _leaked(told):
                yield f"{how}: een melding van de plugin bevat {leaked} van een klant; laat de inhoud weg"


def _told(trial: Trial, answered: Answered | None) -> SourceError | None:
    """What became of telling, where every answer is this one."""
    try:
        with _session(trial, answered) as session:
            trial.adapter.tell_address_invalid(NOTICE, session, trial.settings)
    except SourceError as error:
        return error
    return None


def _leaked(told: SourceError | None) -> str | None:
    text = str(told or "").casefold()
    secrets = {
        "address": NOTICE.address,
        "suggestion": NOTICE.suggestion,
        "corrected_to": NOTICE.corrected_to,
        "records": NOTICE.records[0],
        "plates": NOTICE.plates[0],
    }
    return next((name for name, secret in secrets.items() if secret and secret.casefold() in text), None)


@contextmanager
def _session(trial: Trial, answered: Answered | None) -> Iterator[requests.Session]:
    """As the connector hands it to the plugin: that of the polled source, else one for any address."""
    if trial.specimen.stand_in is not None:
        with served(lambda _asked, _cars: answered or Answered({}), []) as api:
            api.spoil = Instead(answered)
            yield api.session
    else:
        with requests.Session() as session:
            for scheme in ("http://", "https://"):
                session.mount(scheme, _Answering(answered))
            yield session


class _Answering(BaseAdapter):
    """Gives the same answer to whatever is asked, and asks nobody."""

    def __init__(self, answered: Answered | None) -> None:
        super().__init__()
        self._answered = answered

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """The answer."""
        if self._answered is None:
            raise requests.ConnectionError
        response = requests.Response()
        response.status_code, response.url, response.request = (
            self._answered.status,
            str(request.url),
            request,
        )
        response.headers.update(self._answered.headers)
        response._content = self._answered.content  # requests has no other way to make a response of bytes
        return response

    def close(self) -> None:
        """Nothing is open."""
