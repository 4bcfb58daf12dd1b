"""What people and programs are shown of one garage: lists of plain values with the keys of the commands' JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connector import masks, sentences
from connector.config import GarageConfig
from connector.emails import mask
from connector.ledger import looking as look
from connector.ledger.looking import HeldPassport, Traced, WarnedRow
from connector.ledger.mails import in_force
from connector.ledger.releasing import FITS
from connector.plan import (
    Delete,
    Due,
    Invitation,
    NoInvitation,
    Policy,
    Put,
    Sent,
    Step,
    Transfer,
    Wait,
    Withheld,
    invitation,
    next_step,
    state,
)
from connector.service import policy_of

Line = dict[str, Any]

QUESTIONS = {
    "refused": "iGarage weigert dit AutoPaspoort; herstel de gegevens in het garagesysteem.",
    "exhausted": "het lukte na alle pogingen niet; kijk wat er mis is.",
    "gone": "iGarage heeft dit AutoPaspoort niet meer.",
    "owner_change": "dit kenteken hoort misschien bij een andere klant.",
    "plate_changed": "in het garagesysteem heeft deze auto nu een ander kenteken.",
    "invalid_email": "het e-mailadres klopt niet; herstel het in het garagesysteem.",
    "invite_by_hand": "nodig deze klant uit in iGarage: een lijst kan dat niet, want het AutoPaspoort is er al.",
    "transfer_by_hand": "draag dit AutoPaspoort in iGarage over op de nieuwe eigenaar.",
    "withdraw_by_hand": "trek dit AutoPaspoort in iGarage in.",
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
    "invite_by_hand": "Wacht tot iemand deze klant in iGarage uitnodigt: zie held.",
    "transfer_by_hand": "Wacht tot iemand het in iGarage overdraagt: zie held.",
    "withdraw_by_hand": "Wacht tot iemand het in iGarage intrekt: zie held.",
}
"""Why a passport waits → a sentence."""

HELD = {
    "gone": "iGarage heeft dit AutoPaspoort niet meer, en er gebeurt niets tot iemand antwoordt met "
    "release --as new of --as withdraw",
    "owner_change": "de auto lijkt een andere eigenaar te hebben, en geen van beiden krijgt een mail tot iemand "
    "antwoordt met release --as transfer of --as same-owner",
    "plate_changed": "deze auto heeft in het garagesysteem een ander kenteken, en er gaat geen mail tot iemand "
    "antwoordt met release --as withdraw of --as keep",
}
"""Questions that one of several answers ends → the whole of it in one sentence."""

NO_MAIL = {
    "opted_out": "de klant wil geen mail; hij krijgt er geen zolang dat zo is",
    "no_consent": "de klant heeft geen toestemming gegeven; zij gaat zodra die in de export staat",
    "invalid_email": "het e-mailadres klopt niet; zij gaat zodra het garagesysteem een ander adres noemt",
    "question": "er staat een vraag over dit AutoPaspoort open; zij gaat als die in held is beantwoord",
    "source_conflict": "twee bronnen noemen een ander adres; zij gaat zodra zij hetzelfde noemen",
    "suspect": "het e-mailadres is verdacht; zij gaat zodra het garagesysteem een ander adres noemt",
    "consent_unknown": "de kolom met toestemming of afmelding ontbrak; zij gaat als een export haar weer heeft",
    "window": "APK en onderhoud vallen buiten het venster, en geen bekende datum brengt ze erin",
    "brake": "er zouden vandaag te veel mails gaan; zij gaat als iemand ze vrijgeeft met release --mails",
}
"""Why an invitation is withheld → why there is no mail, and when there will be."""


def rejected_rows(connection: sa.Connection, garage: str, *, everything: bool) -> list[Line]:
    """Rejected rows: of each source's latest file, or of the whole history."""
    return [
        {"garage": garage, **asdict(row)} for row in look.rejected(connection, garage, everything=everything)
    ]


def skipped_rows(connection: sa.Connection, garage: str) -> list[Line]:
    """Skipped rows of each source's latest file."""
    return [{"garage": garage, **asdict(row)} for row in look.skipped(connection, garage)]


def warned_rows(connection: sa.Connection, garage: str) -> list[Line]:
    """What is odd in the rows that were taken, by source and code: of many alike the others are found behind them."""
    found = sorted(look.warned(connection, garage), key=lambda each: (each.source, each.code))
    return [{"garage": garage, **_warned(each)} for each in found]


def _warned(row: WarnedRow) -> Line:
    return {**asdict(row), "message": sentences.of_warning(row.code)}


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
            "message": _question(each),
            **_owners(each),
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


def _question(held: HeldPassport) -> str:
    """What is asked, and how to answer."""
    asked = held.message or QUESTIONS.get(held.reason, held.reason)
    if held.successor and held.reason == "plate_changed":
        asked = f"in het garagesysteem heeft deze auto nu kenteken {held.successor}."
    fitting = " of ".join(f"--as {answer}" for answer in FITS.get(held.reason, ()))
    return f"{asked} Antwoord met release {held.plate} {fitting}." if fitting else asked


