"""Addresses: syntax only, nothing corrected, never an exception."""

from __future__ import annotations

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from connector import emails


@pytest.mark.parametrize(
    "address",
    [
        "jan@voorbeeld.nl",
        " jan@voorbeeld.nl\u00a0",
        "Jan.van+der.Berg@Voorbeeld.NL",
        "o'neill@voorbeeld.nl",
        "info@bücher.example",
        "çelik@voorbeeld.nl",
        "jan@sub.sub.voorbeeld.co",  # .co, .cm and .ml are real
        "jan@gmial.com",  # a typing mistake is no fault of the address
        "geen@geen.nl",  # nor is a dummy
    ],
)
def test_an_address_that_a_request_can_carry_has_no_fault(address: str) -> None:
    assert emails.fault(address) is None


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "apenstaartje"),
        ("jan.voorbeeld.nl", "apenstaartje"),
        ("jan@voorbeeld.nl; piet@voorbeeld.nl", "meer dan één"),
        ("jan@voorbeeld.nl piet@voorbeeld.nl", "meer dan één"),
        ("jan@voorbeeld.nl/piet@voorbeeld.nl", "meer dan één"),
        ("jan@@voorbeeld.nl", "geen geldig"),
        ("Jan <jan@voorbeeld.nl>", "geen geldig"),
        ("jan jansen@voorbeeld.nl", "geen geldig"),
        ("jan@voorbeeld", "geen geldig"),
        ("jan@voorbeeld.nl.", "geen geldig"),
        ("jan@voorbeeld..nl", "geen geldig"),
        (".jan@voorbeeld.nl", "geen geldig"),
        ("jan@voorbeeld,nl", "geen geldig"),
        ('"jan"@voorbeeld.nl', "geen geldig"),
        ("jan@[127.0.0.1]", "geen geldig"),
        ("jan@pc.local", "geen geldig"),
        ("jan@-voorbeeld.nl", "geen geldig"),
        ("j\x00n@voorbeeld.nl", "onleesbaar teken"),
        ("j\ud800n@voorbeeld.nl", "onleesbaar teken"),
        ("j\ufffdn@voorbeeld.nl", "onleesbaar teken"),
        ("j" * 300 + "@voorbeeld.nl", "te lang"),
    ],
)
def test_an_address_that_no_request_can_carry_says_why_without_the_address(address: str, why: str) -> None:
    fault = emails.fault(address)
    assert fault is not None
    assert why in fault
    assert "voorbeeld" not in fault


JAN, PIET = "jan@voorbeeld.nl", "piet@elders.nl"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (JAN, emails.Found(JAN)),
        (f" {JAN} ", emails.Found(JAN)),
        (f"{JAN}; {PIET}", emails.Found(JAN, None, (PIET,))),
        (f"{JAN};{PIET}", emails.Found(JAN, None, (PIET,))),
        (f"{JAN}, {PIET}", emails.Found(JAN, None, (PIET,))),
        (f"{JAN} {PIET}", emails.Found(JAN, None, (PIET,))),
        (f"{JAN}/{PIET}", emails.Found(JAN, None, (PIET,))),
        (f"{JAN} of {PIET}", emails.Found(JAN, None, (PIET,))),
        (f"{JAN} EN {PIET}, x@y.nl", emails.Found(JAN, None, (PIET, "x@y.nl"))),
        (f"jan@voorbeeld; {PIET}", emails.Found(PIET, None, ("jan@voorbeeld",))),
        (f"{JAN}; {JAN.upper()}", emails.Found(JAN, tidied=True)),
        (f"Jan Jansen <{JAN}>", emails.Found(JAN, tidied=True)),
        (f'"Jansen, Jan" <{JAN}>', emails.Found(JAN, tidied=True)),
        (f"{JAN} <{JAN}>", emails.Found(JAN, tidied=True)),
        (f"Jan <{JAN}>, Piet <{PIET}>", emails.Found(JAN, None, (PIET,))),
        (f"{JAN}; Piet <{PIET}>", emails.Found(JAN, None, (PIET,))),
        (f"{JAN} Piet <{PIET}>", emails.Found(JAN, None, (PIET,))),
        (f"{JAN}<{PIET}>", emails.Found(JAN, None, (PIET,))),
        (f"{JAN} <{PIET}>", emails.Found(JAN, None, (PIET,))),
        (f"{JAN}<mailto:{JAN}>", emails.Found(JAN, tidied=True)),
        (f"Piet <{PIET}>; {JAN}", emails.Found(PIET, None, (JAN,))),
        (f"x@y.nl, Piet <{PIET}> of {JAN}", emails.Found("x@y.nl", None, (PIET, JAN))),
        (f"jan@voorbeeld; Piet <{PIET}>", emails.Found(PIET, None, ("jan@voorbeeld",))),
        (f"Piet (werk) <{PIET}>", emails.Found(PIET, tidied=True)),
        (f"Jansen, J. <{JAN}>", emails.Found(JAN, tidied=True)),
        (f"jan {JAN}; Piet <{PIET}>", emails.Found(PIET, None, (JAN,))),  # one with a space in it, perhaps
        (f"{JAN}\n{PIET}", emails.Found(JAN, None, (PIET,))),
        (f"{JAN}\r\n{PIET}\r\n", emails.Found(JAN, None, (PIET,))),
        (f"<{JAN}>", emails.Found(JAN, tidied=True)),
        (f"mailto:{JAN}", emails.Found(JAN, tidied=True)),
        (f"{JAN}.", emails.Found(JAN, tidied=True)),
        (f"{JAN};", emails.Found(JAN, tidied=True)),
        (f"'{JAN}'", emails.Found(JAN, tidied=True)),
        (f"({JAN})", emails.Found(JAN, tidied=True)),
        (f"\u201e{JAN}\u201d", emails.Found(JAN, tidied=True)),
        (f"\u201a{JAN}\u2019", emails.Found(JAN, tidied=True)),
        (f"\u201c{JAN}\u201d", emails.Found(JAN, tidied=True)),
        (f"\u00ab{JAN}\u00bb", emails.Found(JAN, tidied=True)),
        (f"\u201e{JAN}", emails.Found(JAN, tidied=True)),  # by the standard a letter as any other
        (f"mailto:\u201e{JAN}\u201d", emails.Found(JAN, tidied=True)),
        (f"\u201e{JAN}\u201d; \u201e{PIET}\u201d", emails.Found(JAN, None, (PIET,))),
    ],
)
def test_of_a_cell_the_first_address_that_can_be_mailed_is_taken(text: str, found: emails.Found) -> None:
    assert emails.read(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "jan jansen@voorbeeld.nl",  # one address with a space, or another person's behind a name
        f"{JAN} (werk)",
        f"jan; {PIET}",
        "jan@voorbeeld,nl",
        "jan @voorbeeld.nl",
        "jan@ voorbeeld.nl",
        "jan@a; piet@b",
        "jan@voorbeeld",
        f"Jan <{JAN}",
        f"<Jan> {JAN}",
        f"Jan {JAN} <{JAN[:13]}>",  # what stands behind a word may be a part of an address
        f"Jan <<{JAN}>>",
        f".{JAN}",
        f"{JAN}\x00",
        f"{JAN}; " * 99,
        "<>",
        "@",
    ],
)
def test_what_is_not_clear_is_left_as_it_stands(text: str) -> None:
    found = emails.read(text)
    assert (found.address, found.others, found.tidied) == (text.strip(), (), False)
    assert found.fault is not None


