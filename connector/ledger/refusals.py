"""What a refusal asks of a person: the question as columns of a passport, and why, in a Dutch sentence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connector.errors import Refused

Values = dict[str, Any]

NO_NAME_FIRST = (
    "De naam kan niet eerst naar iGarage, want het oude adres kan in geen verzoek staan: pas het AutoPaspoort in "
    "iGarage aan."
)

ASKS = {
    "gone": "iGarage heeft dit AutoPaspoort niet meer.",
    "owner_change": "Bij iGarage staat een ander e-mailadres dan er gebracht is, en niemand meldde dat. Klopt het, "
    "neem het dan over met emails correct.",
}
"""Question that an answer leaves → the sentence that asks it."""


def message(error: Refused) -> str:
    """Why iGarage refused a passport, without a word of it."""
    where = f" (veld {error.field})" if error.field else ""
    sentences = {
        "owner_conflict": "Volgens iGarage hoort dit kenteken bij een andere klant.",
        "not_found": "iGarage heeft dit AutoPaspoort niet meer.",
    }
    return sentences.get(error.code, f"iGarage weigert dit AutoPaspoort: {error.code}{where}.")


def held(reason: str | None, why: str, now: datetime) -> Values:
    """The columns of a question."""
    return {"held": reason, "held_since": now, "held_message": why}
