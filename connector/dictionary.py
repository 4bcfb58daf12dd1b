"""The words that garages write and what they mean: countries, languages, roles, yes and no, "there is none".

Words are compared without case, diacritics, spaces and punctuation (`België` is `belgie`, `N.V.T.` is `nvt`).
A word that stands in no list is not guessed at: the answer is None.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Role = Literal["owner", "driver", "contractor"]


def folded(text: str) -> str:
    """The word without case, diacritics, spaces and punctuation."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if sign.isalnum())


def country(text: str) -> str | None:
    """The ISO 3166 alpha-2 code of a country.

    Understood are both ISO codes and, for Europe, the kingdom's other parts and some beyond, the sign on the
    car (`D`, `PL`) and the Dutch, English and own names.
    """
    return _COUNTRIES.get(folded(text))


def language(text: str) -> str | None:
    """The ISO 639-1 code of a language, from an ISO code of two or three letters, a locale or a name."""
    word = folded(text)
    if word in _LANGUAGES:
        return _LANGUAGES[word]
    locale = _LOCALE.fullmatch(text)
    return _LANGUAGES.get(locale[1].casefold()) if locale else None


def role(text: str) -> Role | None:
    """Whose data a record holds: the owner's, the driver's or the contractor's."""
    return _ROLES.get(folded(text))


def apart_from_role(name: str) -> tuple[Role | None, str]:
    """Whose a column is and what else its name says, folded: `Bestuurder e-mail` is of the driver, and `email`."""
    word = folded(name)
    for beginning in sorted(_ROLES, key=len, reverse=True):
        if word.startswith(beginning) and word != beginning:
            return _ROLES[beginning], word.removeprefix(beginning)
    return None, word


def yes_or_no(text: str) -> bool | None:
    """Yes or no as a word, a letter, a tick or a number (Access writes yes as -1); None: neither."""
    word = text.strip().casefold()
    return _YES_NO[word] if word in _YES_NO else _YES_NO.get(folded(word))


def is_nothing(text: str) -> bool:
    """Whether a cell for a date, a number or a telephone number says, in words or with signs alone, that there is none.

    Crosses (`#####`) say that a sheet had no room for what is there.
    """
    if _DIGIT.search(text):
        return False
    word = folded(text)
    return word in _NOTHING if word else "#" not in text


def is_failure(text: str) -> bool:
    """Whether a cell says that a sheet's formula gave no value: `#N/B`, `#REF!`, in Dutch or in English."""
    return text.startswith("#") and text in _FAILURES


def is_no_address(text: str) -> bool:
    """Whether a cell says, in words or with signs alone, that there is no e-mail address.

    `geen@geen.nl` is an address, if a dummy.
    """
    if "@" in text and _LETTER.search(text):
        return False
    word = folded(text)
    return not word or word in _NO_ADDRESS


def is_no_plate(text: str) -> bool:
    """Whether a cell says in words, or with signs alone, that there is no plate."""
    if _DIGIT.search(text):
        return False
    word = folded(text)
    return not word or word in _NO_PLATE


_DIGIT = re.compile("[0-9]")
_LETTER = re.compile(r"[^\W_]")
_LOCALE = re.compile(r"([A-Za-z]{2})[-_][A-Za-z]{2,4}(?:[.@-].*)?")

_NOTHING = frozenset(
    (
        *(
            "geen",
            "na",
            "nb",
            "nietaanwezig",
            "nietbekend",
            "nihil",
            "nil",
            "none",
            "null",
            "nvt",
            "onbekend",
        ),
        "unknown",
    )
)
_NO_ADDRESS = _NOTHING | {
    *("geenadres", "geenemail", "geenemailadres", "geenemailbekend", "geenmail", "geenmailadres"),
    *("heeftgeenemail", "heeftgeenemailadres", "heeftgeenmail", "noemail", "nomail"),
}
_FAILURES = frozenset(
    (
        *("#N/B", "#VERW!", "#DEEL/0!", "#WAARDE!", "#NAAM?", "#GETAL!", "#LEEG!", "#FOUT"),
        *("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"),
    )
)
_NO_PLATE = frozenset(("geen", "nvt", "onbekend", "nietbekend", "geenkenteken"))
"""Fewer: abroad a plate may be a word."""

