"""Autoflex-like: Basic gives a token for the garage's `userid`, a dated consent, and pages by an opaque cursor."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qs

from gms_server import Answered, Asked, Gms


class Autoflex(Gms):
    """Rows with the columns that a garage chose for itself."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.users = {"121212": "jansen"}
        super().__init__()

    def add(self, number: int, gewijzigd: str = "2027-02-01", **more: Any) -> None:
        self.rows.append({
            "Relatienr": 1000 + number, "Kenteken": f"ZZ{number:03}Z", "Naam": f"Klant {number}",
            "Voorkeursemail": f"klant{number}@voorbeeld.example", "Toestemming": "2025-03-01",
            "Gewijzigd": gewijzigd, **more,
        })  # fmt: skip

    def answer(self, asked: Asked) -> Answered:
        if asked.path == "/oauth/token":
            return self._token(asked)
        if asked.headers.get("Authorization") not in {f"Bearer {each}" for each in self.tokens}:
            return Answered({"error": "no token"}, 401)
        if asked.path != "/export/relaties":
            return Answered({"error": "nothing here"}, 404)
        rows = [each for each in self.rows if each["Gewijzigd"] >= asked.query.get("gewijzigd_vanaf", "")]
        start = int(asked.query.get("cursor", "c0")[1:])
        after = f"c{start + 2}" if start + 2 < len(rows) else None
        return Answered({"rijen": rows[start : start + 2], "volgende": after})

    def _token(self, asked: Asked) -> Answered:
        form = {name: values[0] for name, values in parse_qs(asked.body).items()}
        who = "Basic " + base64.b64encode(b"koppeling:autoflex-secret").decode()
        if asked.headers.get("Authorization") != who or form.get("userid") not in self.users:
            return Answered({"error": "invalid_client"}, 401)
        assert form["grant_type"] == "client_credentials"
        self.tokens.append(f"autoflex-token-{len(self.tokens)}")
        return Answered({"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": 3600})
