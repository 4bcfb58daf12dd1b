"""Headers and titles: which of their words name nobody and stay, and when a first row is a customer and no header.

A title may hold whoever printed the list, and a row that is taken for a header may be a customer. So a cell of either
stays only where it is the name of a column, or all of its words are among those that stand in such names and titles.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from connector import dictionary
from connector.columns import normalised, trimmed
from connector.dictionary import folded
from connector.disguise.words import WORD
from connector.model import CANONICAL_FIELDS
from connector.proposing import looks, names

_WORDS = frozenset(
    """
de het een van voor per en of op tot met aan bij in uit te door om naar the by from to and for
datum dat tijd periode lijst overzicht export rapport bestand pagina pag blad afdruk afdrukdatum afgedrukt gedrukt
gemaakt aangemaakt gewijzigd gebruiker gebruikersnaam medewerker selectie alle totaal totalen aantal regel regels record
records rij rijen kolom klanten klant klantenlijst klantenbestand klantgegevens relaties relatie debiteuren debiteur
crediteur leverancier voertuigen voertuig voertuiggegevens auto autos kentekens kenteken wagen garage autobedrijf
vestiging filiaal apk keuring onderhoud beurt service mailing mailen mailings nieuwsbrief herinnering oproep
vervaldatum vervaldag verval vervalt geldig geldigheid laatste laatst volgende eerste tweede derde vorige nieuwe oude
nr nummer code id soort type status omschrijving naam namen achternaam voornaam voorletters voorletter voorl
tussenvoegsel tussenv aanhef titel geslacht geboortedatum prive privé zakelijk zakelijke thuis werk mobiel mobiele
telefoon telefoonnummer tel telnr fax email mail mailadres emailadres adres straat huisnummer huisnr toevoeging
toev postcode plaats woonplaats woonpl provincie landcode merk model uitvoering chassis chassisnummer chassisnr meldcode
brandstof bouwjaar kleur km kilometer kilometers kilometerstand kmstand stand teller tellerstand afmelding afgemeld
registratie registratiedatum toelating afgifte toestemming geen wel niet ja nee opmerking opmerkingen memo notitie
notities bedrag omzet saldo btw kvk iban rekening factuur factuurnummer factuurdatum werkorder order bezoek
laatstebezoek contactpersoon contact bestuurder eigenaar contractant berijder houder kentekenhouder
lease leasemaatschappij rol taal bedrijf bedrijfsnaam firma firmanaam relatienummer relatienr klantnummer klantnr
debiteurnummer debiteurnr tekst dd mm jj jjjj yyyy yy hh ss
list report date user printed created modified updated customers customer vehicle vehicles registration number
no name first last phone mobile home work private business address postal zip country due expiry mileage make fuel
notes remarks opt out consent language
    """.split()  # noqa: SIM905  # as one reads them
)
"""Words of headers and titles, folded. Those that are somebody's name as well are left out, however usual."""

_ALSO_PEOPLE = frozenset(
    {"ken", "deb", "kent", "land", "stad", "town", "vast", "mot", "init", "vl", "tv", "pc"}
)
"""Names of columns that are people's names, or their initials: by themselves they are not certain."""

_INITIALS = re.compile(r"(?:[^\W\d_]\. ?)+")
_E_MAIL = re.compile(r"\be-(?=mail)", re.IGNORECASE)
"""Of `e-mail`; an E by itself may be an initial."""

_MOST_DIGITS = 2
"""Digits in a row that may stay: `Adres 2`, and no house number, year of birth or part of a telephone number."""

_OF_DATA = ("plate", "date", "postal_code", "mobile", "phone", "vin")
_LIKE_DATA = re.compile(r"[0-9@]")
_NUMBERED = re.compile(r"[^\W\d_]{3,}[ ._-]?[0-9]{1,2}")
"""The name of a column with a number behind it: `Veld 3`."""

_CERTAIN = 2
"""Names of columns that make the other cells of their row such names as well, where they may be."""

_MOSTLY = 0.8


def names_nobody(text: str) -> bool:
    """Whether a text is the name of a column, or made of the words of such names and titles alone."""
    if is_doubtful(text):
        return False
    words = WORD.findall(_E_MAIL.sub("e", text))
    is_name = names.is_known(text) or text.casefold() in CANONICAL_FIELDS
    return is_name or all(_is_harmless(word) or _is_small(word) for word in words)


