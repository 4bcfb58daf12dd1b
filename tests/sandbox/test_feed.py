"""The feed of address changes, and the people and the post office that fill it."""

import pytest

ANNA = "anna@voorbeeld.example"
BRAM = "bram@voorbeeld.example"
NEW = "nieuw@voorbeeld.example"
HERE = "garage-a"


def told(garage, *names, **query):
    names = names or ("plate", "address", "state")
    return [tuple(item[name] for name in names) for item in garage.changes(**query).json()["items"]]


def fill(sandbox, count):
    """So many items, each of another address."""
    addresses = [f"klant{number}@voorbeeld.example" for number in range(count)]
    for address in addresses:
        sandbox.deliver_ok(address, garage=HERE)
    return addresses


def walk(garage, **query):
    """Every address that a client meets who follows the feed until there is no more, page by page."""
    pages = []
    while not pages or pages[-1]["more"]:
        after = {"after": pages[-1]["next"]} if pages else {}
        pages.append(garage.changes(**query, **after).json())
        assert len(pages) < 50
    return [[item["address"] for item in page["items"]] for page in pages]


def test_an_empty_feed_has_a_cursor_to_go_on_from(garage, sandbox):
    page = garage.changes().json()
    assert (page["items"], page["more"]) == ([], False)
    sandbox.deliver_ok(ANNA, garage=HERE)
    assert told(garage, after=page["next"]) == [(None, ANNA, "ok")]


def test_the_feed_is_read_from_its_start_oldest_first_page_by_page(garage, sandbox):
    addresses = fill(sandbox, 5)
    assert walk(garage, limit=2) == [addresses[:2], addresses[2:4], addresses[4:]]
    assert walk(garage, limit=5) == [addresses]
    assert walk(garage) == [addresses]


def test_the_last_page_has_no_more_and_its_cursor_meets_what_comes_later(garage, sandbox):
    fill(sandbox, 2)
    page = garage.changes(limit=2).json()
    assert page["more"] is False
    assert garage.changes(after=page["next"]).json() == {"items": [], "next": page["next"], "more": False}
    sandbox.opt_out(ANNA, garage=HERE)
    assert told(garage, after=page["next"]) == [(None, ANNA, "opted_out")]


def test_an_old_cursor_goes_on_from_the_same_place_again(garage, sandbox):
    addresses = fill(sandbox, 4)
    cursor = garage.changes(limit=1).json()["next"]
    for _ in range(2):
        assert told(garage, "address", after=cursor) == [(address,) for address in addresses[1:]]


def test_a_page_is_not_larger_than_the_server_makes_them(garage, sandbox):
    fill(sandbox, 101)
    assert (len(told(garage)), len(told(garage, limit=10**30))) == (100, 101)


