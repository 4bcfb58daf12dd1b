"""Makes CarSys exports in both formats, and tells what the adapter makes of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from connector import adapters
from connector.model import ExportFile, PushRequest, Skipped

Car = Mapping[str, str]
"""Column → text, as `Bestuurder achternaam`."""

NEEDED = (
    "Kenteken",
    "APK datum",
    *(
        f"{role} {name}"
        for role in ("Bestuurder", "Eigenaar", "Contractant")
        for name in ("bedrijfsnaam", "achternaam", "e-mail privé", "e-mail zakelijk")
    ),
)


def as_csv(cars: Sequence[Car], columns: Sequence[str] = NEEDED) -> bytes:
    every = list(dict.fromkeys([*columns, *(name for car in cars for name in car)]))
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(
        [every, *([car.get(name, "") for name in every] for car in cars)]
    )
    return text.getvalue().encode()


def as_xml(cars: Sequence[Car], columns: Sequence[str] = NEEDED) -> bytes:
    """Every car an element, everything it has an attribute: `Bestuurder achternaam` of the element Bestuurder."""
    every = [dict.fromkeys(columns, "") | dict(car) for car in cars]
    return f"<Export>\n{''.join(map(_car, every))}</Export>\n".encode()


def _car(car: Car) -> str:
    people: dict[str, dict[str, str]] = {}
    for name, text in car.items():
        role, _, rest = name.partition(" ")
        role, rest = (role, rest) if role in ("Bestuurder", "Eigenaar", "Contractant") else ("", name)
        people.setdefault(role, {})[rest.replace(" ", "_")] = text
    inner = "".join(f"<{role} {_attributes(of)}/>" for role, of in people.items() if role)
    return f"<Voertuig {_attributes(people.get('', {}))}>{inner}</Voertuig>\n"


def _attributes(of: Mapping[str, str]) -> str:
    return " ".join(f"{name}={quoteattr(text)}" for name, text in of.items())


class CarSys:
    """The adapter with its settings."""

    def __init__(self, **settings: Any) -> None:
        self.adapter = adapters.load("carsys")
        assert self.adapter.settings_model is not None
        self.settings = self.adapter.settings_model.model_validate(settings)

    def records(self, content: bytes) -> list[Any]:
        return list(
            self.adapter.read(ExportFile("klanten", lambda: io.BytesIO(content), len(content)), self.settings)
        )

    def mapped(self, content: bytes) -> list[Mapping[str, str] | Skipped]:
        """What each record becomes, but for what is empty."""
        return self._mapped(self.records(content))

    def pushed(self, content: bytes, media_type: str) -> list[Mapping[str, str] | Skipped]:
        """The same, of what is pushed."""
        return self._mapped(self.adapter.receive(PushRequest(media_type, content), self.settings))

    def _mapped(self, records: Iterable[Any]) -> list[Mapping[str, str] | Skipped]:
        every = [self.adapter.map_record(record, self.settings) for record in records]
        return [
            each if isinstance(each, Skipped) else {name: text for name, text in each.items() if text}
            for each in every
        ]

    def columns_of(self, content: bytes) -> dict[str, str | None]:
        """Canonical field → the column its text came from, of the first record."""
        (first, *_) = self.records(content)
        texts = self.adapter.map_record(first, self.settings)
        assert not isinstance(texts, Skipped)
        return {name: getattr(text, "column", None) for name, text in texts.items()}


@pytest.fixture
def carsys() -> type[CarSys]:
    return CarSys


@pytest.fixture(params=[as_csv, as_xml], ids=["csv", "xml"])
def written(request: pytest.FixtureRequest) -> Any:
    """Writes cars in one of the two formats."""
    return request.param
