"""JSON from outside is what it says, or one sentence says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import ConfigError
from engine.io.gate import CONFIG
from engine.io.json_file import json_file, parse_json
from engine.text import SENTENCE


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("{", "is not valid JSON: Expecting"),
        ("9" * 400, "999999999999… is a number of 400 digits"),
        ("-" + "9" * 5000, "is a number of 5001 digits"),
        ("1e999", "1e999 is too large a number"),
        ("[NaN]", "NaN is not a number"),
        ("-Infinity", "-Infinity is not a number"),
        ("[" * 65 + "]" * 65, "nested deeper than the 64 levels"),
        ("[" * 100_000, "nested deeper than the 64 levels"),
        ('{"a":' * 65 + "1" + "}" * 65, "nested deeper than the 64 levels"),
        ('["\\ud800"]', "holds half of a character"),
        ('{"\\udfff": 1}', "holds half of a character"),
        ('"' + "x" * 5 * 1024**2 + '"', "characters of JSON; allowed are"),
        ("", "is not valid JSON"),
    ],
    ids=lambda text: text[:12],
)
def test_json_that_nothing_can_be_done_with_is_told(tmp_path: Path, words: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        parse_json(words, CONFIG)
    (tmp_path / "x.json").write_text(words)
    with pytest.raises(ConfigError) as caught:
        json_file(tmp_path / "x.json", CONFIG)
    assert "x.json" in str(caught.value) and len(str(caught.value)) <= SENTENCE


def test_json_that_is_one_passes(tmp_path: Path) -> None:
    value = {"a": [1, -2.5, None, True, "ä \U0001f600"], "b": 10**39}
    path = tmp_path / "x.json"
    path.write_text('\ufeff{"a": [1, -2.5, null, true, "ä \\ud83d\\ude00"], "b": 1' + "0" * 39 + "}", "utf-8")
    assert json_file(path, CONFIG) == value
    assert parse_json("[" * 60 + "]" * 60, CONFIG)


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"epochs": 3, "network": {"layers": [{"a": 1, "a": 2}]}, "epochs": 4}')
    with pytest.raises(ConfigError, match="it says 'a' twice, and only one of them can be meant"):
        json_file(path, CONFIG)
    path.write_text('{"epochs": 3, "seed": 1, "epochs": 3}')
    with pytest.raises(ConfigError, match=r"settings\.json is not valid JSON: it says 'epochs' twice"):
        json_file(path, CONFIG)
    path.write_text('{"epochs": {"seed": 1}, "seed": {"epochs": 1}}')
    assert json_file(path, CONFIG) == {"epochs": {"seed": 1}, "seed": {"epochs": 1}}
