"""Output that is closed, full, unread or of an encoding that lacks characters, in real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.arguments import name_or_path, to_path
from tests.processes import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="file descriptors of POSIX")

# What the commands do before they print takes longer than needed here.
SPEAK = """
import sys, types, main
def run(args):
    print("\\u201cwords\\u201d \\udce9", *range(int(args.count)))
    print("progress", file=sys.stderr)
    open(args.file, "w").write("done")
    return 0
def arguments(parser):
    parser.add_argument("count")
    parser.add_argument("file")
def command(**parts):
    return types.SimpleNamespace(help="speak", module=types.SimpleNamespace(**parts))
window = command(arguments=lambda parser: None)
main.commands = lambda: {"": window, "speak": command(arguments=arguments, run=run)}
sys.exit(main.program())
"""


def shell(redirections: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    words = " ".join(map(str, arguments))
    return subprocess.run(
        ["/bin/bash", "-c", f'"$0" -c "$1" {words} {redirections}', sys.executable, SPEAK],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("count", [1, 100000])
@pytest.mark.parametrize(
    ("redirections", "code", "words"),
    [
        ("", 0, "progress"),
        (">&-", 0, "progress"),
        ("2>&-", 0, ""),
        ("2>/dev/full", 0, ""),
        ("<&- >&- 2>&-", 0, ""),
        (">/dev/full 2>&1", 1, ""),
        (">/dev/full", 1, "Cannot write to standard output: No space left on device."),
        ("| true; exit ${PIPESTATUS[0]}", 0, "progress"),
        ("2>&1 | true; exit ${PIPESTATUS[0]}", 0, ""),
    ],
)
def test_the_work_is_done_and_said_as_well_as_it_can_be(
    redirections: str, code: int, words: str, count: int, tmp_path: Path
) -> None:
    done = shell(redirections, "speak", count, tmp_path / "file")
    assert done.returncode == code
    assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr
    assert words.encode() in done.stderr
    assert (tmp_path / "file").read_text() == "done"


def test_what_cannot_be_encoded_is_written_in_other_letters(tmp_path: Path) -> None:
    for encoding in ("ascii", "cp1252", "utf-8"):
        done = shell("", "speak", 1, tmp_path / "file", PYTHONIOENCODING=encoding)
        assert done.returncode == 0
        text = done.stdout.decode(encoding)
        assert "\\udce9 0" in text
        assert text.startswith("\\u201cwords\\u201d" if encoding == "ascii" else "“words”")


def test_help_that_cannot_be_written_is_an_error_and_a_wrong_word_is_one_of_usage() -> None:
    assert shell(">/dev/full", "--help").returncode == 1
    assert shell(">&-", "--help").returncode == 0
    assert shell(">/dev/full 2>/dev/full", "sing").returncode == 2


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert to_path("~/x") == tmp_path / "x"
    assert name_or_path("~/x") == str(tmp_path / "x")
    for other in ("x/~", "~nobody-of-this-name/x", "/a"):
        assert to_path(other) == Path(other)
        assert name_or_path(other) == other


def test_every_path_of_every_command_knows_the_home_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import main

    monkeypatch.setenv("HOME", str(tmp_path))
    here = str(tmp_path)
    for line, names in {
        "train --out=~/x --config=~/x --network=~/x": ("out", "config", "network"),
        "evaluate --model=~/x": ("model",),
        "predict --model=~/x ~/x": ("model", "images"),
        "data add mnist ~/x": ("paths",),
        "data own ~/x": ("path",),
        "export ~/x --out=~/x": ("model", "out"),
        "import ~/x --out=~/x": ("file", "out"),
        "screenshot --steps=1 --out=~/x --open=~/x --config=~/x": ("out", "open", "config"),
        "--offscreen --out=~/x --config=~/x": ("out", "config"),
    }.items():
        args = main.parser().parse_args(line.split())
        for name in names:
            value = getattr(args, name)
            assert str(value[0] if isinstance(value, list) else value) == f"{here}/x", (line, name)