def is_doubtful(text: str) -> bool:
    """Whether the name of a column is somebody's name too, or their initials."""
    return folded(text) in _ALSO_PEOPLE or _INITIALS.fullmatch(text) is not None


def harmless_words(text: str) -> set[str]:
    """The words of a text, in small letters, that may stay though others of it go."""
    kept = {word.lower() for word in WORD.findall(text) if _is_harmless(word)}
    return kept | {"e"} if _E_MAIL.search(text) else kept


def _is_harmless(word: str) -> bool:
    return folded(word) in _WORDS


def _is_small(word: str) -> bool:
    return word.isdigit() and len(word) <= _MOST_DIGITS


def is_all_names(row: Sequence[str]) -> bool:
    """Whether every cell of a row, of two at least, is certainly the name of a column: no customer's row is that."""
    filled = _filled(row)
    return len(filled) >= 2 and all(names.is_known(cell) and not is_doubtful(cell) for cell in filled)


def is_customer(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row that was taken for the header is rather a customer, to be told from those below it.

    It is where it holds a plate or an address, or where it has figures or an @ in all of the columns that have
    them in nearly every row. A row of column names is none, whatever stands below it.
    """
    filled = _filled(first)
    if any(looks.is_plate(cell) or ("@" in cell and looks.is_email(cell)) for cell in filled):
        return True
    if all(names_nobody(cell) or is_doubtful(cell) for cell in filled):
        return False
    told = [trimmed(first[at]) for at in _columns_of_data(below) if at < len(first)]
    told = [cell for cell in told if cell]
    return any(map(_is_like_data, told)) and all(_is_like_data(each) or _says_none(each) for each in told)


def kept(row: Sequence[str], mapped: Collection[str], fields: Mapping[int, str]) -> list[bool]:
    """Of each cell of a header or title whether it stays word for word.

    `mapped` are the names, normalised, that the garage's file gives columns; `fields` what the columns below are
    known to hold, by their places. The name of a column that is somebody's too stays among names alone, or above a
    column that holds what it says.
    """
    cells = [trimmed(each) for each in row]
    certain = [_is_certain(cell, mapped) for cell in cells]
    unsure = [cell for cell, is_certain in zip(cells, certain, strict=True) if not is_certain]
    is_header = all(map(is_doubtful, unsure)) and len(_filled(row)) - len(unsure) >= _CERTAIN
    return [
        is_certain or (is_doubtful(cell) and (is_header or _says(cell, fields.get(at))))
        for at, (cell, is_certain) in enumerate(zip(cells, certain, strict=True))
    ]


def _is_certain(cell: str, mapped: Collection[str]) -> bool:
    if names_nobody(cell):
        return True
    return normalised(cell) in mapped and "@" not in cell and not is_data(cell)


def _says(name: str, field: str | None) -> bool:
    meant = names.meaning(name)
    return meant is not None and meant[0] == field


def is_data(cell: str) -> bool:
    """Whether a cell is something of a customer's, and no name of a column: a plate, a date, a number to call."""
    return any(looks.LOOKS[look](cell) for look in _OF_DATA)


def _filled(row: Sequence[str]) -> list[str]:
    return [cell for each in row if (cell := trimmed(each))]


def _columns_of_data(rows: Sequence[Sequence[str]]) -> list[int]:
    """The places of columns of which nearly every filled cell has figures or an @."""
    cells: Mapping[int, list[str]] = {at: [] for at in range(max(map(len, rows), default=0))}
    for row in rows:
        for at, cell in enumerate(row):
            if (said := trimmed(cell)) and not _says_none(said):
                cells[at].append(said)
    return [at for at, said in cells.items() if said and sum(map(_is_like_data, said)) >= _MOSTLY * len(said)]


def _is_like_data(cell: str) -> bool:
    return _LIKE_DATA.search(cell) is not None and _NUMBERED.fullmatch(cell) is None


def _says_none(cell: str) -> bool:
    return dictionary.is_no_address(cell) or dictionary.is_no_plate(cell)
