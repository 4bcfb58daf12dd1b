"""The one seam to the net: whatever leaves this program over HTTP goes through `Http`, iGarage first.

    Http.call()          one call: paced, within its deadline, repeated only where that is safe → `Answer`
    ├── NotSent          certainly no byte of the request left: it may go again as it is
    └── NoAnswer         perhaps it arrived: no answer, a cut one, or one that cannot be taken

Any status is an answer: what a status means is the caller's judgement. These failures never leave the room
that called: `connector.igarage` turns them into a `DeliveryError`, a polled source's `SourceSession` into a
`SourceError`.
"""

from connector.http.admission import Admission, ClientCredentials, Open, SecretHeader, basic
from connector.http.calls import Answer, Http
from connector.http.failures import NoAnswer, NotSent, TransportError
from connector.http.session import SourceSession
from connector.http.trust import system_trust
from connector.http.waiting import retry_after

__all__ = [
    "Admission",
    "Answer",
    "ClientCredentials",
    "Http",
    "NoAnswer",
    "NotSent",
    "Open",
    "SecretHeader",
    "SourceSession",
    "TransportError",
    "basic",
    "retry_after",
    "system_trust",
]