def _owners(held: HeldPassport) -> Line:
    """Where the question is about the owner: who had the car, and who seems to have it now."""
    if held.before is None or held.now is None:
        return {}
    return {"before": _owner(held.before), "now": _owner(held.now)}


def _owner(content: Mapping[str, Any]) -> Line:
    """An owner as lists may show him: name and address masked, None for what is not known."""
    name, address = content.get("last_name"), content.get("email")
    return {
        "last_name": masks.text(str(name)) if name else None,
        "email": mask(str(address)) if address else None,
    }


def trace_of(connection: sa.Connection, garage: GarageConfig, plate: str, now: datetime) -> Line | None:
    """All that is known of one plate, with the step that comes next and why; None where it is not known."""
    traced = look.traced(connection, garage.garage, plate, now)
    if traced is None:
        return None
    today = now.astimezone(garage.zone).date()
    policy = in_force(connection, garage.garage, policy_of(garage), today, now)
    step = next_step(traced.facts, policy, today)
    invited = invitation(traced.facts, policy, today)
    return {
        "garage": garage.garage,
        "plate": plate,
        "state": state(traced.facts, step, claimed=traced.claimed),
        "revision": traced.facts.revision,
        "delivered_revision": traced.facts.delivered_revision,
        "next_step": step_name(step),
        "message": _sentence(step, traced, now, by_list=policy.by_list),
        "mail": _mail(invited, traced, policy, garage),
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
        "missing_since": traced.missing_since and traced.missing_since.astimezone(garage.zone),
        "warnings": [_warned(each) for each in traced.warnings],
        "events": [asdict(each) for each in traced.events],
    }


def _mail(invited: Invitation, traced: Traced, policy: Policy, garage: GarageConfig) -> str:
    """The sentence on a mail; of a passport that has a story of its own, that."""
    if traced.facts.absent:
        return "Geen uitnodiging: dit AutoPaspoort is of wordt ingetrokken."
    if traced.facts.held in HELD and not isinstance(invited, Sent):
        return f"Geen uitnodiging: {HELD[traced.facts.held]}."
    if traced.facts.remade and isinstance(invited, NoInvitation):
        return (
            "Geen uitnodiging: voor dit AutoPaspoort gaat er geen vanzelf; resend nodigt de klant alsnog uit."
        )
    return mail_sentence(invited, policy, garage)


def mail_sentence(invited: Invitation, policy: Policy, garage: GarageConfig) -> str:
    """Why this customer did or did not get a mail, and when he will, in one sentence."""
    match invited:
        case Sent(address, at):
            when = f" op {at.astimezone(garage.zone):%d-%m-%Y om %H:%M}" if at else ""
            return f"De uitnodiging ging{when} naar {mask(address or '')}."
        case Due() if policy.by_list:
            return "De uitnodiging gaat mee in een klantenlijst, of wacht op iemand die haar in iGarage verstuurt."
        case Due():
            return "De uitnodiging staat klaar en gaat zodra iGarage haar aanneemt."
        case Withheld("window", until) if until:
            return f"Nog geen uitnodiging: APK en onderhoud vallen buiten het venster; zij gaat op {until:%d-%m-%Y}."
        case Withheld(reason):
            return f"Geen uitnodiging: {NO_MAIL[reason]}."
    never = "; de garage nodigt niemand uit (delivery.send: never)" if policy.send == "never" else ""
    return f"Geen uitnodiging: er is geen aanleiding{never}."


def step_name(step: Step) -> str:
    """A step as people and programs read it: `put`, `put+send`, `send`, `transfer+send`, or `wait: why`."""
    if isinstance(step, Wait):
        return f"wait: {step.why}"
    return f"{step.name}+send" if isinstance(step, Put | Transfer) and step.send else step.name


def _sentence(step: Step, traced: Traced, now: datetime, *, by_list: bool) -> str:
    if isinstance(step, Wait) and step.why == "held" and traced.facts.held in HELD:
        return f"Wacht op een mens: {HELD[traced.facts.held]}."
    if isinstance(step, Wait):
        return (
            f"Vanaf {step.until:%d-%m-%Y} in het venster; tot dan wacht het."
            if step.until
            else WAITS[step.why]
        )
    return _of_a_request(step, traced, now, by_list=by_list)


def _of_a_request(step: Step, traced: Traced, now: datetime, *, by_list: bool) -> str:
    if traced.facts.in_batch:
        return f"Staat in een {'lijst die nog te melden is' if by_list else 'batch'}: zie batches."
    if traced.due_at > now:
        return f"Wordt opnieuw geprobeerd; de vorige poging mislukte ({traced.last_failure})."
    if isinstance(step, Delete):
        return "Wordt bij iGarage ingetrokken."
    if isinstance(step, Transfer):
        return "Gaat bij iGarage over op de nieuwe eigenaar."
    return "Gaat mee in de volgende klantenlijst." if by_list else "Staat klaar voor iGarage."
