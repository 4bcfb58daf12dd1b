"""Batches: what is taken, when it runs, what became of each passport, and pages that come in every way."""

from datetime import UTC, datetime

import pytest
import requests

from connector.sandbox import Garage, Sandbox

ANNA = "anna@voorbeeld.example"
BRAM = "bram@voorbeeld.example"


@pytest.fixture
def passport(garage):
    return garage.passport


@pytest.fixture
def ten(garage, sandbox):
    """The id of a batch of ten that has run, and its plates."""
    plates = [f"X00{number:02}X" for number in range(10)]
    batch = garage.queue(*[garage.passport(plate) for plate in plates]).json()["id"]
    sandbox.run_batches()
    return batch, plates


def results(garage, batch):
    items = garage.items(batch).json()["items"]
    return [(item["plate"], item["result"], item["sent"], item["code"]) for item in items]


def walk(garage, batch, **query):
    """The plates of every page, as a client meets them who goes on until there is no cursor."""
    pages = []
    while not pages or pages[-1]["next"]:
        after = {"after": pages[-1]["next"]} if pages else {}
        pages.append(garage.items(batch, **query, **after).json())
        assert len(pages) < 50
    return [[item["plate"] for item in page["items"]] for page in pages]


def test_a_batch_is_queued_for_the_next_night_of_the_garage_and_does_nothing_yet(garage, sandbox, passport):
    answer = garage.queue(passport(send=True), passport("X0002X"))
    assert answer.status_code == 202
    assert answer.json() == {
        "id": "batch-1",
        "reference": "nacht-1",
        "state": "queued",
        "run_at": "2026-03-03T00:00:00.000Z",  # 01:00 in Amsterdam, where it is 02:00 now
        "finished_at": None,
        "counts": {"total": 2, "created": 0, "updated": 0, "failed": 0},
    }
    assert garage.batch("batch-1").json() == answer.json()
    assert garage.items("batch-1").json() == {"items": [], "next": None}
    assert (sandbox.effects(), sandbox.mails()) == ([], [])


def test_it_runs_when_the_clock_has_come_there_and_not_a_moment_before(garage, clock, passport):
    batch = garage.queue(passport()).json()["id"]
    clock.forward(hours=22, minutes=59, seconds=59)
    assert garage.batch(batch).json()["state"] == "queued"
    clock.forward(seconds=1)
    told = garage.batch(batch).json()
    assert (told["state"], told["finished_at"]) == ("done", "2026-03-03T00:00:00.000Z")
    assert told["counts"] == {"total": 1, "created": 1, "updated": 0, "failed": 0}


@pytest.mark.parametrize("look", ["passports", "mails", "effects", "batches"])
def test_whoever_looks_later_sees_what_was_done_at_its_moment(garage, sandbox, clock, passport, look):
    garage.queue(passport(send=True))
    clock.forward(days=3)
    assert len(getattr(sandbox, look)()) == 1
    (mail,), (effect,) = sandbox.mails(), sandbox.effects()
    assert (mail.at, effect.at) == ("2026-03-03T00:00:00.000Z",) * 2
    assert garage.get().json()["sent_at"] == mail.at


def test_what_is_put_after_the_batch_ran_is_newer_than_the_batch(garage, sandbox, clock, passport):
    garage.queue(passport(vehicle={"make": "oud"}))
    clock.forward(days=3)
    assert garage.put(vehicle={"make": "nieuw"}).status_code == 200
    assert [effect.body["vehicle"]["make"] for effect in sandbox.effects()] == ["oud", "nieuw"]


def test_what_becomes_of_an_address_after_the_batch_ran_does_not_undo_it(garage, sandbox, clock, passport):
    garage.queue(passport(send=True))
    clock.forward(days=3)
    sandbox.set_address(ANNA, "invalid", "hard_bounce")
    assert len(sandbox.mails()) == 1


