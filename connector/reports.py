"""What people and programs are shown of one garage: lists of plain values with the keys of the commands' JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connector.config import GarageConfig
from connector.ledger import looking as look
from connector.ledger.looking import Traced
from connector.plan import Put, Sent, Step, Transfer, Wait, Withheld, invitation, next_step, state
from connector.service import policy_of

Line = dict[str, Any]

QUESTIONS = {
    "refused": "iGarage weigert dit AutoPaspoort; herstel de gegevens in het garagesysteem.",
    "exhausted": "het lukte na alle pogingen niet; kijk wat er mis is.",
    "gone": "iGarage heeft dit AutoPaspoort niet meer.",
    "owner_change": "dit kenteken hoort misschien bij een andere klant.",
    "plate_changed": "in het garagesysteem heeft deze auto nu een ander kenteken.",
    "invalid_email": "het e-mailadres klopt niet; herstel het in het garagesysteem.",
}
"""Reason of `held` → what to do, in a person's words."""

WAITS = {
    "delivered": "Bij iGarage; er hoeft niets te gebeuren.",
    "held": "Wacht op een mens: zie held.",
    "invalid_email": "Het e-mailadres klopt niet: er wordt niets gevraagd tot het hersteld is.",
    "opted_out": "De klant wil geen mail: er wordt niet uitgenodigd.",
    "no_consent": "De klant heeft geen toestemming gegeven: er wordt niet uitgenodigd.",
    "question": "Wacht op een mens: er wordt niet uitgenodigd.",
    "source_conflict": "Twee bronnen noemen een ander adres: er wordt niet uitgenodigd.",
    "suspect": "Het e-mailadres is verdacht: er wordt niet uitgenodigd.",
    "consent_unknown": "De kolom met de toestemming ontbrak in de export: er wordt niet uitgenodigd.",
    "window": "APK en onderhoud vallen nu buiten het venster: er wordt niet uitgenodigd.",
    "brake": "Er zouden vandaag te veel mails gaan: er wordt niet uitgenodigd tot iemand ze vrijgeeft.",
    "withdrawn": "Ingetrokken: bij iGarage staat het niet meer.",
}
"""Why a passport waits → a sentence."""


def rejected_rows(connection: sa.Connection, garage: str, *, everything: bool) -> list[Line]:
    """Rejected rows: of each source's latest file, or of the whole history."""
    return [
        {"garage": garage, **asdict(row)} for row in look.rejected(connection, garage, everything=everything)
    ]


def skipped_rows(connection: sa.Connection, garage: str) -> list[Line]:
    """Skipped rows of each source's latest file."""
    return [{"garage": garage, **asdict(row)} for row in look.skipped(connection, garage)]


def held_questions(connection: sa.Connection, garage: str) -> list[Line]:
    """What a person must decide or mend: passports first, then files."""
    passports = [
        {
            "garage": garage,
            "kind": "passport",
            "id": each.plate,
            "plate": each.plate,
            "source": each.source,
            "file": None,
            "reason": each.reason,
            "since": each.since,
            "message": each.message or QUESTIONS.get(each.reason, each.reason),
        }
        for each in look.held_passports(connection, garage)
    ]
    files = [
        {
            "garage": garage,
            "kind": "file",
            "id": str(each.id),
            "plate": None,
            "source": each.source,
            "file": each.name,
            "reason": each.reason,
            "since": each.closed_at,
            "message": each.message,
        }
        for each in look.file_summaries(connection, garage, "held")
    ]
    return passports + files


def trace_of(connection: sa.Connection, garage: GarageConfig, plate: str, now: datetime) -> Line | None:
    """All that is known of one plate, with the step that comes next and why; None where it is not known."""
    traced = look.traced(connection, garage.garage, plate, now)
    if traced is None:
        return None
    policy, today = policy_of(garage), now.astimezone(garage.zone).date()
    step = next_step(traced.facts, policy, today)
    invited = invitation(traced.facts, policy, today)
    return {
        "garage": garage.garage,
        "plate": plate,
        "state": state(traced.facts, step, claimed=traced.claimed),
        "revision": traced.facts.revision,
        "delivered_revision": traced.facts.delivered_revision,
        "next_step": step_name(step),
        "message": _sentence(step, traced, now),
        "invitation": {
            "state": invited.name,
            "reason": invited.reason if isinstance(invited, Withheld) else None,
            "until": invited.until if isinstance(invited, Withheld) else None,
            "at": invited.at if isinstance(invited, Sent) else None,
        },
        "source": traced.source,
        "due_at": None if isinstance(step, Wait) else traced.due_at,
        "attempts": traced.attempts,
        "last_failure": traced.last_failure,
        "warnings": [
            {"code": code, "column": column, "value": value} for code, column, value in traced.warnings
        ],
        "events": [asdict(each) for each in traced.events],
    }


def step_name(step: Step) -> str:
    """A step as people and programs read it: `put`, `put+send`, `send`, `transfer+send`, or `wait: why`."""
    if isinstance(step, Wait):
        return f"wait: {step.why}"
    return f"{step.name}+send" if isinstance(step, Put | Transfer) and step.send else step.name


def _sentence(step: Step, traced: Traced, now: datetime) -> str:
    if isinstance(step, Wait):
        return (
            f"Vanaf {step.until:%d-%m-%Y} in het venster; tot dan wacht het."
            if step.until
            else WAITS[step.why]
        )
    if traced.due_at > now:
        return f"Wordt opnieuw geprobeerd; de vorige poging mislukte ({traced.last_failure})."
    return "Staat klaar voor iGarage."
