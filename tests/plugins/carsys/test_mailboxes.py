"""Which addresses stand in a cell, and what is left of it without another's."""

from __future__ import annotations

import pytest

from connector import kit
from plugins.carsys import mailboxes

LEASE = frozenset(("a@lease.example", "b@lease.example"))


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("a@v.example", {"a@v.example"}),
        (" A@V.example ", {"a@v.example"}),
        ("a@v.example; b@v.example", {"a@v.example", "b@v.example"}),
        ("Jan <a@v.example>, mailto:b@v.example.", {"a@v.example", "b@v.example"}),
        ("jan bos@v.example", {"jan bos@v.example", "bos@v.example"}),
        ("a&b@v.example", {"a&b@v.example"}),
        ("kapot", {"kapot"}),
        ("geen", set()),
        ("", set()),
    ],
)
def test_every_address_of_a_cell_is_known(text, keys) -> None:
    assert mailboxes.keys(text, kit.judge_address) == keys


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("drv@v.example", "drv@v.example"),
        (" drv@v.example;partner@v.example ", " drv@v.example;partner@v.example "),
        ("a@lease.example", ""),
        ("a@lease.example, b@lease.example", ""),
        ("a@lease.example;", ""),
        ("Fleet <a@lease.example>", ""),
        ("wagenpark a@lease.example", ""),
        ("a@lease.example; drv@v.example", "drv@v.example"),
        ("drv@v.example / B@LEASE.example", "drv@v.example"),
        ("Fleet <a@lease.example>, Jan <drv@v.example>", "Fleet , Jan <drv@v.example>"),
        ("jan bos@v.example; a@lease.example", "jan bos@v.example"),
        ("c&a@lease.example", "c&a@lease.example"),
        ("kapot", "kapot"),
        ("geen", "geen"),
        ("", ""),
    ],
)
def test_another_s_mailbox_is_taken_out_and_nothing_else(text, left) -> None:
    assert mailboxes.without(text, LEASE, kit.judge_address) == left


@pytest.mark.parametrize("sign", ["x", "@", "<", "a@b;", "< "])
def test_a_cell_of_any_length_is_told_apart_from_addresses(sign) -> None:
    text = sign * 100_000
    assert len(mailboxes.keys(text, kit.judge_address)) <= 1_000
    assert mailboxes.without(text, LEASE, kit.judge_address) == text
