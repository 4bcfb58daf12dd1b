"""The CSW-like stand-in, polled as its example garage does: offsets in the order of change, look-ups, a block."""

from __future__ import annotations

from gms_server import Answered


def source(garage):
    return next(each for each in garage.stand()["sources"] if each["name"] == "klanten-api")


def plates(garage):
    return sorted(plate for _, plate, _ in garage.effects())


def test_a_first_poll_reads_every_page_from_since_with_each_car_s_customer(csw, from_csw):
    csw.add(1, "2024-12-31T22:59:59")
    for number in range(2, 7):
        csw.add(number, f"2026-01-0{number}T10:00:00")
    garage = from_csw()
    said = garage.run()
    assert (said.status, said.err) == (0, "")
    assert plates(garage) == [f"ZZ00{number}Z" for number in range(2, 7)]
    assert garage.trace("ZZ002Z")["state"] == "delivered"
    assert csw.asked("/api/v2/vehicles")[0].query["$where"] == "modified ge '2024-12-31T23:00:00'"
    assert len(csw.asked("/api/v2/customers/2")) == 1, "a customer is asked once, however many pages name him"
    assert source(garage)["state"] == "ok"


def test_a_poll_that_brings_nothing_new_costs_igarage_nothing_and_leaves_no_trace(csw, from_csw):
    for number in range(1, 4):
        csw.add(number, f"2026-01-0{number}T10:00:00")
    garage = from_csw()
    garage.run()
    before = (garage.asked(), garage.ask("rejected", "--all"), garage.stand()["sources"][1]["last_file"])
    assert garage.run().status == 0
    assert (
        garage.asked(),
        garage.ask("rejected", "--all"),
        garage.stand()["sources"][1]["last_file"],
    ) == before
    assert csw.asked("/api/v2/vehicles")[-1].query["$where"] == "modified ge '2026-01-03T09:59:59'"


def test_a_change_is_read_by_the_next_poll_and_delivered_once(csw, from_csw):
    for number in range(1, 4):
        csw.add(number, f"2026-01-0{number}T10:00:00")
    garage = from_csw()
    garage.run()
    csw.add(2, "2026-01-04T08:00:00", brand="Saab")
    garage.run()
    assert [each.result for each in garage.deeds()] == ["created"] * 3 + ["updated"]


def test_of_records_that_changed_in_the_same_second_none_is_lost_between_two_pages(csw, from_csw):
    for number in range(1, 10):
        csw.add(number, "2026-01-01T10:00:00")
    garage = from_csw()
    garage.run()
    assert len(plates(garage)) == 9


def test_a_record_that_changes_while_the_pages_are_read_moves_no_other_off_its_page(csw, from_csw):
    for number in range(1, 10):
        csw.add(number, f"2026-01-01T10:00:{number * 5:02}")

    def meanwhile(asked):
        pages = len(csw.asked("/api/v2/vehicles"))
        if asked.path.endswith("/vehicles") and 2 <= pages <= 4:
            csw.vehicles[pages - 1]["modified"] = f"2026-01-02T10:00:0{pages}"

    csw.before = meanwhile
    garage = from_csw()
    garage.run()
    assert len(plates(garage)) == 9


def test_an_api_that_gives_fewer_records_than_were_asked_for_is_read_to_its_end(csw, from_csw):
    for number in range(1, 8):
        csw.add(number, f"2026-01-01T10:{number:02}:00")
    csw.most = 3
    garage = from_csw(
        settings={"paging": {"type": "offset", "param": "$offset", "size_param": "$limit", "size": 5}}
    )
    garage.run()
    assert len(plates(garage)) == 7


def test_a_record_dated_far_ahead_does_not_move_the_cursor_past_the_others(csw, from_csw):
    csw.add(1, "2026-01-01T10:00:00")
    csw.add(2, "2099-01-01T10:00:00")
    garage = from_csw()
    garage.run()
    csw.add(3, "2026-01-02T10:00:00")
    garage.run()
    assert plates(garage) == ["ZZ001Z", "ZZ002Z", "ZZ003Z"]


def test_a_429_slows_the_polls_down_and_loses_nothing(csw, from_csw):
    for number in range(1, 4):
        csw.add(number, f"2026-01-0{number}T10:00:00")
    csw.faults = [Answered({}, 429, {"Retry-After": "1"})]
    garage = from_csw()
    assert garage.run().status == 0
    assert len(plates(garage)) == 3


