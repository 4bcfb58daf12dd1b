"""The garage system of the sample, as far as it is asked: pages of two, changed since, with its dealer to look up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connector.testing import Answered, Asked, Car

PAGE = 2


def answer(asked: Asked, cars: Sequence[Car]) -> Answered:
    """`/vehicles` by page and `modifiedSince`, `/dealers/{id}`; all else is 404."""
    if asked.path.startswith("/dealers/"):
        return Answered({"name": "Garage Voorbeeld"})
    if asked.path != "/vehicles":
        return Answered({"error": "not found"}, 404)
    since = asked.query.get("modifiedSince")
    found = [car for car in cars if since is None or car.changed >= datetime.fromisoformat(since)]
    found.sort(key=lambda car: (car.changed, car.number))
    first = (int(asked.query.get("page", "1")) - 1) * PAGE
    pages = -(-len(found) // PAGE)
    return Answered(
        {"data": {"pages": pages, "vehicles": [_vehicle(car) for car in found[first : first + PAGE]]}}
    )


def _vehicle(car: Car) -> dict[str, Any]:
    owner = {
        "company": None,
        "initials": "A.",
        "infix": None,
        "lastName": car.last_name,
        "privateEmail": car.email,
    }
    return {
        "id": int(car.id),
        "license": car.plate,
        "brand": "Opel",
        "model": "Corsa",
        "apkDate": "2027-03-14T00:00:00",
        "modified": car.changed.isoformat().replace("+00:00", "Z"),
        "dealerId": 7,
        "owner": {**owner, "workEmail": None, "noMailing": False},
    }
