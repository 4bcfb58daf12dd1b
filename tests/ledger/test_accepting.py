"""Accepting: what a row is to the ledger, and what it raises, leaves standing or never touches."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connector.model import Rejected, Skipped
from connector.plan import Policy


def balance(file: Any) -> dict[str, int]:
    counts = ("new", "changed", "unchanged", "skipped", "rejected")
    return {name: getattr(file, name) for name in counts if getattr(file, name)}


# ---------------------------------------------------------------- content and its revisions


def test_a_new_passport_is_its_first_revision(jansen: Any) -> None:
    assert balance(jansen.night(jansen.car(1, make="Volvo"))) == {"new": 1}
    traced = jansen.trace(1)
    assert (traced.facts.revision, traced.facts.delivered_revision, traced.source) == (1, None, "klanten")
    (event,) = traced.events
    assert (event.event, event.detail) == ("new", {"revision": 1, "source": "klanten"})


def test_the_same_export_again_changes_nothing(jansen: Any) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    jansen.deliver_all()
    before = jansen.trace(1)
    jansen.clock.forward(days=1)
    assert balance(jansen.night(jansen.car(1), jansen.car(2))) == {"unchanged": 2}
    assert jansen.trace(1) == before and jansen.claim() is None


def test_a_changed_row_replaces_the_content_and_raises_the_revision(jansen: Any) -> None:
    jansen.night(jansen.car(1, make="Volvo", city="Assen"))
    assert balance(jansen.night(jansen.car(1, make="Saab"))) == {"changed": 1}
    assert jansen.content(1) == dict(jansen.car(1, make="Saab").content)
    assert jansen.trace(1).facts.revision == 2
    event = jansen.trace(1).events[-1]
    assert event.detail == {"revision": 2, "source": "klanten", "fields": ["city", "make"]}


def test_there_and_back_again_are_three_revisions(jansen: Any) -> None:
    for make, revision in (("Volvo", 1), ("Saab", 2), ("Volvo", 3)):
        jansen.night(jansen.car(1, make=make))
        assert jansen.trace(1).facts.revision == revision


def test_an_event_names_fields_and_no_value(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.night(jansen.car(1, last_name="Canarie", email="canarie@voorbeeld.example"))
    assert "anarie" not in repr(jansen.trace(1).events)


def test_a_row_under_another_recipe_is_mapped_again(jansen: Any) -> None:
    jansen.night(("raw row", jansen.car(1, make="V")), recipe=b"old")
    assert balance(jansen.night(("raw row", jansen.car(1, make="Volvo")), recipe=b"new")) == {"changed": 1}
    assert jansen.content(1)["make"] == "Volvo"


def test_another_recipe_that_maps_to_the_same_raises_no_revision(jansen: Any) -> None:
    jansen.night(("raw row", jansen.car(1)), recipe=b"old")
    assert balance(jansen.night(("raw row", jansen.car(1)), recipe=b"new")) == {"unchanged": 1}
    assert jansen.events(1) == ["new"] and jansen.trace(1).facts.revision == 1


def test_a_row_that_is_recognised_is_not_mapped(jansen: Any) -> None:
    jansen.night(("raw row", jansen.car(1, make="Volvo")))
    assert balance(jansen.night(("raw row", jansen.car(1, make="Saab")))) == {"unchanged": 1}
    assert jansen.content(1)["make"] == "Volvo"


def test_a_skip_that_is_recognised_is_skipped_again(jansen: Any) -> None:
    for _ in range(2):
        file = jansen.night(("raw row", Skipped("no_email")))
        assert balance(file) == {"skipped": 1}


def test_a_row_without_a_key_is_forgotten_with_the_export_that_had_it(jansen: Any) -> None:
    jansen.night(("raw row", Skipped("no_email")), jansen.car(1))
    jansen.night(jansen.car(1))
    assert balance(jansen.night(("raw row", jansen.car(2)), jansen.car(1))) == {"new": 1, "unchanged": 1}


def test_a_record_key_may_begin_with_any_sign(jansen: Any) -> None:
    row = jansen.car(1, key="#12", make="Volvo")
    jansen.night(row)
    jansen.night(jansen.car(1, key="A", make="Saab"), source="apk")
    jansen.night(jansen.car(2))
    assert balance(jansen.night(row)) == {"unchanged": 1}, "what #12 said was forgotten"
    assert jansen.content(1)["make"] == "Saab"


@pytest.mark.parametrize(
    "tonight",
    [Rejected("date_invalid", "Geen datum.", record_key="ZZ001Z"), Skipped("no_email", "ZZ-001-Z")],
)
def test_a_rejection_or_skip_leaves_standing_what_the_row_said(jansen: Any, tonight: Any) -> None:
    jansen.night(jansen.car(1, make="Volvo"))
    jansen.deliver_all()
    before = jansen.trace(1)
    jansen.night(tonight)
    assert jansen.trace(1) == before and jansen.content(1)["make"] == "Volvo"
    assert balance(jansen.night(jansen.car(1, make="Volvo"))) == {"unchanged": 1}


def test_a_row_gone_from_the_export_removes_nothing(jansen: Any) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    assert balance(jansen.night()) == {}
    assert jansen.counts() == {"pending": 2}


def test_a_record_key_that_names_another_plate_makes_another_passport(jansen: Any) -> None:
    jansen.night(jansen.car(1, key="klant-7"))
    assert balance(jansen.night(jansen.car(2, key="klant-7"))) == {"new": 1}
    assert jansen.knows(1) and jansen.knows(2)


# ---------------------------------------------------------------- facts beside the content


@pytest.mark.parametrize(
    ("fact", "before", "after"),
    [
        ("opt_out", False, True),
        ("consent", "no", "yes"),
        ("service_due", date(2027, 4, 1), date(2027, 5, 1)),
        ("changed_at", "2027-01-01", "2027-01-02"),
        ("opt_out", None, True),
        ("service_due", None, date(2027, 4, 1)),
    ],
)
def test_another_fact_is_a_change_that_raises_no_revision(
    jansen: Any, fact: str, before: Any, after: Any
) -> None:
    jansen.night(jansen.car(1, **{fact: before}))
    jansen.deliver_all()
    assert balance(jansen.night(jansen.car(1, **{fact: after}))) == {"changed": 1}
    traced = jansen.trace(1)
    assert traced.events[-1].detail == {"revision": 1, "source": "klanten", "fields": [fact]}
    assert traced.facts.revision == 1 and jansen.claim() is None


def test_a_fact_that_the_source_no_longer_says_stands(jansen: Any) -> None:
    jansen.night(jansen.car(1, opt_out=True))
    assert balance(jansen.night(jansen.car(1))) == {"unchanged": 1}
    assert jansen.trace(1).facts.opt_out


def test_a_fact_makes_the_next_step_anew(jansen: Any) -> None:
    jansen.night(jansen.car(1, opt_out=True))
    assert jansen.counts() == {"waiting": 1} and jansen.claim() is None
    jansen.night(jansen.car(1, opt_out=False))
    assert jansen.counts() == {"pending": 1}
    jansen.night(jansen.car(1, opt_out=True))
    assert jansen.counts() == {"waiting": 1} and jansen.claim() is None


def test_consent_lets_an_invitation_go_for_a_passport_that_is_there(jansen: Any) -> None:
    consented = jansen.but(policy=Policy("consented"))
    consented.night(consented.car(1, consent="no"))
    assert consented.deliver_all() == ["ZZ001Z"]
    consented.night(consented.car(1, consent="yes"))
    assert consented.claimed().step.name == "send"


# ---------------------------------------------------------------- rejections


def test_a_standing_rejection_is_listed_again_and_is_not_new(jansen: Any) -> None:
    wrong = Rejected("date_invalid", "Geen datum.", "APK", "3*", "ZZ001Z")
    assert (first := jansen.night(wrong)).rejected == first.new_rejected == 1
    jansen.clock.forward(days=1)
    again = jansen.night(jansen.car(2), wrong)
    assert (again.rejected, again.new_rejected) == (1, 0)


def test_another_rejection_of_the_same_row_is_new(jansen: Any) -> None:
    jansen.night(Rejected("date_invalid", "Geen datum.", "APK", "3*", "ZZ001Z"))
    again = jansen.night(Rejected("number_invalid", "Geen getal.", "KM", "v*", "ZZ001Z"))
    assert again.new_rejected == 1


def test_the_same_rejection_at_another_source_is_new_there(jansen: Any) -> None:
    wrong = Rejected("date_invalid", "Geen datum.", "APK", "3*", "ZZ001Z")
    jansen.night(wrong)
    assert jansen.night(wrong, source="apk").new_rejected == 1