@pytest.mark.parametrize(
    ("one", "other"), [("Jan@Voorbeeld.NL", "jan@voorbeeld.nl"), (" jan@voorbeeld.nl ", "jan@voorbeeld.nl")]
)
def test_case_and_outer_space_make_no_other_address(one: str, other: str) -> None:
    assert emails.key(one) == emails.key(other)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("jan@voorbeeld.nl", "j***@v***.nl"),
        ("j@v.nl", "j***@v***.nl"),
        ("jan@mail.voorbeeld.co.uk", "j***@m***.uk"),
        ("@voorbeeld.nl", "***@v***.nl"),
        ("jan@localhost", "j***@l***"),
        ("jan@voorbeeld.\x1b[31m", "j***@v***"),
        ("jan@\rb.nl", "j***@\\r***.nl"),
        ("jan@a.nl;piet@b.nl", "j***@b***.nl"),
        ("geen mail", "g*** ****"),
        ("", ""),
    ],
)
def test_a_mask_shows_two_letters_and_the_top_level_domain(address: str, shown: str) -> None:
    assert emails.mask(address) == shown


ODD = st.characters(codec=None)


@given(
    st.one_of(
        st.text(alphabet=ODD),
        st.builds("{}@{}".format, st.text(alphabet=ODD), st.text(alphabet=ODD)),
        st.builds("a@{}.nl".format, st.text(alphabet=ODD, min_size=1)),
        st.builds("{}@xn--{}.nl".format, st.just("a"), st.text(alphabet=st.characters(codec="ascii"))),
    )
)
def test_any_text_is_judged_and_what_has_no_fault_can_be_written(text: str) -> None:
    if emails.fault(text) is None:
        assert text.encode()
        assert "@" in text
        assert len(text.strip()) <= emails.LONGEST
    found = emails.read(text)
    assert found.fault or emails.fault(found.address) is None
    emails.key(text)
    emails.mask(text)


@given(st.emails())
def test_addresses_of_the_standard_have_no_fault_but_where_mail_cannot_reach(address: str) -> None:
    assert emails.fault(address) in (None, "Dit is geen geldig e-mailadres.")


_LOCALS = st.from_regex(r"[A-Za-z0-9._+-]{1,70}", fullmatch=True)
_DOMAINS = st.from_regex(
    r"[a-zA-Z0-9.é-]{1,60}|voorbeeld\.(example|local|test|nl)|xn--[a-z0-9-]{1,50}\.nl", fullmatch=True
)


@given(_LOCALS, _DOMAINS)
def test_a_plain_address_is_judged_by_its_domain_as_the_library_judges_the_whole(
    local: str, domain: str
) -> None:
    try:
        validate_email(f"{local}@{domain}", check_deliverability=False)
        right = True
    except ValueError:
        right = False
    assert (emails.fault(f"{local}@{domain}") is None) == right