@pytest.mark.parametrize(
    ("now", "batch_at", "run_at"),
    [
        ("2026-03-02T22:59:00", "00:00", "2026-03-02T23:00"),  # before midnight in Amsterdam
        ("2026-03-02T23:00:00", "00:00", "2026-03-03T23:00"),  # at it: the next one
        ("2026-07-01T12:00:00", "01:00", "2026-07-01T23:00"),  # summer time
        ("2026-03-28T12:00:00", "02:30", "2026-03-29T01:30"),  # there is no 02:30 that night: 03:30 it is
        ("2026-03-29T01:30:00", "02:30", "2026-03-30T00:30"),
        ("2026-10-24T12:00:00", "02:30", "2026-10-25T00:30"),  # there are two: the first it is
        ("2026-10-25T00:45:00", "02:30", "2026-10-26T01:30"),  # in between, and the second is none
    ],
)
def test_a_batch_runs_once_each_local_date_also_when_the_clock_is_changed(clock, now, batch_at, run_at):
    clock.now = datetime.fromisoformat(now).replace(tzinfo=UTC)
    facts = Garage("garage-a", "Garage", batch_at=batch_at)
    with Sandbox({"t": "garage-a"}, clock=clock, garages=[facts], threads=4) as sandbox:
        assert queued(sandbox)["run_at"] == f"{run_at}:00.000Z"


def test_a_garage_elsewhere_has_its_own_night(clock):
    facts = Garage("garage-a", "Garage", batch_at="01:00", timezone="America/Paramaribo")
    with Sandbox({"t": "garage-a"}, clock=clock, garages=[facts], threads=4) as sandbox:
        assert queued(sandbox)["run_at"] == "2026-03-02T04:00:00.000Z"


def queued(sandbox):
    body = {"reference": "r", "passports": []}
    headers = {"Authorization": "Bearer t", "Idempotency-Key": "k"}
    return requests.post(f"{sandbox.url}/batches", json=body, headers=headers, timeout=20).json()


def test_each_item_succeeds_or_fails_by_itself(garage, sandbox, passport):
    for plate in ("X0001X", "X0002X", "X0003X"):
        garage.put(plate, send=True)
    sandbox.set_address(BRAM, "invalid", "hard_bounce")
    batch = garage.queue(
        passport("X0001X", send=True),
        passport("X0002X", email="nieuw@voorbeeld.example", send=True),
        passport("X0003X", email="nieuw@voorbeeld.example", last_name="Ander"),
        passport("X0004X", send=True),
        passport("X0005X"),
        passport("X0006X", email="geen"),
        passport("X0007X", email=BRAM),
        passport("X0008X", vehicle={"mileage": "veel"}),
        passport("X0009X", email="geen", consent=True),
        passport("x-10"),
        {"plate": "X0011X"},
    ).json()["id"]
    sandbox.run_batches()
    assert results(garage, batch) == [
        ("X0001X", "updated", False, None),
        ("X0002X", "updated", True, None),
        ("X0003X", "failed", False, "owner_conflict"),
        ("X0004X", "created", True, None),
        ("X0005X", "created", False, None),
        ("X0006X", "failed", False, "email_invalid"),
        ("X0007X", "failed", False, "email_invalid"),
        ("X0008X", "failed", False, "invalid"),
        ("X0009X", "failed", False, "invalid"),
        ("x-10", "failed", False, "invalid"),
        ("X0011X", "failed", False, "invalid"),
    ]
    assert garage.batch(batch).json()["counts"] == {"total": 11, "created": 2, "updated": 2, "failed": 7}
    assert garage.get("X0003X").json()["email"]["address"] == ANNA
    assert [m.plate for m in sandbox.mails() if m.cause == "batch"] == ["X0002X", "X0004X"]


def test_an_item_tells_the_address_and_why_it_failed(garage, sandbox, passport):
    sandbox.set_address(BRAM, "invalid", "hard_bounce")
    batch = garage.queue(
        passport(), passport("X0002X", email="geen"), passport("X0003X", email=BRAM), {"plate": "X0004X"}
    ).json()["id"]
    sandbox.run_batches()
    items = garage.items(batch).json()["items"]
    assert [item["email"] for item in items] == [
        {"address": ANNA, "state": "unknown", "reason": None},
        {"address": "geen", "state": "invalid", "reason": "syntax"},
        {"address": BRAM, "state": "invalid", "reason": "hard_bounce"},
        None,
    ]
    assert items[0]["message"] is None
    assert items[3]["message"] == "customer: This field is required."


