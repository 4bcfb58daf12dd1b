"""S02: no few lines of XML become gigabytes, and none keep the connector busy: the file is held, the next is read."""

from __future__ import annotations

import resource

import pytest

MEMORY = 1 << 30
"""Bytes a process may ask for while it looks at a bomb; Python and its libraries take half of it."""

CAR = (
    '<Voertuig kenteken="ZZ-001-Z"><Bestuurder achternaam="Bos" emailPrive="b@voorbeeld.example"/></Voertuig>'
)
SETTINGS = {
    "recipient": ["driver"],
    "addresses": ["private"],
    "columns": {"vehicle.apk_due": {"optional": "true"}, "driver.company": {"optional": "true"}},
}

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BOMBS = {
    "a billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]><Export>&l11;{CAR}</Export>',
    "laughs in an attribute": f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]><Export a="&l11;">{CAR}</Export>',
    "one long entity, often": f'<!DOCTYPE x [<!ENTITY a "{"x" * 100_000}">]><Export>{"&a;" * 100_000}</Export>',
    "an entity of itself": f'<!DOCTYPE x [<!ENTITY a "&a;">]><Export>&a;{CAR}</Export>',
    "parameter entities": f'<!DOCTYPE x [<!ENTITY % a "x"><!ENTITY % b "%a;%a;">]><Export>{CAR}</Export>',
    "a deep nest": "<Export>" + "<a>" * 1_000_000,
    "a deep nest in a car": f"<Export>{CAR}<Voertuig>" + "<a>" * 1_000_000,
    "a tag without an end": '<Export a="' + "x" * 8_000_000,
    "a comment without an end": "<Export><!--" + "x" * 8_000_000,
    "an instruction without an end": "<Export><?x " + "x" * 8_000_000,
    "a name without an end": "<Export><" + "x" * 8_000_000,
    "ever other names": "<Export>" + "".join(f"<n{n}/>" for n in range(1_000_000)) + "</Export>",
    "ever other attributes": "<Export>" + "".join(f'<n a{n}=""/>' for n in range(500_000)) + "</Export>",
    "a car of a million fields": f"<Export>{CAR}<Voertuig>"
    + "<km>1</km>" * 1_000_000
    + "</Voertuig></Export>",
    "a car with a book in it": f"<Export>{CAR}<Voertuig><km>{'boek ' * 2_000_000}</km></Voertuig></Export>",
    "a car that never ends": f"<Export>{CAR}<Voertuig>" + "boek<km/>" * 1_000_000,
}


@pytest.fixture
def bombed(garage):
    garage.configure(source={"adapter": "carsys", "pattern": ["*.xml"], "settings": SETTINGS})
    return garage


def _little_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_held_within_little_memory_and_the_next_file_is_read(bombed, bomb):
    bombed.drop(f"{BOMBS[bomb]}\n".encode(), "klanten.xml", at=1_790_000_000)
    said = bombed.installation.process("run", "--once", preexec_fn=_little_memory)
    assert said.status == 3, said.err
    assert "MemoryError" not in said.err
    source = bombed.stand()["sources"][0]
    assert (source["state"], bombed.deeds()) == ("held", [])
    assert len(source["message"]) < 400
    bombed.drop(f"<Export>{CAR}</Export>\n".encode(), "klanten.xml", at=1_790_000_100)
    bombed.run()
    assert [deed.plate for deed in bombed.deeds()] == ["ZZ001Z"]
