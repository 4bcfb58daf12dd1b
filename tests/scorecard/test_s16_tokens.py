"""S16: a token is one word of ASCII, or it is no token: no header is made of anything else."""

from __future__ import annotations

import pytest

BROKEN = {
    "a second line": "geheim\nX-Evil: 1",
    "a carriage return": "geheim\rX-Evil: 1",
    "two words": "Bearer geheim",
    "an accent": "geheím",
    "an emoji": "geheim\U0001f511",
    "a control": "ge\x00heim",
    "an escape": "ge\x1bheim",
    "nothing": "",
    "only space": " \n\t",
    "a page": "x" * 20_000,
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_token_is_told_of_by_its_file_and_never_sent(garage, sandbox, car, what):
    garage.write_token(BROKEN[what])
    garage.export(car(1))
    said = garage.run()
    assert said.status == 4
    assert "jansen.token" in said.err and "Evil" not in said.err
    assert sandbox.requests() == []
    assert garage.counts() == {"total": 1, "pending": 1}


@pytest.mark.parametrize("around", ["{}\n", "{}\r\n", "\ufeff{}", "  {}\t\n\n"])
def test_space_and_a_bom_around_a_token_are_no_part_of_it(garage, car, around):
    garage.write_token(around.format(garage.token))
    garage.export(car(1))
    assert garage.run().status == 0


def test_a_token_comes_from_the_environment_where_the_garage_says_so(garage, car):
    garage.export(car(1))
    garage.configure(igarage={"token_env": "JANSEN_TOKEN"})
    text = garage.file.read_text("utf-8").replace("  token_file: jansen.token\n", "")
    garage.file.write_text(text, "utf-8")
    assert garage.installation.process("run", "--once").status == 4
    broken = garage.installation.process("run", "--once", env={"JANSEN_TOKEN": "ge\nheim"})
    assert broken.status == 4 and "JANSEN_TOKEN" in broken.err
    assert garage.installation.process("run", "--once", env={"JANSEN_TOKEN": garage.token}).status == 0