def test_effects_and_mails_are_counted_as_of_a_put_under_the_batchs_id(garage, sandbox, passport):
    batch = garage.queue(passport(send=True), key="k").json()["id"]
    sandbox.run_batches()
    (effect,) = sandbox.effects()
    assert (effect.verb, effect.key, effect.result, effect.send, effect.mailed) == (
        "put",
        batch,
        "created",
        True,
        True,
    )
    assert effect.body == passport(send=True)
    assert [(mail.plate, mail.address, mail.cause) for mail in sandbox.mails()] == [("X0001X", ANNA, "batch")]


def test_one_plate_may_stand_in_a_batch_twice_and_the_later_one_is_an_update(garage, sandbox, passport):
    batch = garage.queue(passport(send=True), passport(send=True)).json()["id"]
    sandbox.run_batches()
    assert [item[1:3] for item in results(garage, batch)] == [("created", True), ("updated", False)]


def test_batches_run_in_the_order_in_which_they_were_taken(garage, sandbox, passport):
    for make in ("een", "twee"):
        garage.queue(passport(vehicle={"make": make}))
    sandbox.run_batches()
    assert [effect.body["vehicle"]["make"] for effect in sandbox.effects()] == ["een", "twee"]


def test_a_batch_is_found_by_its_reference_and_by_no_other(garage, other_garage, passport):
    first = garage.queue(passport(), reference="nacht-1").json()
    second = garage.queue(passport(), reference="nacht-1").json()
    garage.queue(passport(), reference="nacht-2")
    assert garage.find("nacht-1") == [first, second]
    assert garage.find("nacht-3") == []
    assert other_garage.find("nacht-1") == []


@pytest.mark.parametrize("query", ["", "?reference=", "?reference=a&reference=b"])
def test_to_find_batches_one_reference_is_said(garage, query):
    answer = garage.call("GET", f"/batches{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_lost_answer_is_looked_up_and_the_same_key_takes_no_second_batch(garage, sandbox, passport):
    sandbox.order_fault(status=500, after_deed=True, method="POST", times=1)
    assert garage.queue(passport(), key="k").status_code == 500
    (found,) = garage.find("nacht-1")
    assert garage.queue(passport(), key="k").json() == found
    assert garage.queue(passport("X0002X"), key="k").json()["code"] == "idempotency_key_reused"
    assert len(sandbox.batches()) == 1


def test_a_server_that_ignores_keys_takes_it_again(garage, sandbox, passport):
    sandbox.set_mode("ignores")
    for _ in range(2):
        garage.queue(passport(), key="k")
    assert len(garage.find("nacht-1")) == 2


def test_a_queued_batch_is_withdrawn_and_never_runs(garage, sandbox, clock, passport):
    batch = garage.queue(passport()).json()["id"]
    assert garage.withdraw(batch, key="w").status_code == 204
    assert garage.withdraw(batch, key="w").status_code == 204  # the first answer, once more
    assert garage.withdraw(batch, key="w2").json()["code"] == "not_found"
    assert garage.batch(batch).status_code == 404
    assert garage.find("nacht-1") == []
    clock.forward(days=3)
    sandbox.run_batches()
    assert sandbox.effects() == []
    assert [taken.state for taken in sandbox.batches()] == ["withdrawn"]


@pytest.mark.parametrize(("only", "state"), [(0, "running"), (None, "done")])
def test_a_batch_that_runs_or_ran_is_not_withdrawn(garage, sandbox, passport, only, state):
    batch = garage.queue(passport()).json()["id"]
    sandbox.run_batches(only=only)
    answer = garage.withdraw(batch)
    assert (answer.status_code, answer.json()["code"]) == (409, "running")
    assert garage.batch(batch).json()["state"] == state


@pytest.mark.parametrize(
    "batch", ["batch-2", "batch-01", "2", "x", "batch-1%0A", "batch-99999999999999999999"]
)
def test_a_batch_that_is_not_there_is_not_found(garage, passport, batch):
    garage.queue(passport())
    answers = [garage.batch(batch), garage.items(batch), garage.withdraw(batch)]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(404, "not_found")] * 3


