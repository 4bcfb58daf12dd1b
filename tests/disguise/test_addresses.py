"""Another address is judged as the address was: mailed or not, a typing mistake, a dummy, or nothing of these."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector import emails, suspicion
from connector.disguise.addresses import Addresses
from connector.disguise.words import Words

SLIPS = (
    "gmial.com",
    "gmail.nl",
    "hotmial.com",
    "gmail.con",
    "ziggo.com",
    "xs4al.nl",
    "hotmail.nll",
    "outlok.com",
)
DUMMIES = ("geen@geen.nl", "onbekend@kooitje.nl", "info@example.com", "test@test.nl", "xxx@xxx.nl", "a@a.nl",
           "geen.mail@kooitje.nl", "NVT@Kooitje.NL", "jansekanarie@geen.kooitje.nl", "noreply@kooitje.nl")  # fmt: skip
DOMAINS = ("kooitje.nl", "kooitje.con", "kooitje.comm", "kooitje,nl", "kooitje", "gmail.com", "hotmail.be", "@x.nl",
           "kooitje.voorbeeld.example", "gmail,com", "geen.nl", "kooitje.nl.", "", ".nl", "kooitje.invalid",
           *SLIPS)  # fmt: skip
LOCALS = (
    "jansekanarie",
    "jan.kanarie",
    "geen",
    "onbekend",
    "test",
    "aaa",
    "Een Kanarie",
    "één",
    "",
    ".kanarie",
    "NVT",
)


def another(address: str, seed: int = 1) -> str:
    return Addresses(Words(Random(seed))).another(address)


def judged(text: str) -> tuple[object, ...]:
    read = emails.read(text)
    suspect = suspicion.suspect(read.address)
    meant = suspect.suggestion.rpartition("@")[2] if suspect and suspect.suggestion else None
    suggested = meant if meant in suspicion.CONSUMER_DOMAINS else bool(meant)
    return emails.fault(text), read.fault, len(read.others), suspect and suspect.kind, suggested


@pytest.mark.parametrize("domain", SLIPS)
def test_a_mistyped_domain_of_a_provider_stays_for_it_is_nobodys(domain):
    found = another(f"jansekanarie@{domain}")
    assert found.endswith(f"@{domain}") and "kanarie" not in found
    assert judged(found) == judged(f"jansekanarie@{domain}")
    assert judged(found)[3] == "typo"


@pytest.mark.parametrize("address", DUMMIES)
def test_a_dummy_stays_a_dummy(address):
    found = another(address)
    assert judged(found) == judged(address) and judged(found)[3] == "dummy"
    assert "kanarie" not in found and "kooitje" not in found.lower()


def test_a_mistaken_top_level_stays_behind_the_domain_of_somebody():
    for top in ("con", "comm", "nk", "nll"):
        found = another(f"jan@kooitje.{top}")
        assert found.endswith(f".{top}") and "kooitje" not in found
        assert judged(found) == judged(f"jan@kooitje.{top}")


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.tuples(st.sampled_from(LOCALS), st.sampled_from(DOMAINS)), min_size=1, max_size=3),
    st.sampled_from(("; ", " ", ",", " en ")),
    st.sampled_from(("{}", "<{}>", "Kanarie <{}>", "mailto:{}", '"{}"')),
    st.integers(0, 9),
)
def test_whatever_stands_in_a_cell_is_judged_the_same_and_names_nobody(parts, between, around, seed):
    text = around.format(between.join(f"{local}@{domain}" for local, domain in parts))
    found = another(text, seed)
    assert judged(found) == judged(text)
    assert "kanarie" not in found.lower() and "kooitje" not in found.lower()


def test_one_address_always_becomes_the_same_one_however_it_is_written():
    addresses = Addresses(Words(Random(1)))
    assert addresses.another("Jan@Kooitje.nl").lower() == addresses.another("jan@kooitje.nl")
