"""Keyloop-like: client credentials in the body, numbered pages with links; a token lasts for a few calls."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from gms_server import Answered, Asked, Gms


class Keyloop(Gms):
    """Vehicles with their owner inside. Every token ends after `uses` requests, whatever was said of its life."""

    def __init__(self, uses: int = 2) -> None:
        self.uses = uses
        self.items: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.used: dict[str, int] = {}
        super().__init__()

    def add(self, number: int, updated: str = "2027-02-01T10:00:00.123+01:00") -> None:
        self.items.append({
            "vehicleId": f"veh-{number}", "registration": {"plate": f"ZZ-{number:03}-Z", "country": "NL"},
            "lastUpdated": updated,
            "owner": {"name": {"family": f"Klant {number}", "given": "Jo"},
                      "emails": [{"type": "work", "address": f"werk{number}@voorbeeld.example"},
                                 {"type": "home", "address": f"klant{number}@voorbeeld.example"}]},
        })  # fmt: skip

    def answer(self, asked: Asked) -> Answered:
        if asked.path == "/oauth/client_credential/accesstoken":
            return self._token(asked)
        token = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        with self.lock:
            self.used[token] = self.used.get(token, 0) + 1
            is_good = token in self.tokens and self.used[token] <= self.uses
        if not is_good:
            return Answered({"error": "token expired"}, 401)
        return Answered(self._page(asked))

    def _page(self, asked: Asked) -> dict[str, Any]:
        page, size = int(asked.query["page"]), int(asked.query["pageSize"])
        pages = max(-(-len(self.items) // size), 1)
        links = [{"rel": "self", "href": f"/v1/vehicles?page={page}"}]
        if page < pages:
            links.append({"rel": "next", "href": f"{self.url}/v1/vehicles?page={page + 1}&pageSize={size}"})
        items = self.items[(page - 1) * size : page * size]
        return {"vehicles": items, "totalItems": len(self.items), "totalPages": pages, "links": links}

    def _token(self, asked: Asked) -> Answered:
        form = {name: values[0] for name, values in parse_qs(asked.body).items()}
        if (form.get("client_id"), form.get("client_secret")) != ("igarage", "keyloop-secret"):
            return Answered({"error": "invalid_client"}, 400)
        with self.lock:
            self.tokens.append(f"keyloop-token-{len(self.tokens)}")
            return Answered({"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": "3600"})
