"""Corrections: which address counts, which correction ends, and how chains fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.corrections import SENTENCES, Correction, Counted, Refusal, add, counted, is_over

A, B, C, D = (f"{each}@voorbeeld.example" for each in "abcd")
PLATE, OTHER = "ZZ001Z", "ZZ002Z"
A_B = Correction(A, B)
OWN = Correction(A, C, plate=PLATE)


def known_after(*corrections: Correction) -> tuple[Correction, ...]:
    """What is known once these are added one by one."""
    known: tuple[Correction, ...] = ()
    for each in corrections:
        added = add(known, each)
        assert not isinstance(added, Refusal), (known, each)
        known = added
    return known


@pytest.mark.parametrize(
    ("said", "known", "expected"),
    [
        pytest.param(A, (), Counted(A), id="nothing is known"),
        pytest.param(A, (A_B,), Counted(B, A_B), id="of the address"),
        pytest.param(A.upper() + " ", (A_B,), Counted(B, A_B), id="case and outer spaces"),
        pytest.param(B, (A_B,), Counted(B), id="of the address: the source says what is meant"),
        pytest.param(D, (A_B,), Counted(D), id="of the address: a third value"),
        pytest.param(A, (OWN,), Counted(C, OWN), id="the plate's own"),
        pytest.param(A, (A_B, OWN), Counted(C, OWN), id="the plate's own comes first"),
        pytest.param(A, (replace(OWN, plate=OTHER),), Counted(A), id="another plate's"),
        pytest.param(
            C, (OWN,), Counted(C, None, (OWN,), "fulfilled"), id="the source says what its own meant: silent"
        ),
        pytest.param(D, (OWN,), Counted(D, None, (OWN,), "overruled"), id="a third value wins over its own"),
        pytest.param(
            D,
            (OWN, Correction(D, B)),
            Counted(B, Correction(D, B), (OWN,), "overruled"),
            id="a third value that is known to be wrong",
        ),
        pytest.param(
            A,
            (A_B, Correction(B, C, plate=PLATE)),
            Counted(C, Correction(B, C, plate=PLATE)),
            id="its own, of what the address was corrected to",
        ),
        pytest.param(
            A,
            (OWN, Correction(B, C, plate=PLATE)),
            Counted(C, OWN),
            id="one of two that are its own: neither ends",
        ),
        pytest.param(
            D,
            (OWN, Correction(B, C, plate=PLATE)),
            Counted(D, None, (OWN, Correction(B, C, plate=PLATE)), "overruled"),
            id="neither of two that are its own: both end",
        ),
        pytest.param(
            A,
            (replace(A_B, by="igarage"),),
            Counted(B, replace(A_B, by="igarage")),
            id="iGarage's counts as a person's",
        ),
    ],
)
def test_the_address_that_counts(said: str, known: Sequence[Correction], expected: Counted) -> None:
    assert counted(said, PLATE, known) == expected


@pytest.mark.parametrize(
    ("said", "over"),
    [((A, B), False), ((A.upper(),), False), ((B, B), True), ((D,), True), ((), True)],
)
def test_a_correction_of_an_address_is_over_when_no_source_says_it(said: Sequence[str], over: bool) -> None:
    assert is_over(A_B, said) is over


@pytest.mark.parametrize(
    ("added", "known"),
    [
        pytest.param((A_B,), (A_B,), id="one"),
        pytest.param((A_B, Correction(B, C)), (Correction(A, C), Correction(B, C)), id="A to B, B to C"),
        pytest.param((Correction(B, C), A_B), (Correction(B, C), Correction(A, C)), id="B to C, A to B"),
        pytest.param(
            (A_B, Correction(B, C), Correction(C, D)),
            (Correction(A, D), Correction(B, D), Correction(C, D)),
            id="three in a chain",
        ),
        pytest.param((A_B, Correction(A, C)), (Correction(A, C),), id="the same address again"),
        pytest.param(
            (A_B, Correction(B.upper(), C)), (Correction(A, C), Correction(B.upper(), C)), id="another case"
        ),
        pytest.param(
            (Correction(A, B, plate=PLATE), Correction(B, C)),
            (Correction(A, C, plate=PLATE), Correction(B, C)),
            id="the plate's own goes on with the address",
        ),
        pytest.param(
            (A_B, Correction(B, C, plate=PLATE)),
            (A_B, Correction(A, C, plate=PLATE), Correction(B, C, plate=PLATE)),
            id="for one plate the address goes on, for others not",
        ),
        pytest.param(
            (A_B, Correction(A, D, plate=PLATE), Correction(B, C, plate=PLATE)),
            (A_B, Correction(A, D, plate=PLATE), Correction(B, C, plate=PLATE)),
            id="what is the plate's own word stands",
        ),
        pytest.param(
            (Correction(A, B, plate=OTHER), Correction(B, C, plate=PLATE)),
            (Correction(A, B, plate=OTHER), Correction(B, C, plate=PLATE)),
            id="two plates do not meet",
        ),
        pytest.param(
            (Correction(A, B, plate=PLATE), Correction(B, A)),
            (Correction(B, A),),
            id="the plate's own is undone by the address",
        ),
        pytest.param(
            (Correction(B, C, plate=PLATE), Correction(D, A, plate=PLATE), A_B),
            (Correction(B, C, plate=PLATE), Correction(D, C, plate=PLATE), A_B),
            id="the plate's own goes on with the address, and by its own word",
        ),
        pytest.param((A_B, Correction(A, A, by="igarage")), (A_B,), id="iGarage says nothing new"),
        pytest.param(
            (A_B, Correction(B, A, by="igarage")),
            (Correction(B, A, by="igarage"),),
            id="iGarage goes back: the latest counts",
        ),
        pytest.param(
            (Correction(B, C), Correction(A, B, by="igarage")),
            (Correction(A, B, by="igarage"),),
            id="iGarage has now what a person corrected",
        ),
        pytest.param(
            (Correction(A, B, plate=PLATE), Correction(B, A, PLATE, "igarage")),
            (Correction(B, A, PLATE, "igarage"),),
            id="iGarage goes back for one plate",
        ),
    ],
)
def test_corrections_fold(added: Sequence[Correction], known: Sequence[Correction]) -> None:
    assert set(known_after(*added)) == set(known)


@pytest.mark.parametrize(
    ("known", "new", "fault"),
    [
        pytest.param((), Correction(A, A.upper()), "same", id="the same address"),
        pytest.param((A_B,), Correction(B, A), "circle", id="there and back"),
        pytest.param((A_B, Correction(B, C)), Correction(C, A), "circle", id="round a corner"),
        pytest.param((A_B,), Correction(B, A, plate=PLATE), "circle", id="there, and back for one plate"),
        pytest.param((), Correction(B, A), "known_invalid", id="known as invalid"),
        pytest.param((Correction(B, A),), Correction(C, B), "known_invalid", id="and in the end invalid"),
        pytest.param((), Correction(B, A.upper() + " "), "known_invalid", id="invalid in any case"),
        pytest.param((), Correction(A, "jan.voorbeeld.example"), "syntax", id="no address"),
    ],
)
def test_a_correction_is_refused_with_the_reason(
    known: Sequence[Correction], new: Correction, fault: str
) -> None:
    refused = add(known_after(*known), new, {A} if fault == "known_invalid" else ())
    assert isinstance(refused, Refusal)
    assert (refused.fault, refused.message) == (fault, SENTENCES[fault])


def test_an_address_known_as_invalid_may_be_meant_where_it_is_corrected_itself() -> None:
    known = add((Correction(B, C),), A_B, {B})
    assert not isinstance(known, Refusal)
    assert set(known) == {Correction(B, C), Correction(A, C)}


def test_a_correction_serves_a_plate_that_appears_later() -> None:
    assert counted(A, "ZZ999Z", known_after(A_B)).address == B


# ---------------------------------------------------------------- any corrections in any order

ADDRESSES = st.sampled_from([A, B, C, D])
PLATES = st.sampled_from([None, PLATE, OTHER])
PERSONS = st.lists(st.builds(Correction, ADDRESSES, ADDRESSES, PLATES), max_size=10)
ANYBODYS = st.lists(
    st.builds(Correction, ADDRESSES, ADDRESSES, PLATES, st.sampled_from(["person", "igarage"])), max_size=10
)


def _all_taken(corrections: Sequence[Correction]) -> tuple[Correction, ...]:
    known: tuple[Correction, ...] = ()
    for each in corrections:
        added = add(known, each)
        known = known if isinstance(added, Refusal) else added
    return known


@given(PERSONS)
def test_what_counts_is_never_corrected_itself(corrections: list[Correction]) -> None:
    known = _all_taken(corrections)
    for plate in (PLATE, OTHER, "ZZ999Z"):
        for said in (A, B, C, D):
            found = counted(said, plate, known)
            assert counted(found.address, plate, known).address == found.address


@given(ANYBODYS)
def test_nothing_known_means_itself_and_each_place_is_taken_once(corrections: list[Correction]) -> None:
    known = _all_taken(corrections)
    assert all(each.seen != each.meant for each in known)
    assert len({(each.plate, each.seen) for each in known}) == len(known)


@given(ANYBODYS, st.builds(Correction, ADDRESSES, ADDRESSES, PLATES))
def test_the_latest_correction_counts_where_it_is_taken(before: list[Correction], new: Correction) -> None:
    known = _all_taken(before)
    former = counted(new.meant, new.plate or "ZZ999Z", known).address
    added = add(known, new)
    if isinstance(added, Refusal):
        assert new.seen in (new.meant, former)
    else:
        assert counted(new.seen, new.plate or "ZZ999Z", added).address == former


@given(ANYBODYS, st.builds(Correction, ADDRESSES, ADDRESSES, PLATES, st.just("igarage")))
def test_what_igarage_has_counts_at_once(before: list[Correction], new: Correction) -> None:
    known = add(_all_taken(before), new)
    assert not isinstance(known, Refusal)
    if new.seen == new.meant:
        return
    assert counted(new.seen, new.plate or "ZZ999Z", known).address == new.meant


@given(st.permutations([A, B, C, D]), st.data())
def test_a_chain_folds_in_any_order(chain: list[str], data: st.DataObject) -> None:
    links = [Correction(*each) for each in pairwise(chain)]
    known = known_after(*data.draw(st.permutations(links)))
    assert {counted(each, PLATE, known).address for each in chain} == {chain[-1]}
    assert isinstance(add(known, Correction(chain[-1], chain[0])), Refusal)
