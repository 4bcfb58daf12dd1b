"""Fleets: the garage system's name of one becomes a Wagenparkaccount that iGarage has, or nothing."""

from __future__ import annotations

import pytest

from connector.sandbox.records import FleetAccount, Garage

HEADER = ("Kenteken", "Achternaam", "E-mail", "Merk", "Leasemaatschappij")
LEASE = {"Leasemaatschappij": "  leaseplan  BV "}


def has(sandbox, *ids):
    accounts = tuple(FleetAccount(each, f"Wagenpark {each}") for each in ids)
    sandbox.describe(Garage("jansen", "Garage Jansen", fleet_accounts=accounts))


@pytest.fixture
def leasing(garage, sandbox):
    """A garage that invites everybody, whose export names the lease company."""
    has(sandbox, "WP-1001", "WP-2002")
    columns = dict.fromkeys(("apk_due", "mileage", "country", "opt_out"))
    garage.configure(
        columns={**columns, "fleet": "Leasemaatschappij"},
        delivery={"send": "always", "fleet_accounts": {"LeasePlan BV": "WP-1001"}},
    )
    return garage


def export(garage, *rows):
    garage.export(*rows, header=HEADER)


def accounts(garage):
    """Plate → the account that iGarage was last given."""
    return {each.plate: each.body.get("fleet_account") for each in garage.deeds() if each.verb == "put"}


def test_a_car_gets_the_account_of_its_fleet_and_one_of_an_unknown_fleet_a_warning(leasing, car):
    export(leasing, {**car(1), **LEASE}, {**car(2), "Leasemaatschappij": "Onbekend Lease"}, car(3))
    assert leasing.run().status == 0
    assert accounts(leasing) == {"ZZ001Z": "WP-1001", "ZZ002Z": None, "ZZ003Z": None}
    assert leasing.stand()["sources"][0]["warnings"] == {"fleet_unknown": 1}
    assert [each["code"] for each in leasing.trace("ZZ-002-Z")["warnings"]] == ["fleet_unknown"]
    assert "Lease" not in str(leasing.deeds()[-1].body)


def test_another_mapping_brings_known_passports_up_to_date_without_a_mail(leasing, car):
    export(leasing, {**car(1), **LEASE}, car(2))
    leasing.run()
    mails = leasing.mails()
    for fleets, wanted in (({"leaseplan bv": "WP-2002"}, "WP-2002"), ({"Andere": "WP-1001"}, None)):
        leasing.configure(delivery={"fleet_accounts": fleets})
        assert leasing.run().status == 0
        assert accounts(leasing)["ZZ001Z"] == wanted
    deeds = len(leasing.deeds())
    leasing.run()
    assert len(leasing.deeds()) == deeds == 4
    assert leasing.mails() == mails and len(mails) == 2


def test_an_account_that_igarage_does_not_have_is_told_and_never_asked_for(leasing, sandbox, car):
    has(sandbox)
    export(leasing, {**car(1), **LEASE})
    assert leasing.run().status == 0
    for _ in range(2):
        assert accounts(leasing) == {"ZZ001Z": None}
        stand = leasing.stand()
        assert stand["unknown_fleet_accounts"] == ["WP-1001"]
        assert (stand["state"], "WP-1001" in stand["message"]) == ("degraded", True)
        leasing.run()
    assert leasing.stand()["sources"][0]["warnings"] == {"fleet_account_unknown": 1}
    has(sandbox, "WP-1001")
    for _ in range(2):
        leasing.run()
    assert accounts(leasing) == {"ZZ001Z": "WP-1001"}
    assert (leasing.stand()["state"], leasing.stand()["unknown_fleet_accounts"]) == ("ok", [])
    has(sandbox, "WP-3")
    leasing.run()
    assert accounts(leasing) == {"ZZ001Z": None}
    assert len(leasing.mails()) == 1


def test_a_fleet_that_is_named_twice_is_a_mistake_in_the_file(leasing):
    leasing.configure(delivery={"fleet_accounts": {"LeasePlan BV": "WP-1", "LEASEPLAN BV ": "WP-2"}})
    said = leasing.main("config", "check")
    assert said.status == 4 and "fleet_accounts" in said.out + said.err