_YES = ("ja", "j", "yes", "y", "true", "t", "waar", "wahr", "1", "x", "aan", "on", "✓", "✔", "☑", "✅")
_NO = ("nee", "neen", "n", "no", "false", "f", "onwaar", "falsch", "0", "uit", "off", "☐", "✗", "✘", "❌")
_YES_NO = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)

_ROLES: dict[str, Role] = {
    **dict.fromkeys(("owner", "eigenaar", "kentekenhouder", "houder", "tenaamgestelde"), "owner"),
    **dict.fromkeys(("driver", "bestuurder", "berijder", "gebruiker", "chauffeur"), "driver"),
    **dict.fromkeys(("contractor", "contractant", "contracthouder", "contractpartij"), "contractor"),
}

_ISO_3166 = (
    "ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE BABIH "
    "BBBRB BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BVBVT "
    "BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL CRCRI CUCUB "
    "CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP "
    "ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF GGGGY GHGHA GIGIB GLGRL GMGMB "
    "GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN IDIDN IEIRL "
    "ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM "
    "KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY "
    "MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT "
    "MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU "
    "NZNZL OMOMN PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT "
    "REREU ROROU RSSRB RURUS RWRWA SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR "
    "SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL TLTLS "
    "TMTKM TNTUN TOTON TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN "
    "VGVGB VIVIR VNVNM VUVUT WFWLF WSWSM YEYEM YTMYT ZAZAF ZMZMB ZWZWE"
)
"""Alpha-2 and alpha-3 of ISO 3166-1, each pair as one word."""

_COUNTRY_WORDS = """
AD and andorra
AL al albanie albania shqiperia
AT a oostenrijk austria osterreich oesterreich
AW aruba
BA bih bosnie bosnieherzegovina bosniaandherzegovina bosniahercegovina bosnaihercegovina
BE b belgie belgium belgique belgien
BG bg bulgarije bulgaria balgariya българия
BY by witrusland belarus
CA cdn canada
CH ch zwitserland switzerland schweiz suisse svizzera
CN china
CW curacao
CY cy cyprus kypros κυπρος
CZ cz tsjechie czechia czechrepublic cesko ceskarepublika tsjechischerepubliek
DE d duitsland germany deutschland bundesrepublikdeutschland brd allemagne
DK dk denemarken denmark danmark
EE est estland estonia eesti
ES e spanje spain espana
FI fin finland suomi
FO faeroer faroer faroeislands foroyar
FR f frankrijk france frankreich
GB uk greatbritain grootbrittannie unitedkingdom verenigdkoninkrijk engeland england schotland scotland wales
GI gbz gibraltar
GR gr el griekenland greece hellas ellada ελλαδα
HR hr kroatie croatia hrvatska
HU h hongarije hungary magyarorszag
IE irl ierland ireland eire
IS is ijsland iceland island
IT i italie italy italia
LI fl liechtenstein
LT lt litouwen lithuania lietuva
LU l lux luxemburg luxembourg letzebuerg
LV lv letland latvia latvija
MA ma marokko morocco maroc
MC mc monaco
MD md moldavie moldova
ME mne montenegro crnagora
MK nmk noordmacedonie macedonie northmacedonia macedonia
MT m malta
NL nl nederland holland netherlands thenetherlands niederlande paysbas koninkrijkdernederlanden
NO n noorwegen norway norge
PL pl polen poland polska
PT p portugal
RO ro roemenie romania
RS srb servie serbia srbija
RU rus rusland russia
SE s zweden sweden sverige
SI slo slovenie slovenia slovenija
SK sk slowakije slovakia slovensko
SM rsm sanmarino
SR sme suriname
SX sintmaarten stmaarten
TR tr turkije turkey turkiye
UA ua oekraine ukraine ukraina украина
US usa verenigdestaten verenigdestatenvanamerika unitedstates unitedstatesofamerica amerika
VA v vaticaanstad vaticancity
XK rks kosovo kosove
"""
"""Code, then sign on the car (UNECE) and names, folded. XK is not of ISO, but the EU's own for Kosovo."""

