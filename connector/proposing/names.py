"""The names that garage systems give their columns, and the field each means.

Names are compared as `dictionary.folded` leaves them: `E-mail privé` is `emailprive`, `Km. stand` is `kmstand`.
Dutch, English and the abbreviations of old systems with eight characters for a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from connector.dictionary import folded

_BY_FIELD = """
plate kenteken nummerplaat kentekennummer kentekennr kentekenplaat kentekenvoertuig voertuigkenteken
plate autokenteken kent kentnr kntkn ken knt registration registrationnumber registrationno regno
plate regnr vrm licenseplate licenceplate licensenumber plate plateno platenumber numberplate
plate vehicleregistration kenteken1
make merk automerk merknaam merkomschrijving mrk make vehiclemake brand manufacturer fabrikant
model model modelnaam modelomschrijving type autotype typeomschrijving handelsbenaming mdl
model vehiclemodel
vin chassisnummer chassisnr chassis chasnr chnr vin vinnumber vinnummer framenummer meldcodevin
vin voertuigidentificatie
fuel brandstof brandstofsoort brandst brst fuel fueltype
first_registration eersteregistratiedatum eersteregistratie datumeersteregistratie
first_registration datumeerstetoelating eerstetoelating datumeersteafgifte det
first_registration datum1etoelating datum1eregistratie datdeel1 datumdeel1
first_registration firstregistration firstregistrationdate dateoffirstregistration
first_registration regdate registrationdate
apk_due apkdatum apkvervaldatum apktot apkgeldigtot vervaldatumapk apkverval apkvervalt datumapk
apk_due apkdat apkd apk apkvervdat apkvervaldat motdue motduedate motexpiry motexpirydate motdate
apk_due mot inspectiondue nextmot
service_due volgendebeurt datumvolgendebeurt volgendeonderhoud onderhoudsdatum beurtdatum
service_due servicedatum nextservice servicedue servicedate serviceduedate nextservicedate
service_due volgbeurt
mileage kilometerstand kmstand tellerstand km kms kmst kmstnd mileage odometer odometerreading
mileage currentmileage
mileage_at datumkmstand datumkilometerstand datumtellerstand kmstanddatum kmdatum mileagedate
mileage_at odometerdate
customer_reference relatienr relatienummer klantnr klantnummer klantcode klantid
customer_reference debiteurnr debiteurnummer debnr relnr klnr deb debiteur customerno
customer_reference customernumber customerid customerref accountno accountnumber custno
role rol role hoedanigheid soortrelatie
company bedrijfsnaam bedrijf firma firmanaam zaak bedrijfsnm bedrnaam bedrnm company companyname
company organisatie
initials voorletters voorletter voorl vltrs initialen initials init vl
first_name voornaam roepnaam firstname forename givenname vnaam vrnm roepn
infix tussenvoegsel tussenvoegsels voorvoegsel voorvoegsels tussenv tvgsl tussen voorv tv infix
infix middlename
last_name achternaam familienaam anaam achternm achtnm achtn lastname surname familyname naam
last_name klantnaam name customername nm klant customer naameigenaar eigenaarnaam eigenaar ownername owner
last_name naam1 naambestuurder bestuurdernaam bestuurder drivername driver
mobile mobiel mobielnummer mobielnr mobieltelefoonnummer mobieletelefoon telefoonmobiel telmobiel gsm
mobile gsmnummer mob mobile mobilephone mobileno mobilenumber cellphone cell 06nummer tel06
mobile mobielprive mobielzakelijk
phone telefoon telefoonnummer telefoonnr telnr tel telefoonprive telprive telefoonvast vastetelefoon
phone vast telefoon1 phone phonenumber phoneno telephone telephonenumber homephone telefoonzakelijk
phone tel1 telf
street straat straatnaam str adres straatadres adresregel1 adres1 street streetname address address1
street addressline1
house_number huisnummer huisnr hnr hsnr nr housenumber houseno
postal_code postcode pc postk pcode pstcd zip zipcode postalcode
city plaats woonplaats woonpl wpl plts plaatsnaam stad city town placeofresidence
country land landcode lnd country countrycode
language taal taalcode language languagecode lang
consent toestemming toestemmingmailing toestemmingemail optin mailingjn mailing magmailen consent
consent emailconsent marketingconsent nieuwsbrief newsletter
opt_out geenmailing geenmail geenemail afmelding afgemeld uitgeschreven optout nomail nomailing
opt_out unsubscribed donotmail donotemail geblokkeerd blokkade blocked gnmail
changed_at gewijzigdop gewijzigd datumgewijzigd laatstewijziging laatstgewijzigd wijzigingsdatum
changed_at mutatiedatum mutdat datummutatie changedat changed modified lastmodified updated
changed_at updatedat lastupdated
email emailprive privemail privateemail emailprivate personalemail homeemail emailthuis mailprive
email prvmail email emailadres emailadress emailaddress mail mailadres eml emladr eadres emailklant
email klantemail emailadresprive email1 emailadres1 emailhome emailzakelijk zakelijkemail emailwerk
email emailbusiness businessemail workemail email2 emailadres2 mailzakelijk zakmail emailadreszakelijk
email emailwork email3
"""
"""Field, then its names, the best first: private before business, an own field before one that may hold more."""

_PERHAPS = """
last_name zoeknaam contactpersoon contactname naamcontactpersoon contactnaam tnv tenaamstelling
email emaileigenaar eigenaaremail mailadreseigenaar emailadreseigenaar owneremail
email emailbestuurder bestuurderemail mailadresbestuurder emailadresbestuurder driveremail
"""
"""Names that hold a field where no better one does, which is a doubt; the best first."""

_OTHERS = """
titel aanhef geslacht title salutation gender toevoeging huisnummertoevoeging huisnrtoev toev hnrtoev
addition kleur colour leasemaatschappij lease leasing wagenpark fleet opmerking opmerkingen memo notitie
remark remarks notes note geboortedatum dateofbirth meldcode bouwjaar year jaar filiaal vestiging monteur
adviseur status provincie contactpersoon saldo omzet iban btwnr btwnummer kvk kvknr kvknummer fax website
datum aangemaakt created createdat laatstebezoek lastvisit volgnr regelnr id nummer number no adres2
address2 vehicleid voertuigid voertuignr zaaknummer ordernr werkordernr werkorder
"""
"""Names that are known and mean no field of a passport; they make a row a header as well."""

COMMON = (
    *(
        "Kenteken",
        "Nummerplaat",
        "Kent",
        "Reg No",
        "Registration",
        "Merk",
        "Make",
        "Model",
        "Type",
        "Chassisnummer",
    ),
    *(
        "APK datum",
        "APK vervaldatum",
        "APK tot",
        "APK",
        "MOT Due",
        "Km stand",
        "Kilometerstand",
        "Mileage",
        "Klantnr",
    ),
    *("Relatienr", "Debiteurnr", "Customer No", "Bedrijfsnaam", "Voorletters", "Voornaam", "Tussenvoegsel"),
    *(
        "Achternaam",
        "Naam",
        "Surname",
        "Last name",
        "First name",
        "Name",
        "Straat",
        "Adres",
        "Huisnummer",
        "Postcode",
    ),
    *(
        "Plaats",
        "Woonplaats",
        "City",
        "Land",
        "E-mail",
        "Email",
        "E-mailadres",
        "E-mail privé",
        "E-mail zakelijk",
    ),
    *("Telefoon", "Mobiel", "GSM", "Phone", "Mobile"),
    *dict.fromkeys(word for line in _BY_FIELD.strip().splitlines() for word in line.split()[1:]),
)
"""The most frequent names as they are written, and all that are one word: by these a header is told from titles."""

_FUZZY = 0.86
"""How alike a name must be to one that is known to be taken for it, with a doubt; of names of six letters or more."""


def _table(lines: str) -> dict[str, tuple[str, int]]:
    table: dict[str, tuple[str, int]] = {}
    ranks: dict[str, int] = {}
    for field, *words in map(str.split, lines.strip().splitlines()):
        for word in words:
            table.setdefault(word, (field, ranks.setdefault(field, 0)))
            ranks[field] += 1
    return table


_TABLE: Mapping[str, tuple[str, int]] = _table(_BY_FIELD)
"""Folded name → its field and its rank among that field's names, from 0."""

_PERHAPS_TABLE: Mapping[str, tuple[str, int]] = _table(_PERHAPS)

_KNOWN_OTHERS = frozenset(_OTHERS.split())
_LONG = tuple(word for word in _TABLE if len(word) >= 6)


def meaning(name: str) -> tuple[str, int] | None:
    """The field that a column of this name holds, and how good a name for it that is (0 is best); None: not known."""
    return _TABLE.get(folded(name))


def likely_meaning(name: str) -> tuple[str, int] | None:
    """As `meaning`, for a name that may hold a field, or is nearly one that is known: a typing mistake, a word more."""
    word = folded(name)
    if word in _PERHAPS_TABLE:
        return _PERHAPS_TABLE[word]
    if len(word) < 6 or word in _KNOWN_OTHERS:
        return None
    alike = get_close_matches(word, _LONG, n=1, cutoff=_FUZZY)
    return _TABLE[alike[0]] if alike else None


def is_known(name: str) -> bool:
    """Whether this is a name that garage systems give a column, of whatever meaning."""
    word = folded(name)
    return word in _TABLE or word in _KNOWN_OTHERS