def test_a_batch_of_another_garage_is_not_found(garage, other_garage, passport):
    batch = garage.queue(passport()).json()["id"]
    answers = [other_garage.batch(batch), other_garage.items(batch), other_garage.withdraw(batch)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_a_running_batch_tells_what_it_has_and_is_complete_when_done(garage, sandbox, clock, passport):
    batch = garage.queue(*[passport(f"X000{n}X") for n in range(3)]).json()["id"]
    sandbox.run_batches("garage-a", only=2)
    told = garage.batch(batch).json()
    assert (told["state"], told["run_at"], told["finished_at"]) == (
        "running",
        "2026-03-02T01:00:00.000Z",
        None,
    )
    assert told["counts"] == {"total": 3, "created": 2, "updated": 0, "failed": 0}
    assert len(results(garage, batch)) == 2
    clock.forward(days=2)
    assert garage.batch(batch).json()["state"] == "running"
    sandbox.run_batches()
    assert garage.batch(batch).json()["finished_at"] == "2026-03-04T01:00:00.000Z"
    assert len(results(garage, batch)) == 3


def test_batches_of_one_garage_are_run_alone(garage, other_garage, sandbox, passport):
    garage.queue(passport())
    other_garage.queue(passport())
    sandbox.run_batches("garage-b")
    assert [taken.state for taken in sandbox.batches()] == ["queued", "done"]


@pytest.mark.parametrize("only", [-1, True, "1"])
def test_so_many_items_is_a_whole_number_from_0(sandbox, only):
    with pytest.raises(ValueError, match="only"):
        sandbox.run_batches(only=only)


def refused(answer):
    problem = answer.json()
    return answer.status_code, problem["code"], [(e["field"], e["code"]) for e in problem["errors"]]


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"reference": None}, [("reference", "required")]),
        ({"reference": ""}, [("reference", "invalid")]),
        ({"reference": 1}, [("reference", "invalid")]),
        ({"passports": None}, [("passports", "required")]),
        ({"passports": {}}, [("passports", "invalid")]),
        ({"passports": ["X0001X"]}, [("passports[0]", "invalid")]),
        ({"passports": [{"plate": "X0001X"}, {}]}, [("passports[1].plate", "required")]),
        ({"passports": [{"plate": 1}]}, [("passports[0].plate", "invalid")]),
        ({"run_at": "nu"}, [("run_at", "unknown_field")]),
    ],
)
def test_only_its_structure_can_refuse_a_batch_and_then_nothing_is_taken(garage, sandbox, change, errors):
    body = {"reference": "nacht-1", "passports": [], **change}
    answer = garage.call("POST", "/batches", "key-x", json=body)
    assert refused(answer) == (422, "invalid", errors)
    assert sandbox.batches() == []


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"[]", "application/json", 400, "malformed"),
        (b"{", "application/json", 400, "malformed"),
        (b"{}", "text/csv", 415, "malformed"),
        (b" " * 1_048_577, "application/json", 413, "too_large"),
    ],
)
def test_what_is_no_batch_at_all_is_refused(garage, sandbox, body, kind, status, code):
    answer = garage.call("POST", "/batches", "key-x", data=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert sandbox.batches() == []


@pytest.mark.parametrize(("limit", "status"), [(2, 413), (3, 202), (None, 202)])
def test_a_batch_beyond_the_garages_limit_is_too_large(clock, garage, limit, status):
    facts = Garage("garage-a", "Garage", batch_size=limit)
    with Sandbox({"t": "garage-a"}, clock=clock, garages=[facts], threads=4) as sandbox:
        client = type(garage)(sandbox.url, "t")
        answer = client.queue(*[client.passport(f"X000{n}X") for n in range(3)])
        client.close()
        assert answer.status_code == status
        assert len(sandbox.batches()) == (status == 202)


def test_a_write_without_a_key_is_malformed(garage, passport):
    answers = [
        garage.call("POST", "/batches", json={"reference": "r", "passports": []}),
        garage.call("DELETE", "/batches/batch-1"),
    ]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(400, "malformed")] * 2