def test_who_is_asked_to_wait_long_waits_and_goes_on_with_the_same_page(csw, from_csw):
    for number in range(1, 6):
        csw.add(number, f"2026-01-0{number}T10:00:00")
    garage = from_csw(
        settings={"lookups": {}, "columns": {**COLUMNS, "email": "mail", "last_name": "license"}}
    )
    for each in csw.vehicles.values():
        each["mail"] = "klant@voorbeeld.example"
    csw.before = lambda asked: (
        csw.faults.append(Answered({}, 429, {"Retry-After": "600"})) if len(csw.requests) == 1 else None
    )
    said = garage.run()
    assert said.status == 5 and "vraagt om minder verzoeken" in said.err
    assert garage.effects() == [] and source(garage)["state"] == "unavailable"
    asked = csw.asked("/api/v2/vehicles")[-1].query
    csw.before = lambda asked: None
    garage.run()
    assert csw.asked("/api/v2/vehicles")[2].query == asked, "the page that failed, with the same cursor"
    assert len(plates(garage)) == 5


COLUMNS = {"plate": "license", "make": "brand", "apk_due": "apkDate", "opt_out": "optOut"}


def test_a_block_pauses_the_source_and_says_so(csw, from_csw):
    csw.add(1, "2026-01-01T10:00:00")
    csw.block_at = 2
    garage = from_csw()
    said = garage.run()
    assert said.status == 5
    assert source(garage)["state"] == "paused"
    assert "laat deze koppeling niet toe (403)" in garage.stand()["message"]
    assert len(csw.requests) == 2, "nothing is asked again at once"


def test_a_refused_key_pauses_that_source_alone_and_says_so(csw, from_csw, car):
    csw.add(1, "2026-01-01T10:00:00")
    garage = from_csw()
    csw.key = "another-key"
    garage.export(car(7))
    said = garage.run()
    assert said.status == 5 and "controleer het geheim" in said.err
    assert source(garage)["state"] == "paused"
    assert plates(garage) == ["ZZ007Z"], "the export beside it goes on"
    assert "csw-key" not in said.out + said.err


def test_without_its_secret_nothing_is_asked_of_the_garage_system(csw, from_csw, tmp_path):
    garage = from_csw()
    (tmp_path / "gms.secret").unlink()
    said = garage.run()
    assert "het geheim van http.auth ontbreekt" in said.err
    assert csw.requests == []


def test_a_customer_that_is_gone_leaves_its_car_without_an_address(csw, from_csw):
    csw.add(1, "2026-01-01T10:00:00")
    csw.add(2, "2026-01-02T10:00:00")
    del csw.customers[1]
    garage = from_csw()
    garage.run()
    assert plates(garage) == ["ZZ002Z"]
    assert [each["reason"] for each in garage.ask("skipped")] == ["no_email"]


def test_a_rejected_record_names_itself_and_stays_listed_until_it_is_mended(csw, from_csw):
    csw.add(1, "2026-01-01T10:00:00", license="ZZ-1")
    csw.add(2, "2026-01-02T10:00:00")
    garage = from_csw()
    garage.run()
    (row,) = garage.ask("rejected")
    assert (row["column"], row["value"], row["file"][:10]) == ("license", "ZZ-*", "bevraging ")
    assert row["message"].endswith("Het is record 1 van het garagesysteem.")
    csw.add(3, "2026-01-09T10:00:00")
    garage.run()
    assert [each["first_seen"] for each in garage.ask("rejected")] == [row["first_seen"]]
    csw.add(1, "2026-01-10T10:00:00")
    garage.run()
    assert garage.ask("rejected") == []
    assert plates(garage) == ["ZZ001Z", "ZZ002Z", "ZZ003Z"]


def test_an_opt_out_that_no_record_has_any_more_holds_the_poll_and_mails_nobody(csw, from_csw):
    csw.add(1, "2026-01-01T10:00:00")
    del csw.vehicles[1]["optOut"]
    garage = from_csw()
    said = garage.run()
    assert "optOut (opt_out)" in said.err and garage.effects() == []
    assert [each["reason"] for each in garage.ask("held")] == ["layout_unknown"]
    csw.vehicles[1]["optOut"] = None
    assert garage.run().status == 0 and plates(garage) == ["ZZ001Z"]


