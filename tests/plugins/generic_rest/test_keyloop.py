"""The Keyloop-like stand-in, polled as its example garage does: numbered pages, and tokens that end in mid-paging."""

from __future__ import annotations

import pytest


def plates(garage):
    return sorted(plate for _, plate, _ in garage.effects())


def test_tokens_that_end_in_mid_paging_are_fetched_anew_and_no_page_is_lost(keyloop, from_keyloop):
    for number in range(1, 10):
        keyloop.add(number)
    garage = from_keyloop()
    said = garage.run()
    assert (said.status, said.err) == (0, "")
    assert plates(garage) == [f"ZZ00{number}Z" for number in range(1, 10)]
    assert len(keyloop.tokens) == 3, "five pages, two for each token"
    assert {each.query["page"] for each in keyloop.asked("/v1/vehicles")} == set("12345")


def test_the_home_address_comes_before_the_one_at_work(keyloop, from_keyloop):
    keyloop.add(1)
    keyloop.add(2)
    del keyloop.items[1]["owner"]["emails"][1]
    garage = from_keyloop()
    garage.configure(delivery={"send": "always"})
    garage.run()
    assert dict(garage.mails()) == {
        "ZZ001Z": "klant1@voorbeeld.example",
        "ZZ002Z": "werk2@voorbeeld.example",
    }


def test_a_secret_that_is_wrong_pauses_the_source(keyloop, from_keyloop, tmp_path):
    garage = from_keyloop()
    (tmp_path / "gms.secret").write_text("wrong")
    assert "weigert een toegangstoken (400)" in garage.run().err


def test_a_poll_of_the_whole_base_that_halves_is_held(keyloop, from_keyloop):
    for number in range(1, 10):
        keyloop.add(number)
    garage = from_keyloop()
    garage.run()
    del keyloop.items[3:]
    keyloop.items[0]["registration"]["country"] = "BE"
    assert garage.run().status == 3
    assert [each["reason"] for each in garage.ask("held")] == ["rows_halved"]


@pytest.mark.parametrize("next_", [None, "links[?rel=='next'].href | [0]"])
def test_links_are_followed_too_within_the_api_s_own_address(keyloop, from_keyloop, next_):
    for number in range(1, 6):
        keyloop.add(number)
    params = {"page": "1", "pageSize": "2"}
    paging = {"type": "link"} | ({"next": next_} if next_ else {})
    garage = from_keyloop(settings={"paging": paging, "params": params})
    garage.run()
    assert len(plates(garage)) == (5 if next_ else 2), "no header Link, no next page"


def test_a_link_to_another_host_is_not_followed(keyloop, from_keyloop):
    for number in range(1, 6):
        keyloop.add(number)
    settings = {
        "paging": {"type": "link", "next": "'https://elders.example/v1/vehicles'"},
        "params": {"page": "1", "pageSize": "2"},
    }
    garage = from_keyloop(settings=settings)
    assert "verwijst naar een ander adres" in garage.run().err
