"""CSW-like: an `apikey`, `$where $order $limit $offset`; too many requests are refused, and then blocked."""

from __future__ import annotations

import re
from typing import Any

from gms_server import Answered, Asked, Gms


class Csw(Gms):
    """Vehicles in the order in which they changed, each with the id of its customer.

    More than `slow_at` requests in all give 429, from `block_at` on the address is blocked. `broken` are paths that
    answer with a status.
    """

    def __init__(self, key: str = "csw-key") -> None:
        self.key = key
        self.vehicles: dict[int, dict[str, Any]] = {}
        self.customers: dict[int, dict[str, Any]] = {}
        self.slow_at = self.block_at = 1_000_000
        self.most = 1_000
        self.broken: dict[str, int] = {}
        self.order = lambda each: (each["modified"], each["id"])
        super().__init__()

    def add(self, number: int, modified: str, **more: Any) -> None:
        """A car of a customer of its own; `more` goes into the car."""
        self.customers[number] = {"email": f"klant{number}@voorbeeld.example", "lastName": f"Klant {number}"}
        self.vehicles[number] = {
            "id": number, "license": f"ZZ-{number:03}-Z", "customerId": number, "brand": "Volvo",
            "apkDate": "2027-05-15T00:00:00", "optOut": False, "modified": modified, **more,
        }  # fmt: skip

    def answer(self, asked: Asked) -> Answered:
        if refused := self._refused(asked):
            return refused
        if found := re.fullmatch(r"/api/v2/customers/(\d+)", asked.path):
            customer = self.customers.get(int(found[1]))
            return Answered(customer) if customer else Answered({"error": "no such customer"}, 404)
        if asked.path == "/api/v2/vehicles":
            return Answered({"value": self._page(asked)})
        return Answered({"error": "nothing here"}, 404)

    def _refused(self, asked: Asked) -> Answered | None:
        if len(self.requests) >= self.block_at:
            return Answered({"error": "blocked"}, 403)
        if len(self.requests) >= self.slow_at:
            return Answered({"error": "slow down"}, 429, {"Retry-After": "1"})
        if asked.headers.get("Authorization") != f"apikey {self.key}":
            return Answered({"error": "who are you"}, 401)
        status = self.broken.get(asked.path)
        return Answered({"error": "broken"}, status) if status else None

    def _page(self, asked: Asked) -> list[dict[str, Any]]:
        since = re.fullmatch(r"modified ge '([0-9T:-]+)'", asked.query.get("$where", "modified ge '0'"))
        assert since is not None, asked.query
        rows = [each for each in self.vehicles.values() if each["modified"] >= since[1]]
        rows.sort(key=self.order)
        start, many = int(asked.query["$offset"]), min(int(asked.query["$limit"]), self.most)
        return rows[start : start + many]