@pytest.mark.parametrize("query", ["after=3", "after=", "after=abc&after=abc", "after=%C3%A9", "after=MC4u"])
def test_a_cursor_that_was_never_given_is_malformed(garage, query):
    answer = garage.call("GET", f"/emails/changes?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_cursor_of_another_garage_or_of_a_longer_feed_is_unknown(garage, other_garage, sandbox):
    fill(sandbox, 1)
    cursor = garage.changes().json()["next"]
    assert other_garage.changes(after=cursor).status_code == 400
    with type(sandbox)({"geheim-a": HERE}, threads=4) as young:
        assert type(garage)(young.url, "geheim-a").changes(after=cursor).status_code == 400


@pytest.mark.parametrize("limit", ["0", "-1", "", "x", "1.5", "٣"])
def test_a_limit_that_is_no_whole_number_from_1_is_malformed(garage, limit):
    answer = garage.changes(limit=limit)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_garages_do_not_see_each_others_feed(garage, other_garage, sandbox):
    garage.put(send=True)
    sandbox.bounce(ANNA, "hard_bounce", garage=HERE)
    assert len(told(garage)) == 1
    assert told(other_garage) == []


def test_a_bounce_names_every_passport_whose_mail_it_may_have_been(garage, sandbox):
    for plate in ("X0001X", "X0002X"):
        garage.put(plate, send=True)
    garage.put("X0003X", send=False)
    garage.put("X0004X", send=True, email=BRAM)
    sandbox.bounce(ANNA.upper(), "hard_bounce", garage=HERE)
    assert told(garage, "at", "plate", "state", "reason", "corrected_to", "sent") == [
        ("2026-03-02T01:00:00.000Z", plate, "invalid", "hard_bounce", None, None)
        for plate in ("X0001X", "X0002X")
    ]
    assert garage.get("X0003X").json()["email"]["state"] == "invalid"


def test_a_bounce_of_an_address_that_was_never_mailed_names_no_passport(garage, sandbox):
    garage.put(send=False)
    sandbox.bounce(ANNA, "no_such_domain", garage=HERE)
    assert told(garage) == [(None, ANNA, "invalid")]


def test_a_bounce_of_one_passport_judges_the_address_for_all(garage, sandbox):
    for plate in ("X0001X", "X0002X"):
        garage.put(plate, send=True)
    sandbox.bounce(ANNA, "complaint", "X0002X", HERE)
    assert told(garage) == [("X0002X", ANNA, "invalid")]
    assert garage.get("X0001X").json()["email"] == {
        "address": ANNA,
        "state": "invalid",
        "reason": "complaint",
    }


@pytest.mark.parametrize(("refused", "status", "mails"), [(None, 422, 1), (True, 422, 1), (False, 202, 2)])
def test_a_known_bad_address_is_refused_or_mailed_as_ordered(garage, sandbox, refused, status, mails):
    garage.put(send=True)
    sandbox.bounce(ANNA, "mailbox_full", garage=HERE, refused=refused)
    assert garage.send().status_code == status
    assert garage.put(send=False, vehicle={"make": "Merk"}).status_code == 200
    assert len(sandbox.mails()) == mails


@pytest.mark.parametrize(("refused", "status"), [(True, 200), ("always", 422)])
def test_a_server_may_refuse_even_the_content_of_a_passport_with_a_known_bad_address(
    garage, sandbox, refused, status
):
    garage.put(send=True)
    sandbox.bounce(ANNA, "hard_bounce", garage=HERE, refused=refused)
    assert garage.put(send=False, vehicle={"make": "Merk"}).status_code == status
    assert garage.put(send=False, email=NEW).status_code == 200


def test_what_is_delivered_after_all_is_good_again(garage, sandbox):
    garage.put(send=True)
    sandbox.bounce(ANNA, "soft_bounce", garage=HERE)
    sandbox.deliver_ok(ANNA, garage=HERE)
    assert told(garage, "plate", "state", "reason") == [
        ("X0001X", "invalid", "soft_bounce"),
        (None, "ok", None),
    ]
    assert garage.get().json()["email"]["state"] == "ok"
    assert garage.send().status_code == 202


def test_an_opt_out_is_told_and_not_enforced(garage, sandbox):
    garage.put(send=True)
    sandbox.opt_out(ANNA, "X0001X", HERE)
    assert told(garage, "plate", "state", "reason") == [("X0001X", "opted_out", "unsubscribed")]
    assert garage.send().json()["email"]["state"] == "opted_out"
    assert len(sandbox.mails()) == 2


@pytest.mark.parametrize(("sent", "mails"), [(True, [NEW]), (False, [])])
def test_a_correction_of_one_plate_changes_that_passport_alone(garage, sandbox, sent, mails):
    for plate in ("X0001X", "X0002X"):
        garage.put(plate, send=True)
    before = garage.get().json()
    sandbox.correct("X0001X", ANNA, NEW, sent, HERE)
    after = garage.get().json()
    assert after["email"] == {"address": NEW, "state": "unknown", "reason": None}
    assert garage.get("X0002X").json()["email"]["address"] == ANNA
    assert (after["sent_at"] > before["sent_at"]) is sent
    assert [mail.address for mail in sandbox.mails()][2:] == mails
    assert told(garage, "plate", "address", "state", "corrected_to", "sent") == [
        ("X0001X", ANNA, "corrected", NEW, sent)
    ]


def test_a_correction_without_a_plate_changes_every_passport_of_the_address(garage, sandbox):
    garage.put("X0001X", send=True)
    garage.put("X0002X", send=False)
    garage.put("X0003X", send=True, email=BRAM)
    sandbox.correct(None, ANNA.upper(), NEW, sent=True, garage=HERE)
    assert [p.address for p in sandbox.passports()] == [NEW, NEW, BRAM]
    assert [p.state for p in sandbox.passports()] == ["sent", "sent", "sent"]
    assert [(mail.plate, mail.address, mail.cause) for mail in sandbox.mails()][2:] == [
        ("X0001X", NEW, "reception"),
        ("X0002X", NEW, "reception"),
    ]
    assert told(garage, "plate", "corrected_to") == [(None, NEW)]


def test_what_was_corrected_is_on_file_so_the_old_address_is_a_change_again(garage, sandbox):
    garage.put(send=True)
    sandbox.correct("X0001X", ANNA, NEW, sent=False, garage=HERE)
    assert garage.put(send=True, email=NEW).status_code == 200
    assert len(sandbox.mails()) == 1
    garage.put(send=True)
    assert [mail.address for mail in sandbox.mails()] == [ANNA, ANNA]


def test_a_correction_is_an_effect_without_a_key(garage, sandbox):
    garage.put()
    sandbox.correct("X0001X", ANNA, NEW, sent=False, garage=HERE)
    effect = sandbox.effects()[-1]
    assert (effect.verb, effect.key, effect.result, effect.mailed) == ("correct", None, "corrected", False)
    assert effect.body["customer"]["email"] == NEW


@pytest.mark.parametrize(("plate", "address"), [("X0002X", ANNA), ("X0001X", BRAM), (None, BRAM)])
def test_there_is_nothing_to_correct_where_no_passport_has_the_address(garage, sandbox, plate, address):
    garage.put()
    with pytest.raises(LookupError):
        sandbox.correct(plate, address, NEW, sent=False, garage=HERE)
    assert told(garage) == []


@pytest.mark.parametrize(("target", "sent"), [("geen", False), (NEW, "ja")])
def test_a_correction_that_makes_no_sense_is_refused(garage, sandbox, target, sent):
    garage.put()
    with pytest.raises(ValueError, match=r"must be"):
        sandbox.correct("X0001X", ANNA, target, sent, HERE)


def test_the_feed_may_be_ordered_to_tell_the_same_items_once_more(garage, sandbox):
    first, second = fill(sandbox, 2)
    sandbox.repeat_changes(1, HERE)
    sandbox.repeat_changes(garage=HERE)
    assert walk(garage) == [[first, second, second, first, second, second]]
    items = garage.changes().json()["items"]
    assert items[1] == items[2] == items[4]


@pytest.mark.parametrize("last", [0, -1, True, "1"])
def test_so_many_items_again_is_a_whole_number_from_1(sandbox, last):
    with pytest.raises(ValueError, match="last"):
        sandbox.repeat_changes(last, HERE)


def test_a_page_may_hold_its_items_twice(garage, sandbox):
    a, b, c = fill(sandbox, 3)
    sandbox.order_fault(page="twice", path="/emails/changes", times=1)
    assert walk(garage, limit=2) == [[a, b, a, b], [c]]


def test_a_page_may_come_again_under_another_cursor(garage, sandbox):
    a, b, c = fill(sandbox, 3)
    sandbox.order_fault(page="again", path="/emails/changes")
    assert walk(garage, limit=2) == [[a, b], [a, b], [c], [c]]


def test_the_feed_is_never_turned_round(garage, sandbox):
    addresses = fill(sandbox, 3)
    sandbox.order_fault(page="backwards")
    assert walk(garage) == [addresses]


def test_the_control_side_fills_the_feed_and_shows_it(garage, control):
    garage.put(send=True)
    news = [
        {"address": ANNA, "state": "invalid", "reason": "hard_bounce", "feed": True, "garage": HERE},
        {"address": ANNA, "state": "ok", "feed": True, "garage": HERE},
        {"address": ANNA, "state": "opted_out", "plate": "X0001X", "feed": True, "garage": HERE},
    ]
    for given in news:
        assert control("PUT", "/addresses", json=given).status_code == 204
    order = {"deed": "correct", "plate": None, "address": ANNA, "corrected_to": NEW, "garage": HERE}
    assert control("POST", "/reception", json={**order, "sent": True}).status_code == 204
    assert control("POST", "/changes/repeat", json={"last": 1, "garage": HERE}).status_code == 204
    shown = control("GET", f"/changes?garage={HERE}").json()
    assert shown["count"] == 5
    assert [(c["plate"], c["state"], c["sent"]) for c in shown["changes"]] == [
        ("X0001X", "invalid", None),
        (None, "ok", None),
        ("X0001X", "opted_out", None),
        (None, "corrected", True),
        (None, "corrected", True),
    ]


def test_a_verdict_without_feed_is_known_and_not_told(garage, control):
    control("PUT", "/addresses", json={"address": ANNA, "state": "invalid"})
    assert told(garage) == []


@pytest.mark.parametrize(
    ("path", "given", "status"),
    [
        ("/addresses", {"address": ANNA, "state": "unknown", "feed": True}, 400),
        ("/addresses", {"address": ANNA, "state": "invalid", "reason": "zomaar", "feed": True}, 400),
        ("/addresses", {"address": ANNA, "state": "ok", "plate": 1, "feed": True}, 400),
        ("/reception", {"deed": "correct", "plate": None}, 400),
        ("/reception", {"deed": "correct", "plate": None, "address": ANNA, "corrected_to": "geen"}, 400),
        ("/reception", {"deed": "correct", "plate": None, "address": BRAM, "corrected_to": NEW}, 404),
        ("/changes/repeat", {"last": "alle"}, 400),
    ],
)
def test_an_order_for_the_feed_that_makes_no_sense_is_refused(control, path, given, status):
    method = "PUT" if path == "/addresses" else "POST"
    answer = control(method, path, json={"garage": HERE, **given})
    assert answer.status_code == status
    assert answer.json()["error"]
