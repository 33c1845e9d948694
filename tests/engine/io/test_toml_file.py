"""TOML from outside is what it says, or one sentence says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import ConfigError
from engine.io.gate import CONFIG
from engine.io.toml_file import LARGEST, parse_toml, toml_file
from engine.text import SENTENCE


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("a = ", "is not valid TOML: Invalid value"),
        ("a = 1\na = 2", "is not valid TOML: Cannot overwrite a value"),
        ("a = nan", "nan is not a number"),
        ("a = -inf", "-inf is too large a number"),
        ("a = 1e999", "1e999 is too large a number"),
        ("a = " + "9" * 400, "a whole number of more than 40 digits"),
        ("a = " + "9" * 5000, "is not valid TOML"),
        ("a = [[2020-01-01]]", "the date or time 2020-01-01"),
        ("a = " + "[" * 65 + "]" * 65, "nested deeper than the 64 levels"),
        ("a = " + "[" * 5000, "nested too deep"),
        ("a." * 100_000 + "a = 1", "a name of more than the 64 parts"),
        ("[" + "'a' . " * 65 + "a]", "a name of more than the 64 parts"),
        ("x = {" + "a." * 65 + "a = 1}", "a name of more than the 64 parts"),
        ("# " + "x" * LARGEST, "characters of TOML; allowed are"),
    ],
    ids=lambda text: text[:12],
)
def test_toml_that_nothing_can_be_done_with_is_told(tmp_path: Path, words: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        parse_toml(words, CONFIG)
    (tmp_path / "x.toml").write_text(words)
    with pytest.raises(ConfigError) as caught:
        toml_file(tmp_path / "x.toml", CONFIG)
    assert "x.toml" in str(caught.value) and len(str(caught.value)) <= SENTENCE


def test_toml_that_is_one_passes(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    numbers = ", ".join(["0.5"] * 100)
    path.write_bytes(f'\ufeffa.b = [{numbers}]\r\n[c]\r\nd = "ä {"." * 90}"\r\ne = true\r\n'.encode())
    assert toml_file(path, CONFIG) == {"a": {"b": [0.5] * 100}, "c": {"d": "ä " + "." * 90, "e": True}}
