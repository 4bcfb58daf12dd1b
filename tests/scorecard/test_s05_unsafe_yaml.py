"""S05: a configuration file is data; it runs nothing, and no few lines of it become gigabytes."""

from __future__ import annotations

import pytest

BOMB = "\n".join(
    ["config_version: 1", "a: &a [x, x, x, x, x, x, x, x, x]"]
    + [f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in zip("abcdefgh", "bcdefghi")]  # noqa: B905
)


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['touch {canary}']",
        "!!python/object/new:subprocess.Popen [['touch', '{canary}']]",
        "!!python/name:os.system",
        "!!python/module:antigravity",
        "!include {canary}",
    ],
)
@pytest.mark.parametrize("file", ["connector.yaml", "garages/jansen.yaml"])
def test_a_tag_runs_nothing_and_is_told_with_its_place(garage, tmp_path, tag, file):
    canary, path = tmp_path / "canary", garage.folder / file
    text = path.read_text("utf-8") if path.exists() else ""
    path.write_text(f"{text}threads: {tag.format(canary=canary)}\n", "utf-8")
    for command in (["config", "check"], ["run", "--once"]):
        said = garage.main(*command)
        assert said.status == 4
        assert f"{path}:{text.count(chr(10)) + 1}:" in said.err
    assert not canary.exists()
    assert not garage.installation.state.exists()


def test_an_alias_bomb_is_refused_before_it_unfolds(garage):
    garage.file.write_text(BOMB + "\n", "utf-8")
    said = garage.main("config", "check")
    assert said.status == 4
    assert len(said.err) < 10_000
    assert f"{garage.file}:2:" in said.err


def test_a_nest_of_brackets_is_refused_with_a_sentence(garage):
    garage.file.write_text("a: " + "[" * 5000 + "]" * 5000 + "\n", "utf-8")
    said = garage.main("config", "check")
    assert said.status == 4
    assert f"{garage.file}:1:" in said.err


def test_a_file_of_megabytes_is_refused_unread(garage):
    garage.file.write_text("# " + "x" * 2_000_000 + "\n", "utf-8")
    assert garage.main("config", "check").status == 4
