"""What people at the garage are told, in Dutch: one sentence per code, without a word of the row itself.

`docs/codes.md` shows the same codes with their meaning and remedy.
"""

from __future__ import annotations

from typing import Final

REJECTED: Final = {
    "plate_invalid": "Dit is geen Nederlands kenteken; verbeter het kenteken, of vul het land in"
    " als de auto een buitenlands kenteken heeft.",
    "plate_foreign_needs_country": "Dit is geen Nederlands kenteken en er is geen land ingevuld; verbeter het"
    " kenteken, of vul het land in.",
    "last_name_missing": "Er is geen achternaam en geen bedrijfsnaam; vul een van beide in.",
    "date_invalid": "Deze datum is niet te lezen; schrijf dag-maand-jaar met vier cijfers voor het"
    " jaar, zoals 31-12-2026, of laat het veld leeg.",
    "number_invalid": "Dit is geen kilometerstand; schrijf hele kilometers in cijfers, zoals"
    " 123456, of laat het veld leeg.",
}
"""Rejection code → what is wrong and what to do. The faults of whole rows (`row_too_short`, `row_too_long`,
`encoding_error`, `field_repeated`) are told by the adapter that cut them, for only it knows where."""

PLATE_INVALID_ABROAD: Final = "Dit kan geen kenteken zijn; schrijf alleen letters en cijfers, ten hoogste 15."
"""`plate_invalid` where the country is another than the Netherlands."""

DATE_INVALID_FORMAT: Final = (
    "Deze datum past niet bij het formaat in de instellingen; verbeter de datum of het formaat."
)
"""`date_invalid` where the garage's file gives a `format`."""

UNKNOWN: Final = {
    "country": "Dit land is niet bekend; schrijf de landcode, zoals NL of DE, of de naam van het land.",
    "role": "Deze rol is niet bekend; schrijf eigenaar, bestuurder of contractant.",
    "consent": "Deze toestemming is niet te lezen; schrijf ja, nee of de datum van de toestemming.",
    "opt_out": "Deze afmelding is niet te lezen; schrijf ja, nee of de datum van de afmelding.",
}
"""`value_unknown` by field."""

LOOKALIKES: Final = {
    "O0": " Zijn de letter O en het cijfer 0 verwisseld?",
    "I1": " Zijn de letter I en het cijfer 1 verwisseld?",
    "O0I1": " Zijn de letters O en I verwisseld met de cijfers 0 en 1?",
}
"""What is asked after the sentence on a plate, by what `plates.lookalikes` found."""

SKIPPED: Final = {
    "no_plate": "Er is geen kenteken ingevuld.",
    "no_email": "Er is geen e-mailadres ingevuld.",
    "header_repeated": "Dit is de kopregel nog eens.",
    "totals_line": "Dit is een regel met totalen.",
    "repeated": "Deze rij staat woord voor woord eerder in het bestand.",
    "lease_company": "Alleen een leasemaatschappij heeft een e-mailadres; die is niet de klant.",
    "erased": "Deze klant is op verzoek vergeten en komt niet terug (erase).",
    "duplicate_in_file": "Een andere rij in het bestand heeft hetzelfde kenteken en is genomen.",
}
"""Skip reason → what it means."""

WARNED: Final = {
    "plate_unusual": "Dit kenteken heeft letters die niet worden uitgegeven; controleer het.",
    "apk_out_of_range": "Deze APK-datum ligt meer dan een jaar terug of meer dan vier jaar vooruit;"
    " controleer dag en maand.",
    "date_in_future": "Deze datum ligt in de toekomst; controleer dag en maand.",
    "date_ambiguous": "Deze datum is gelezen als dag-maand-jaar en kan ook anders zijn bedoeld; zet een format"
    " bij de kolom als het vaststaat.",
    "email_several": "Er stond meer dan één e-mailadres in het veld; het eerste geldige is genomen, dit niet."
    " Laat alleen het goede staan.",
    "email_tidied": "Rond dit e-mailadres stond nog iets, zoals een naam of een punt; dat is weggelaten."
    " Laat alleen het adres staan.",
    "phone_zero_restored": "Dit telefoonnummer miste zijn eerste nul, die een rekenblad weglaat; de nul is"
    " teruggezet. Maak er in het rekenblad een tekstkolom van.",
    "phone_rounded": "Een rekenblad heeft dit telefoonnummer afgerond; het wordt niet meegegeven."
    " Maak er in het rekenblad een tekstkolom van.",
    "house_number_date": "Een rekenblad heeft van dit huisnummer een datum gemaakt; het wordt niet meegegeven."
    " Maak er in het rekenblad een tekstkolom van.",
    "vin_odd": "Dit chassisnummer heeft niet de gewone zeventien letters en cijfers; controleer het.",
    "fleet_unknown": "Dit wagenpark staat niet bij delivery.fleet_accounts; de auto gaat zonder Wagenparkaccount."
    " Zet het erbij als het er een heeft.",
    "fleet_account_unknown": "iGarage kent dit Wagenparkaccount niet; de auto gaat zonder. Verbeter de id, of maak"
    " het account in iGarage.",
    "language_unknown": "Deze taal is niet bekend en wordt niet meegegeven. Schrijf de taalcode, zoals nl of de.",
    "control_characters": "Er stonden onzichtbare stuurtekens in dit veld; ze zijn weggelaten. Kijk of het zo"
    " klopt, en typ het anders opnieuw.",
    "text_cut": "Dit veld is langer dan 500 tekens en is daar afgebroken. Maak het korter.",
}
"""Warning code → what is odd, and what to do about it; the row goes on as it would without."""


def of_warning(code: str) -> str:
    """What a warning says; of one that is given no more, as a ledger may remember, its code."""
    return WARNED.get(code, code)
