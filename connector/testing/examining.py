"""Every rule in its order, and the examination of a plugin by them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Literal

from connector.testing import bounding, breaking, loading, notifying, paging, repeating
from connector.testing.findings import Finding, NotApplicable, Rule
from connector.testing.specimens import Specimen, Subject, subject_of

RULES: tuple[Rule, ...] = (
    Rule(
        "hooks", "de plugin laadt, en elke hook heeft een bekende naam en bekende argumenten", loading.hooks
    ),
    Rule("settings", "settings zijn een model dat geen onbekende sleutel aanneemt", loading.settings),
    Rule("settings_docs", "elke setting is uitgelegd", loading.settings_docs),
    Rule("sample", "er zijn voorbeelden, en die worden AutoPaspoorten", loading.sample),
    Rule("same_output", "dezelfde invoer geeft dezelfde uitvoer", repeating.same_output),
    Rule("record_keys", "een record houdt zijn sleutel als het adres verandert", repeating.record_keys),
    Rule("no_io", "het vertalen van een record opent geen bestand en geen verbinding", repeating.no_io),
    Rule("cursor_replay", "dezelfde cursor geeft dezelfde bladzijde", paging.cursor_replay),
    Rule("equal_timestamps", "records met hetzelfde tijdstip komen allemaal", paging.equal_timestamps),
    Rule("empty_page", "een bevraging zonder records houdt vanzelf op", paging.empty_page),
    Rule("broken_page", "een bladzijde die mislukt is een fout, en komt later alsnog", paging.broken_page),
    Rule("foreign_exceptions", "bedorven invoer geeft een fout van ons huis", breaking.foreign_exceptions),
    Rule("personal_data", "in geen melding staat iets van een klant", breaking.personal_data),
    Rule(
        "address_invalid",
        "een fout adres melden gaat goed, of geeft een fout van ons huis die niemand noemt",
        notifying.address_invalid,
    ),
    Rule(
        "bounded_memory",
        "een groot bestand of een lange bevraging vraagt niet meer geheugen",
        bounding.bounded_memory,
    ),
)
"""What every adapter must do."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one rule. `remark` says why a rule was not applicable."""

    rule: Rule
    state: Literal["kept", "broken", "not_applicable"]
    findings: tuple[Finding, ...] = ()
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A plugin with what came of every rule."""

    plugin: str
    outcomes: tuple[Outcome, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that is amiss."""
        return tuple(finding for outcome in self.outcomes for finding in outcome.findings)


def examine(
    name: str,
    *,
    entry_points: Iterable[EntryPoint] | None = None,
    specimens: Iterable[Specimen] | None = None,
) -> Report:
    """Judge the plugin `name` by every rule, on its own samples or on `specimens`.

    Raises `adapters.UnknownAdapter`, a `LookupError`, where no plugin has this name.
    """
    subject = subject_of(name, entry_points=entry_points, specimens=specimens)
    return Report(name, tuple(judge(rule, subject) for rule in RULES))


def judge(rule: Rule, subject: Subject) -> Outcome:
    """Judge a plugin by one rule."""
    if subject.broken and rule.name != "hooks":
        return Outcome(rule, "not_applicable", remark="de plugin laadt niet")
    try:
        found = tuple(Finding(rule.name, message) for message in rule.judge(subject))
    except NotApplicable as none:
        return Outcome(rule, "not_applicable", remark=str(none))
    return Outcome(rule, "broken" if found else "kept", found)