_ISO_639 = (
    "aaaar ababk aeave afafr akaka amamh anarg arara asasm avava ayaym azaze babak bebel bgbul bhbih bibis "
    "bmbam bnben bobod brbre bsbos cacat ceche chcha cocos crcre csces cuchu cvchv cycym dadan dedeu dvdiv "
    "dzdzo eeewe elell eneng eoepo esspa etest eueus fafas ffful fifin fjfij fofao frfra fyfry gagle gdgla "
    "glglg gngrn guguj gvglv hahau heheb hihin hohmo hrhrv hthat huhun hyhye hzher iaina idind ieile igibo "
    "iiiii ikipk ioido isisl itita iuiku jajpn jvjav kakat kgkon kikik kjkua kkkaz klkal kmkhm knkan kokor "
    "krkau kskas kukur kvkom kwcor kykir lalat lbltz lglug lilim lnlin lolao ltlit lulub lvlav mgmlg mhmah "
    "mimri mkmkd mlmal mnmon mrmar msmsa mtmlt mymya nanau nbnob ndnde nenep ngndo nlnld nnnno nonor nrnbl "
    "nvnav nynya ococi ojoji omorm orori ososs papan pipli plpol pspus ptpor quque rmroh rnrun roron rurus "
    "rwkin sasan scsrd sdsnd sesme sgsag sisin skslk slslv smsmo snsna sosom sqsqi srsrp ssssw stsot susun "
    "svswe swswa tatam tetel tgtgk ththa titir tktuk tltgl tntsn toton trtur tstso tttat twtwi tytah uguig "
    "ukukr ururd uzuzb veven vivie vovol wawln wowol xhxho yiyid yoyor zazha zhzho zuzul"
)
"""ISO 639-1 and 639-3, each pair as one word."""

_LANGUAGE_WORDS = """
ar arabisch arabic
bg bulgaars bulgarian
cs cze tsjechisch czech cestina
da dk deens danish dansk
de ger d duits german deutsch
el gre grieks greek ellinika
en gb engels english
es spaans spanish espanol castellano
et estisch ests estonian eesti
fa per perzisch persian farsi
fi fins finnish suomi
fr fre f frans french francais
fy fries frisian frysk
hr kroatisch croatian hrvatski
hu hongaars hungarian magyar
it italiaans italian italiano
lt litouws lithuanian lietuviu
lv lets letlands latvian latviesu
nl dut nederlands dutch vlaams flemish hollands niederlandisch neerlandais
no noors norwegian norsk
pl pools polish polski
pt portugees portuguese portugues
ro rum roemeens romanian romana
ru russisch russian русский
sk slo slowaaks slovak slovencina
sl sloveens slovenian slovenscina
sr servisch serbian srpski
sv zweeds swedish svenska
tr turks turkish turkce
uk ua oekraiens ukrainian українська
zh chi chinees chinese
"""
"""Code, then the bibliographic code (ISO 639-2/B), a country's sign used for its language, names; folded."""


def _table(pairs: str, words: str) -> dict[str, str]:
    """Folded word → code, from pairs of codes in one word and from lines of a code and its words."""
    lines = [(pair[:2], [pair[:2], pair[2:]]) for pair in pairs.split()]
    lines += [(code, [code, *rest]) for code, *rest in map(str.split, words.strip().splitlines())]
    return {folded(word): code for code, meant in lines for word in meant}


_COUNTRIES = _table(_ISO_3166, _COUNTRY_WORDS)
_LANGUAGES = _table(_ISO_639, _LANGUAGE_WORDS)
