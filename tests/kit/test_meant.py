"""A column that is gone from an export is told with the one that has its place now, by what systems call them."""

from __future__ import annotations

import pytest

from connector import kit
from connector.errors import SourceFormatError
from connector.kit.meant import meaning_of


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("E-mail", "email"),
        ("E-MAIL KLANT", "email"),
        ("Kent.", "plate"),
        ("Vervaldatum APK", "apk_due"),
        ("GSM", "mobile"),
        ("Bestuurder e-mail privé", "driver.email"),
        ("Eigenaar.Achternaam", "owner.last_name"),
        ("Klantmail", None),
        ("Bestuurder kleurtje", None),
        ("Opmerking", None),
    ],
)
def test_a_name_means_a_field_and_whose_it_is(name: str, meaning: str | None) -> None:
    assert meaning_of(name) == meaning


def refused(needed: list[str], header: list[str]) -> str:
    with pytest.raises(SourceFormatError) as caught:
        kit.refuse_gone(needed, header, needed, kit.folded)
    return str(caught.value)


@pytest.mark.parametrize(
    ("gone", "header", "meant"),
    [
        ("E-mail", ["Emailadres"], "Emailadres"),
        ("E-mail", ["Email adres"], "Email adres"),
        ("E-mail", ["E-mail klant"], "E-mail klant"),
        ("Kenteken", ["Kent."], "Kent."),
        ("Kenteken", ["Nummerplaat"], "Nummerplaat"),
        ("Achternaam", ["Voornaam", "Naam"], "Naam"),
        ("Achternaam", ["Familienaam"], "Familienaam"),
        ("APK datum", ["Datum", "Vervaldatum APK"], "Vervaldatum APK"),
        ("Mobiel", ["Telefoon", "GSM"], "GSM"),
        ("Mobiel", ["Mobiele telefoon"], "Mobiele telefoon"),
        ("Bestuurder achternaam", ["Eigenaar familienaam", "Bestuurder naam"], "Bestuurder naam"),
        ("Eigenaar.EmailPrive", ["Bestuurder.Mail", "Eigenaar.Mail"], "Eigenaar.Mail"),
    ],
)
def test_the_column_that_means_the_same_is_told(gone: str, header: list[str], meant: str) -> None:
    assert f"“{gone}” (bedoelt u “{meant}”?)" in refused([gone], header)


@pytest.mark.parametrize("gone", ["Kenteken", "E-mail", "Achternaam"])
def test_what_every_row_needs_is_not_to_be_called_optional(gone: str) -> None:
    assert "optional" not in refused([gone], [])


@pytest.mark.parametrize("gone", ["APK datum", "Contractant bedrijfsnaam", "Eigenaar e-mail privé"])
def test_what_a_row_can_do_without_may_be_called_optional(gone: str) -> None:
    assert "`optional: true`" in refused([gone], [])
