"""What can become of a call that brought no answer. No message carries a path, a header or a body."""

from __future__ import annotations

from typing import Literal

NotSentCode = Literal["dns", "refused", "timeout", "tls", "paced", "stopped", "unusable"]
NoAnswerCode = Literal["timeout", "broken", "too_large", "encoded"]

_NOT_SENT: dict[NotSentCode, str] = {
    "dns": "the host's name could not be resolved",
    "refused": "the host could not be reached",
    "timeout": "the time of the call was over before it could be sent",
    "tls": "no trusted TLS connection: the certificate or the handshake failed",
    "paced": "the pace allows no request within the time of the call",
    "stopped": "the program is stopping",
    "unusable": "the address or a header can stand in no request",
}
_NO_ANSWER: dict[NoAnswerCode, str] = {
    "timeout": "no whole answer within the time of the call",
    "broken": "the connection broke before a whole answer",
    "too_large": "the answer is larger than any answer should be",
    "encoded": "the answer is compressed, which was not asked for",
}


class TransportError(Exception):
    """A call brought no answer."""


class NotSent(TransportError):
    """Certainly no byte of the request left. `after`: seconds until the pace has room, with `paced`."""

    def __init__(self, code: NotSentCode, *, after: float | None = None) -> None:
        super().__init__(_NOT_SENT[code])
        self.code = code
        self.after = after


class NoAnswer(TransportError):
    """The request may have arrived and may have been done."""

    def __init__(self, code: NoAnswerCode) -> None:
        super().__init__(_NO_ANSWER[code])
        self.code = code


_FOR_PEOPLE = {
    "dns": "de naam in het adres is niet te vinden",
    "refused": "er is geen verbinding te krijgen",
    "timeout": "er kwam geen heel antwoord binnen de tijd",
    "tls": "de verbinding is niet te vertrouwen, controleer de klok en het adres",
    "paced": "het tempo laat nu geen verzoek toe",
    "stopped": "de dienst stopt",
    "unusable": "het adres of een header is onbruikbaar",
    "broken": "de verbinding brak af",
    "too_large": "het antwoord is groter dan largest_answer",
    "encoded": "het antwoord is ingepakt, en daar was niet om gevraagd",
}


def why(error: TransportError) -> str:
    """Why there is no answer, in Dutch, for whoever reads how a source stands."""
    return _FOR_PEOPLE.get(str(getattr(error, "code", "")), "er kwam geen antwoord")