def test_a_field_that_is_gone_from_every_record_holds_the_poll_and_names_what_looks_like_it(csw, from_csw):
    for number in range(1, 31):
        csw.add(number, f"2026-01-01T10:00:{number:02}")
        csw.vehicles[number]["licensePlate"] = csw.vehicles[number].pop("license")
    garage = from_csw(
        settings={"paging": {"type": "offset", "param": "$offset", "size_param": "$limit", "size": 50}}
    )
    assert garage.run().status == 3
    (held,) = garage.ask("held")
    assert (held["reason"], source(garage)["state"]) == ("layout_unknown", "held")
    assert "license (plate), bedoelt u “licensePlate”?" in held["message"]
    assert garage.effects() == []
    said = garage.main("release", "--file", str(held["id"]))
    assert said.status != 0 and "gaat vanzelf verder" in said.err
    for each in csw.vehicles.values():
        each["license"] = each.pop("licensePlate")
    assert garage.run().status == 0
    assert garage.ask("held") == [] and len(plates(garage)) == 30


def test_other_settings_end_a_poll_that_is_held_for_its_form(csw, from_csw):
    csw.add(1, "2026-01-01T10:00:00")
    garage = from_csw(settings={"records": "items[]"})
    assert garage.run().status == 3
    (held,) = garage.ask("held")
    assert "op items[] staat geen lijst van records in het antwoord; bedoelt u value[]?" in held["message"]
    (source_,) = garage._settings["more_sources"]
    source_["settings"]["records"] = "value[]"
    garage.configure()
    assert garage.run().status == 0
    assert garage.ask("held") == [] and plates(garage) == ["ZZ001Z"]


def test_a_page_of_somebody_between_is_no_question_to_anybody(csw, from_csw):
    csw.add(1, "2026-01-01T10:00:00")
    csw.faults = [
        Answered("<html>inloggen op wifi</html>", 200, {"Content-Type": "text/html"}),
        Answered({}, 404),
    ]
    garage = from_csw()
    for told in ("antwoordt geen JSON", "weigert de vraag (404)"):
        said = garage.run()
        assert (said.status, told in said.err) == (5, True), said.err
        assert garage.ask("held") == [] and source(garage)["state"] == "unavailable"
    assert garage.run().status == 0 and plates(garage) == ["ZZ001Z"]


def test_a_poll_out_of_proportion_is_held_until_a_person_lets_it_pass(csw, from_csw):
    for number in range(1, 13):
        csw.add(number, f"2026-01-01T10:00:{number:02}")
    garage = from_csw()
    garage.configure(brake={"changed": {"percent": 20, "passports": 2}})
    garage.run()
    for number in range(1, 13):
        csw.add(number, f"2026-02-01T10:00:{number:02}")
        csw.customers[number]["lastName"] = "Iemand anders"
    assert garage.run().status == 3
    (held,) = garage.ask("held")
    assert (held["reason"], source(garage)["state"]) == ("passports_changed", "held")
    before = len(csw.requests)
    garage.run()
    assert len(csw.requests) == before, "a person is waited for, and nothing asked"
    assert garage.main("release", "--file", str(held["id"])).status == 0
    assert garage.run().status == 0
    assert [each.result for each in garage.deeds()] == ["created"] * 12 + ["updated"] * 12


def test_a_held_poll_that_is_discarded_is_not_read_again(csw, from_csw):
    for number in range(1, 13):
        csw.add(number, f"2026-01-01T10:00:{number:02}")
    garage = from_csw(lag="0s")
    garage.configure(brake={"changed": {"percent": 20, "passports": 2}})
    garage.run()
    for number in range(1, 13):
        csw.add(number, f"2026-02-01T10:00:{number:02}")
        csw.customers[number]["lastName"] = "Iemand anders"
    garage.run()
    (held,) = garage.ask("held")
    garage.main("discard", "--file", str(held["id"]))
    for number in range(1, 13):
        csw.vehicles[number]["modified"] = "2026-01-01T10:00:00"
    csw.add(13, "2026-02-02T10:00:00")
    garage.run()
    assert [each.plate for each in garage.deeds()][12:] == ["ZZ013Z"]


def test_a_reset_reads_a_range_anew_and_costs_nothing_where_nothing_changed(csw, from_csw):
    for number in range(1, 4):
        csw.add(number, f"2026-01-0{number}T10:00:00")
    garage = from_csw()
    garage.run()
    csw.add(4, "2025-06-01T00:00:00")  # put back under an old date, as a restored GMS does
    garage.run()
    assert len(plates(garage)) == 3
    said = garage.main("source", "reset", "klanten-api", "--since", "2025-05-01", "--garage", "jansen")
    assert (said.status, said.out) == (0, "Bron klanten-api wordt opnieuw gelezen vanaf 01-05-2025.\n")
    before = len(garage.asked())
    garage.run()
    assert plates(garage) == ["ZZ001Z", "ZZ002Z", "ZZ003Z", "ZZ004Z"]
    assert len(garage.asked()) == before + 1


