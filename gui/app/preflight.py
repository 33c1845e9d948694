"""Finds out, before Qt does and aborts, whether a window can be opened here; loads no Qt.

On Linux the wheels of Qt bring no X libraries, and a missing one ends the process with a message
about plugins that names none of them.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from typing import Any

from engine.records import dataclass


@dataclass(frozen=True)
class Library:
    """A library that Qt loads, and the packages that hold it.

    Attributes:
        file: its name for the dynamic loader.
        apt: package on Debian and its relatives.
        dnf: package on Fedora and its relatives.
    """

    file: str
    apt: str
    dnf: str


QT_LIBRARIES = (
    Library("libGL.so.1", "libgl1", "libglvnd-glx"),
    Library("libgthread-2.0.so.0", "libglib2.0-0", "glib2"),
    Library("libfontconfig.so.1", "libfontconfig1", "fontconfig"),
    Library("libfreetype.so.6", "libfreetype6", "freetype"),
    Library("libdbus-1.so.3", "libdbus-1-3", "dbus-libs"),
)
"""What every Qt program needs, with or without a window."""

XCB_LIBRARIES = (
    Library("libX11.so.6", "libx11-6", "libX11"),
    Library("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb"),
    Library("libXext.so.6", "libxext6", "libXext"),
    Library("libxcb.so.1", "libxcb1", "libxcb"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm"),
    Library("libxcb-image.so.0", "libxcb-image0", "xcb-util-image"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms"),
    Library("libxcb-randr.so.0", "libxcb-randr0", "libxcb"),
    Library("libxcb-render.so.0", "libxcb-render0", "libxcb"),
    Library("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil"),
    Library("libxcb-shape.so.0", "libxcb-shape0", "libxcb"),
    Library("libxcb-shm.so.0", "libxcb-shm0", "libxcb"),
    Library("libxcb-sync.so.1", "libxcb-sync1", "libxcb"),
    Library("libxcb-xfixes.so.0", "libxcb-xfixes0", "libxcb"),
    Library("libxcb-xinerama.so.0", "libxcb-xinerama0", "libxcb"),
    Library("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11"),
)
"""What Qt needs for a window on X."""

WAYLAND_LIBRARIES = (
    Library("libwayland-client.so.0", "libwayland-client0", "libwayland-client"),
    Library("libwayland-cursor.so.0", "libwayland-cursor0", "libwayland-cursor"),
    Library("libwayland-egl.so.1", "libwayland-egl1", "libwayland-egl"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
)
"""What Qt needs for a window on Wayland."""


@dataclass(frozen=True)
class Preflight:
    """What was found.

    Attributes:
        display: there is a screen to open a window on.
        platform: the name of Qt's platform plugin that suits it; empty leaves the choice to Qt.
        missing: libraries that Qt needs and the loader does not find.
        message: one sentence that says what is wrong and what to do; empty if all is well.
    """

    display: bool
    platform: str = ""
    missing: tuple[Library, ...] = ()
    message: str = ""


def x_answers(display: str) -> bool:
    """Whether an X server answers under the name ``display``; False too if libxcb is missing."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    # A failed connection is an object as well, which is asked and released the same way.
    connection = xcb.xcb_connect(os.fsencode(display), None)
    try:
        return int(xcb.xcb_connection_has_error(connection)) == 0
    finally:
        xcb.xcb_disconnect(connection)


def check(
    *,
    window: bool = True,
    environ: Mapping[str, str] = os.environ,
    system: str = sys.platform,
    load: Callable[[str], Any] = ctypes.CDLL,
    answers: Callable[[str], bool] = x_answers,
    which: Callable[[str], str | None] = shutil.which,
) -> Preflight:
    """Find out whether Qt can open a window here, or (``window=False``) draw without one.

    Args:
        window: False asks only for what drawing into a picture needs.
        environ: the environment variables.
        system: the operating system, as in ``sys.platform``.
        load: loads a library by name; raises OSError if that fails.
        answers: whether an X server answers under a name.
        which: path of a command, or None.
    """
    if not system.startswith("linux"):
        return Preflight(display=True)
    chosen = environ.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    x, wayland = environ.get("DISPLAY", ""), environ.get("WAYLAND_DISPLAY", "")
    if not window or chosen not in ("", "xcb", "wayland", "wayland-egl"):
        return _with_libraries(Preflight(display=window), QT_LIBRARIES, load, which)
    if x and not chosen.startswith("wayland"):
        found = Preflight(display=True, platform="xcb")
        found = _with_libraries(found, QT_LIBRARIES + XCB_LIBRARIES, load, which)
        if found.missing or answers(x):
            return found
    if wayland and chosen != "xcb":
        found = Preflight(display=True, platform="wayland")
        return _with_libraries(found, QT_LIBRARIES + WAYLAND_LIBRARIES, load, which)
    if x and not chosen.startswith("wayland"):
        return Preflight(display=False, message=f"No display: DISPLAY is '{x}', and nothing answers there.")
    if chosen:
        needed = "DISPLAY" if chosen == "xcb" else "WAYLAND_DISPLAY"
        problem = f"QT_QPA_PLATFORM is '{chosen}', and {needed} is not set."
    else:
        problem = "neither DISPLAY nor WAYLAND_DISPLAY is set."
    return Preflight(display=False, message=f"No display: {problem}")


def _with_libraries(
    found: Preflight,
    needed: tuple[Library, ...],
    load: Callable[[str], Any],
    which: Callable[[str], str | None],
) -> Preflight:
    missing = tuple(library for library in needed if not _loads(library.file, load))
    if not missing:
        return found
    return Preflight(found.display, found.platform, missing, _advice(missing, which))


def _loads(file: str, load: Callable[[str], Any]) -> bool:
    try:
        load(file)
    except OSError:
        return False
    return True


def _advice(missing: tuple[Library, ...], which: Callable[[str], str | None]) -> str:
    """Name what is missing; the command at the end can be pasted into a terminal."""
    root = "sudo " if which("sudo") else ""
    if which("dnf") and not which("apt-get"):
        command = f"{root}dnf install " + " ".join(dict.fromkeys(library.dnf for library in missing))
    else:
        command = f"{root}apt-get install " + " ".join(dict.fromkeys(library.apt for library in missing))
    elsewhere = "" if which("apt-get") or which("dnf") else " (on Debian; elsewhere the names differ)"
    names = ", ".join(library.file for library in missing)
    return f"Qt needs libraries that are not installed here: {names}. Install them with{elsewhere}: {command}"
