"""What is said before Qt would abort."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping

import pytest
from PyQt5.QtWidgets import QApplication

from gui.app.preflight import QT_LIBRARIES, XCB_LIBRARIES, Preflight, check, x_answers

NO_DISPLAY = ":4242"


def loader(*absent: str) -> Callable[[str], None]:
    def load(file: str) -> None:
        if file in absent:
            raise OSError(f"{file}: cannot open shared object file")

    return load


def look(
    environ: Mapping[str, str],
    *absent: str,
    answers: bool = True,
    tools: tuple[str, ...] = ("apt-get", "sudo"),
    window: bool = True,
    system: str = "linux",
) -> Preflight:
    return check(
        window=window,
        environ=environ,
        system=system,
        load=loader(*absent),
        answers=lambda _name: answers,
        which=lambda name: f"/usr/bin/{name}" if name in tools else None,
    )


def test_all_is_well() -> None:
    assert look({"DISPLAY": ":0"}) == Preflight(display=True, platform="xcb")
    assert look({"WAYLAND_DISPLAY": "wayland-0"}) == Preflight(display=True, platform="wayland")
    assert look({"QT_QPA_PLATFORM": "offscreen"}) == Preflight(display=True)
    assert look({}, window=False) == Preflight(display=False)


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_bring_what_qt_needs(system: str) -> None:
    everything = [library.file for library in QT_LIBRARIES + XCB_LIBRARIES]
    assert look({}, *everything, system=system) == Preflight(display=True)


def test_missing_libraries_are_named_with_one_line_to_paste() -> None:
    found = look({"DISPLAY": ":0"}, "libxcb-icccm.so.4", "libxcb-xkb.so.1", "libGL.so.1")
    assert [library.file for library in found.missing] == [
        "libGL.so.1",
        "libxcb-icccm.so.4",
        "libxcb-xkb.so.1",
    ]
    assert found.message.endswith(": sudo apt-get install libgl1 libxcb-icccm4 libxcb-xkb1")
    assert "libxcb-icccm.so.4" in found.message
    assert "\n" not in found.message


def test_each_machine_gets_its_own_command() -> None:
    absent = ("libxcb-icccm.so.4", "libxcb-xkb.so.1", "libxcb-shm.so.0")
    bare = look({"DISPLAY": ":0"}, *absent, tools=("apt-get",))
    assert bare.message.endswith(": apt-get install libxcb-icccm4 libxcb-shm0 libxcb-xkb1")
    fedora = look({"DISPLAY": ":0"}, *absent, tools=("dnf", "sudo"))
    assert fedora.message.endswith(": sudo dnf install xcb-util-wm libxcb")
    other = look({"DISPLAY": ":0"}, *absent, tools=("pacman",))
    assert "on Debian" in other.message


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ({"DISPLAY": ""}, "neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ({"DISPLAY": ":7"}, "DISPLAY is ':7', and nothing answers there"),
        ({"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "w"}, "'xcb', and DISPLAY is not set"),
        ({"QT_QPA_PLATFORM": "wayland", "DISPLAY": ":7"}, "'wayland', and WAYLAND_DISPLAY is not set"),
    ],
)
def test_no_display_is_said(environ: dict[str, str], words: str) -> None:
    found = look(environ, answers=False)
    assert not found.display
    assert not found.missing
    assert words in found.message


def test_a_dead_x_server_beside_wayland_does_no_harm() -> None:
    found = look({"DISPLAY": ":7", "WAYLAND_DISPLAY": "wayland-0"}, answers=False)
    assert found == Preflight(display=True, platform="wayland")
    missing = look({"WAYLAND_DISPLAY": "wayland-0"}, "libwayland-cursor.so.0")
    assert missing.message.endswith(": sudo apt-get install libwayland-cursor0")


def test_a_picture_needs_no_x() -> None:
    assert look({}, "libxcb-icccm.so.4", window=False).message == ""
    found = look({}, "libfontconfig.so.1", window=False)
    assert found.message.endswith("apt-get install libfontconfig1")


def test_the_real_loader_and_a_display_that_is_not_there() -> None:
    found = check(load=loader(), environ={"DISPLAY": NO_DISPLAY}, system="linux")
    assert not found.display
    with pytest.raises(OSError, match="no-such-library"):
        check.__kwdefaults__["load"]("libno-such-library.so.9")


def test_it_works_where_qt_is_not_installed() -> None:
    code = (
        "import sys; from gui.app.preflight import check; check(); "
        "sys.exit(any('PyQt5' in m for m in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.xcb
@pytest.mark.skipif(os.environ.get("QT_QPA_PLATFORM") != "xcb", reason="needs a real X server")
def test_a_real_x_server_answers_and_qt_agrees(qapp: QApplication) -> None:
    assert x_answers(os.environ["DISPLAY"])
    assert not x_answers(NO_DISPLAY)
    assert check() == Preflight(display=True, platform="xcb")
    assert qapp.platformName() == "xcb"