def test_other_settings_read_all_of_it_anew(csw, from_csw):
    for number in range(1, 4):
        csw.add(number, f"2026-01-0{number}T10:00:00", colour="rood")
    garage = from_csw()
    garage.run()
    (source_,) = garage._settings["more_sources"]
    source_["settings"]["columns"]["model"] = "colour"
    garage.configure()
    garage.run()
    assert [each.result for each in garage.deeds()] == ["created"] * 3 + ["updated"] * 3


def test_what_cannot_be_reset_says_why(csw, from_csw):
    garage = from_csw()
    garage.run("--garage", "jansen")
    for arguments, told in (
        (("klanten",), "no polled source 'klanten'; known: klanten-api"),
        (("klanten-api", "--since", "2999-01-01"), "--since lies ahead of today"),
        (("klanten-api", "--since", "31-01-2026"), "Invalid value for '--since'"),
    ):
        said = garage.main("source", "reset", *arguments)
        assert (said.status, told in said.err) == (2, True), said.err


def test_a_source_that_was_never_polled_needs_no_reset(csw, from_csw, car):
    garage = from_csw()
    assert "er is nog geen administratie" in garage.main("source", "reset", "klanten-api").err
    (source_,) = garage._settings.pop("more_sources")
    garage.configure()
    garage.run()
    garage.configure(more_sources=[source_])
    assert "nog nooit bevraagd" in garage.main("source", "reset", "klanten-api").err


def test_a_look_up_that_is_refused_rejects_its_record_alone(csw, from_csw):
    csw.add(1, "2026-01-01T10:00:00")
    csw.add(2, "2026-01-02T10:00:00")
    garage = from_csw()
    csw.broken = {"/api/v2/customers/1": 400}
    garage.run()
    assert plates(garage) == ["ZZ002Z"]
    (row,) = garage.ask("rejected")
    assert (row["code"], row["column"]) == ("lookup_failed", "customer")
    assert "(400)" in row["message"] and "source reset" in row["message"]


def test_one_record_without_a_key_or_a_time_that_can_be_read_stops_no_other(csw, from_csw):
    csw.add(1, "2026-01-01T10:00:00", id=None)
    csw.add(2, "2026-01-02 kwart over tien")
    csw.add(3, "2026-01-03T10:00:00")
    csw.vehicles[1]["id"] = None
    garage = from_csw(settings={"params": {"$order": "id"}})
    csw.order = lambda each: each["modified"]
    garage.run()
    assert plates(garage) == ["ZZ001Z", "ZZ002Z", "ZZ003Z"]


def test_signs_that_no_database_takes_stop_nothing(csw, from_csw):
    csw.add(1, "2026-01-01T10:00:00", brand="Vol\u0000vo \ud800", id="1\u0000\ud800")
    csw.customers[1]["lastName"] = "Jan\udfffsen\u0000"
    csw.add(2, "2026-01-01T10:00:00", license="", id="2\ud800\u0000")
    csw.order = lambda each: each["modified"]
    garage = from_csw()
    assert garage.run().err == ""
    assert plates(garage) == ["ZZ001Z"]


def test_a_look_up_goes_to_one_customer_whatever_its_number_looks_like(csw, from_csw):
    csw.add(1, "2026-01-01T10:00:00", customerId="../vehicles?$limit=9")
    csw.add(2, "2026-01-01T10:00:00", customerId="..")
    csw.add(3, "2026-01-01T10:00:00", customerId="")
    garage = from_csw()
    garage.run()
    asked = {each.path for each in csw.requests} - {"/api/v2/vehicles"}
    assert asked == {"/api/v2/customers/..%2Fvehicles%3F%24limit%3D9"}
    assert [each["reason"] for each in garage.ask("skipped")] == ["no_email"] * 3


def test_a_change_that_is_written_late_is_read_within_the_lag(csw, from_csw):
    csw.add(1, "2026-01-01T10:00:00")
    garage = from_csw()
    garage.run()
    csw.add(2, "2026-01-01T09:00:01")
    csw.add(3, "2026-01-01T08:59:00")
    garage.run()
    assert plates(garage) == ["ZZ001Z", "ZZ002Z"]
