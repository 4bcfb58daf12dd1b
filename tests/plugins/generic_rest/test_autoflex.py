"""The Autoflex-like stand-in, polled as its example garage does: a token for a `userid`, a cursor, a dated consent."""

from __future__ import annotations

from gms_server import Answered


def plates(garage):
    return sorted(plate for _, plate, _ in garage.effects())


def test_a_token_is_fetched_once_and_every_page_is_read_with_it(autoflex, from_autoflex):
    for number in range(1, 6):
        autoflex.add(number)
    garage = from_autoflex()
    said = garage.run()
    assert (said.status, said.err) == (0, "")
    assert plates(garage) == [f"ZZ00{number}Z" for number in range(1, 6)]
    assert len(autoflex.asked("/oauth/token")) == 1
    pages = [each.query for each in autoflex.asked("/export/relaties")]
    assert pages == [
        {"gewijzigd_vanaf": "2024-12-31"},
        *({**pages[0], "cursor": each} for each in ("c2", "c4")),
    ]


def test_a_consent_counts_when_its_day_has_come(autoflex, from_autoflex):
    autoflex.add(1)
    autoflex.add(2, Toestemming="2099-01-01")
    autoflex.add(3, Toestemming=None)
    garage = from_autoflex()
    garage.configure(delivery={"send": "consented"})
    garage.run()
    assert garage.mails() == [("ZZ001Z", "klant1@voorbeeld.example")]
    assert plates(garage) == ["ZZ001Z", "ZZ002Z", "ZZ003Z"]


def test_a_garage_number_that_is_not_known_pauses_the_source(autoflex, from_autoflex):
    autoflex.users.clear()
    garage = from_autoflex()
    said = garage.run()
    assert said.status == 5
    assert "weigert een toegangstoken (401)" in said.err and "autoflex-secret" not in said.err + said.out
    assert autoflex.asked("/export/relaties") == []
    assert [each["state"] for each in garage.stand()["sources"]] == ["ok", "paused"]


def test_a_page_whose_cursor_is_refused_says_what_to_do(autoflex, from_autoflex):
    for number in range(1, 6):
        autoflex.add(number)
    autoflex.before = lambda asked: autoflex.faults.append(_GONE) if asked.path != "/oauth/token" else None
    garage = from_autoflex()
    said = garage.run()
    assert said.status == 5 and "source reset" in said.err
    autoflex.before = lambda asked: None
    autoflex.faults.clear()
    garage.run()
    assert len(plates(garage)) == 5


_GONE = Answered({"error": "unknown cursor"}, 400)
