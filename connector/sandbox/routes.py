"""Which call of the contract a method and a path are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connector.sandbox.answers import Answer, problem

_PLACES = (
    (re.compile(r"/garage"), {"GET": "garage"}),
    (re.compile(r"/passports/([^/]+)"), {"GET": "read", "PUT": "put", "DELETE": "delete"}),
    (re.compile(r"/passports/([^/]+)/send"), {"POST": "send"}),
    (re.compile(r"/passports/([^/]+)/transfer"), {"POST": "transfer"}),
    (re.compile(r"/batches"), {"GET": "find_batches", "POST": "queue"}),
    (re.compile(r"/batches/([^/]+)"), {"GET": "read_batch", "DELETE": "withdraw"}),
    (re.compile(r"/batches/([^/]+)/items"), {"GET": "items"}),
    (re.compile(r"/emails/changes"), {"GET": "changes"}),
)


@dataclass(frozen=True, slots=True)
class Operation:
    """What is asked: at which garage, and of which thing (a plate, or a batch's id)."""

    name: str
    garage: str
    thing: str = ""

    @property
    def has_body(self) -> bool:
        """Whether a body is read."""
        return self.name in ("put", "send", "transfer", "queue")


class RefusalError(Exception):
    """The call ends here, with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def operation_at(method: str, path: str, garage: str) -> Operation:
    """What is asked; else RefusalError, without a code of the contract: a wrong base URL."""
    for pattern, names in _PLACES:
        if found := pattern.fullmatch(path):
            if method not in names:
                allowed = (("Allow", ", ".join(sorted(names))),)
                raise RefusalError(problem(405, None, "This call has other methods.", (), allowed))
            return Operation(names[method], garage, "".join(found.groups()))
    raise RefusalError(problem(404, None, "There is no such call here."))
