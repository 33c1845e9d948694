"""Films from the menu: one picture beforehand, the file, and the whole window as it travels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from pytestqt.qtbot import QtBot

import main
from gui.app.build import Kernelscope
from gui.dialogs.film_dialog import FilmDialog
from gui.dialogs.work_dialog import WorkDialog
from gui.style.theme import DARK, LIGHT

LONG = 60000


def shown(program: Kernelscope, kind: type[Any]) -> Any:
    found = [each for each in program.window.findChildren(kind) if each.isVisible()]
    return found[0] if found else None


def choose(dialog: FilmDialog, of: str, theme: str, size: str = "320x180") -> None:
    dialog.of.setCurrentIndex(dialog.of.findData(of))
    dialog.form.setCurrentIndex(dialog.form.findData(".gif"))
    dialog.theme.setCurrentIndex(dialog.theme.findData(theme))
    dialog.seconds.setValue(2)
    dialog.rate.setValue(4)
    dialog.size_box.setCurrentText(size)


def test_films_from_the_menu(qtbot: QtBot, program: Kernelscope, dialogs: Any, tmp_path: Path) -> None:
    window, bridge = program.window, program.context.bridge
    bridge.advance(4)
    qtbot.waitUntil(lambda: bridge.steps == 4 and 4 in bridge.run.kept_steps(), timeout=LONG)
    travel = program.context.moments.travel
    travel.go(2)

    window.actions_.by_key["film"].trigger()
    dialog = shown(program, FilmDialog)
    qtbot.waitUntil(lambda: not dialog.picture.empty, timeout=LONG)
    choose(dialog, "maps", "dark", "321 x 9")
    assert "321×9" in dialog.problem.text() and not dialog.make_button.isEnabled()
    choose(dialog, "maps", "dark")
    assert not dialog.problem.text() and dialog.own.isVisible()
    dialogs.file = tmp_path / "maps"
    QTest.mouseClick(dialog.make_button, Qt.LeftButton)
    qtbot.waitUntil(lambda: (done := shown(program, WorkDialog)) is not None and not done.busy, timeout=LONG)
    assert "Saved maps.gif" in shown(program, WorkDialog).words.text()
    shown(program, WorkDialog).close()
    with Image.open(tmp_path / "maps.gif") as film:
        assert film.size == (320, 180) and film.n_frames == 4
        assert film.convert("RGB").getpixel((0, 0)) == tuple(bytes.fromhex(DARK.panel[1:]))

    window.actions_.by_key["film"].trigger()  # of the window: it is as it was when that has ended
    choose(shown(program, FilmDialog), "window", "dark", "640x360")
    dialogs.file = tmp_path / "window.gif"
    QTest.mouseClick(shown(program, FilmDialog).make_button, Qt.LeftButton)
    qtbot.waitUntil(lambda: (done := shown(program, WorkDialog)) is not None and not done.busy, timeout=LONG)
    assert "Saved window.gif" in shown(program, WorkDialog).words.text()
    shown(program, WorkDialog).close()
    with Image.open(tmp_path / "window.gif") as film:
        first = film.convert("RGB").tobytes()
        film.seek(film.n_frames - 1)
        assert film.size == (640, 360) and film.n_frames > 1 and film.convert("RGB").tobytes() != first
    assert window.theme is LIGHT and travel.at == 2

    window.actions_.by_key["film"].trigger()
    choose(shown(program, FilmDialog), "window", "light", "640x360")
    dialogs.file = tmp_path / "cancelled.gif"
    QTest.mouseClick(shown(program, FilmDialog).make_button, Qt.LeftButton)
    QTest.mouseClick(shown(program, WorkDialog).end_button, Qt.LeftButton)
    qtbot.waitUntil(lambda: shown(program, WorkDialog) is None, timeout=LONG)
    assert not dialogs.file.exists() and travel.at == 2 and not list(tmp_path.glob(".kernelscope*"))


def test_the_window_is_filmed_without_a_display(
    qapp: object,
    tmp_path: Path,
    data: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("QT_QPA_PLATFORM", "QT_SCALE_FACTOR", "QT_FONT_DPI"):
        monkeypatch.setenv(name, "offscreen" if name == "QT_QPA_PLATFORM" else "1")
    run = tmp_path / "run"
    assert main.main(["train", "--data", data, "--quiet", "--threads", "1", "--out", str(run)]) == 0
    out = tmp_path / "film.webp"
    small = ("--seconds", "2", "--fps", "2", "--size", "980x600")
    assert main.main(["film", str(run), "--of", "window", "--out", str(out), *small]) == 0
    with Image.open(out) as film:
        assert film.size == (980, 600) and film.n_frames == 2
    (tmp_path / "film.webp").unlink()
    assert main.main(["film", str(run), "--of", "windows", "--out", str(out)]) == 1
    assert "curves, window." in capsys.readouterr().err and not out.exists()