def test_an_empty_batch_is_done_when_it_ran(garage, sandbox):
    batch = garage.queue().json()["id"]
    sandbox.run_batches()
    assert garage.batch(batch).json()["counts"]["total"] == 0
    assert garage.items(batch).json() == {"items": [], "next": None}


def test_items_are_read_page_by_page_until_there_is_no_cursor(garage, ten):
    batch, plates = ten
    assert walk(garage, batch, limit=4) == [plates[:4], plates[4:8], plates[8:]]
    assert walk(garage, batch, limit=5) == [plates[:5], plates[5:]]
    assert walk(garage, batch) == [plates]


def test_pages_may_come_from_the_end_and_none_is_missed(garage, sandbox, ten):
    batch, plates = ten
    sandbox.order_fault(page="backwards", path="/batches/*/items", times=1)
    back = plates[::-1]
    assert walk(garage, batch, limit=4) == [back[:4], back[4:8], back[8:]]


def test_pages_may_come_twice_each(garage, sandbox, ten):
    batch, plates = ten
    sandbox.order_fault(page="again", path="/batches/*/items")
    assert walk(garage, batch, limit=5) == [plates[:5], plates[:5], plates[5:], plates[5:]]


def test_a_page_may_hold_its_items_twice(garage, sandbox, ten):
    batch, plates = ten
    sandbox.order_fault(page="twice", path="/batches/*/items", after=1)
    assert walk(garage, batch, limit=5) == [plates[:5], plates[5:] * 2]


def test_pages_backwards_may_come_twice_as_well(garage, sandbox, ten):
    batch, plates = ten
    sandbox.order_fault(page="backwards", times=1)
    sandbox.order_fault(page="again", times=1)
    back = plates[::-1]
    assert walk(garage, batch, limit=5) == [back[:5], back[5:], back[5:]]


@pytest.mark.parametrize("query", [{"after": "x"}, {"limit": 0}])
def test_a_query_that_makes_no_sense_is_malformed(garage, ten, query):
    answer = garage.items(ten[0], **query)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_cursor_of_another_batch_is_unknown(garage, sandbox, ten, passport):
    cursor = garage.items(ten[0], limit=1).json()["next"]
    other = garage.queue(passport(), passport("X0002X")).json()["id"]
    sandbox.run_batches()
    assert garage.items(other, after=cursor).status_code == 400


def test_a_state_file_keeps_what_is_queued(tmp_path, clock, garage):
    state = tmp_path / "sandbox.db"
    with Sandbox({"t": "garage-a"}, state=state, clock=clock, threads=4) as sandbox:
        client = type(garage)(sandbox.url, "t")
        client.queue(client.passport())
        client.close()
    clock.forward(days=1)
    with Sandbox({"t": "garage-a"}, state=state, clock=clock, threads=4) as sandbox:
        assert [taken.state for taken in sandbox.batches()] == ["done"]


def test_the_control_side_shows_the_batches_and_runs_them(garage, control, passport):
    garage.queue(passport(send=True), key="k")
    assert control("POST", "/batches/run", json={"garage": "garage-a", "only": 0}).status_code == 204
    told = control("GET", "/batches?garage=garage-a").json()
    assert told["count"] == 1
    (shown,) = told["batches"]
    assert (shown["id"], shown["key"], shown["state"]) == ("batch-1", "k", "running")
    assert shown["passports"] == [passport(send=True)]
    assert control("POST", "/batches/run", json={}).status_code == 204
    assert control("GET", "/mails").json()["count"] == 1
    assert control("POST", "/batches/run", json={"only": "alles"}).status_code == 400
