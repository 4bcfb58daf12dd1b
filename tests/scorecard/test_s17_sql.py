"""S17: headers, names, plates and ids are text to the database, whatever they spell."""

from __future__ import annotations

import csv
import io
import sqlite3

import pytest

DROP = "x'); DROP TABLE passports; --"
QUOTES = "Robert\"); DELETE FROM files; --' OR '1'='1"


@pytest.fixture
def planted(garage, car):
    garage.configure(columns={"make": DROP, "record_key": QUOTES})
    row = {**car(1, name=QUOTES), DROP: DROP, QUOTES: DROP, "Land": "", "Afmelding": ""}
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([row.keys(), row.values()])
    garage.drop(text.getvalue().encode("cp1252"), "'; DROP TABLE files;--.csv")
    return garage


def tables(garage):
    with sqlite3.connect(garage.installation.state / "ledger.sqlite3") as ledger:
        return {name for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_what_spells_sql_is_kept_and_sent_as_it_stands(planted, sandbox):
    assert planted.run().status == 0
    (passport,) = sandbox.passports()
    assert passport.body["vehicle"]["make"] == DROP
    assert passport.body["customer"]["last_name"] == QUOTES
    assert passport.body["source"]["record"] == DROP
    assert planted.stand()["sources"][0]["last_file"] == "'; DROP TABLE files;--.csv"
    assert {"passports", "files", "rows"} <= tables(planted)


@pytest.mark.parametrize("text", [DROP, QUOTES, "ZZ%", "ZZ001Z' OR 1=1 --", "_______"])
def test_what_is_asked_for_is_compared_as_text(planted, text):
    planted.run()
    assert planted.main("trace", text).status == 1
    assert planted.main("status", "--garage", text).status == 2
    assert planted.counts() == {"total": 1, "delivered": 1}


@pytest.mark.parametrize("name", ["x'; DROP TABLE files;--", "../jansen", "a b", "JANSEN%"])
def test_a_garage_and_a_source_have_names_that_spell_nothing(garage, name):
    garage.configure(source={"name": name})
    said = garage.main("config", "check")
    assert said.status == 4 and "sources[0].name" in said.err
