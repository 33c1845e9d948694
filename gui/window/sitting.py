"""What the window shows, taken down for a shared run, and shown again elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import QRect, Qt
from PyQt5.QtWidgets import QMainWindow, QTabBar

from gui.panels.pad import PadPanel
from gui.presenters.shared import Group, Sitting, halves
from gui.run.travel import Travel
from gui.window.dock import Dock


def taken_down(window: QMainWindow, docks: dict[str, Dock], pad: PadPanel, step: int | None) -> Sitting:
    """Return what ``window`` shows; ``step`` is the one that is looked at."""
    strokes = pad.canvas.drawing.strokes
    return Sitting(step, strokes, (window.width(), window.height()), tuple(_groups(window, docks)))


def show_again(
    sitting: Sitting, window: QMainWindow, docks: dict[str, Dock], pad: PadPanel, travel: Travel
) -> None:
    """Let ``window`` show what another one did: moment, drawing and arrangement."""
    if sitting.step is not None:
        travel.go(sitting.step)
    else:
        travel.go_last()
    if sitting.size is not None and not window.windowState() & (Qt.WindowMaximized | Qt.WindowFullScreen):
        room = window.screen().availableGeometry().size()
        window.resize(min(sitting.size[0], room.width()), min(sitting.size[1], room.height()))
    if sitting.groups is not None:
        _arrange(sitting, window, docks)
    if sitting.strokes:
        pad.canvas.show_strokes(sitting.strokes)
        pad.draw()


def _groups(window: QMainWindow, docks: dict[str, Dock]) -> list[Group]:
    """Return where the docks lie."""
    by_title = {dock.windowTitle(): key for key, dock in docks.items()}
    order = {
        by_title.get(bar.tabText(tab), ""): tab
        for bar in window.findChildren(QTabBar)
        for tab in range(bar.count())
    }
    found, seen = [], set()
    for key, dock in docks.items():
        if key in seen or dock.isHidden():
            continue
        beside = [] if dock.isFloating() else window.tabifiedDockWidgets(dock)  # with those that float
        behind = [each for each in beside if isinstance(each, Dock) and not each.isFloating()]
        together = [each for each in (dock, *behind) if not each.isHidden()]
        keys = sorted((each.objectName() for each in together), key=lambda name: order.get(name, 0))
        seen.update(keys)
        front = next((name for name in keys if not docks[name].visibleRegion().isEmpty()), keys[0])
        place = docks[front].geometry()
        found.append(
            Group(
                tuple(keys),
                front,
                (place.x(), place.y(), place.width(), place.height()),
                dock.isFloating(),
            )
        )
    return found


def _arrange(sitting: Sitting, window: QMainWindow, docks: dict[str, Dock]) -> None:
    known = [
        Group(keys, one.front if one.front in keys else keys[0], one.place, one.floating)
        for one in sitting.groups or ()
        if (keys := tuple(key for key in one.keys if key in docks))
    ]
    resting = [one for one in known if not one.floating]
    for dock in docks.values():
        if dock.isFloating():
            dock.setFloating(False)
        window.removeDockWidget(dock)
        window.addDockWidget(Qt.LeftDockWidgetArea, dock)
    if resting:
        _place(resting, window, docks)
        head, placed = docks[_first(resting).keys[0]], {key for one in resting for key in one.keys}
        for key in docks.keys() - placed:  # what is hidden, or floats, comes back there
            window.tabifyDockWidget(head, docks[key])
    shown = {key for one in known for key in one.keys}
    for key, dock in docks.items():
        dock.setVisible(key in shown)
    for one in known:
        if one.floating:
            docks[one.front].setFloating(True)
            docks[one.front].setGeometry(_on_screen(QRect(*one.place), window))
        else:
            docks[one.front].raise_()
    _proportion(resting, window, docks, sitting.size)


def _first(groups: Sequence[Group]) -> Group:
    """Return the group in the left upper corner."""
    return min(groups, key=lambda one: (one.place[0] + one.place[1], one.place[0]))


def _place(groups: list[Group], window: QMainWindow, docks: dict[str, Dock]) -> None:
    """Put the groups where they belong, in the place that the first of them has now."""
    cut = halves(groups) if len(groups) > 1 else None
    first = _first(groups)
    if cut is None:
        head = docks[first.keys[0]]
        for one in groups:  # more than one only if no window can look like that
            for key in one.keys:
                if docks[key] is not head:
                    window.tabifyDockWidget(head, docks[key])
        return
    near, far, beside = cut
    window.splitDockWidget(
        docks[_first(near).keys[0]], docks[_first(far).keys[0]], Qt.Horizontal if beside else Qt.Vertical
    )
    _place(near, window, docks)
    _place(far, window, docks)


def _proportion(
    groups: list[Group], window: QMainWindow, docks: dict[str, Dock], size: tuple[int, int] | None
) -> None:
    """Give both sides of every cut the share that they had."""
    cut = halves(groups) if len(groups) > 1 else None
    if cut is None:
        return
    near, far, beside = cut
    axis = 0 if beside else 1
    times = 1.0
    if size is not None:
        times = (window.width(), window.height())[axis] / size[axis]
    sides = [
        max(one.place[axis] + one.place[axis + 2] for one in side) - min(one.place[axis] for one in side)
        for side in (near, far)
    ]
    window.resizeDocks(
        [docks[_first(side).front] for side in (near, far)],
        [max(1, round(side * times)) for side in sides],
        Qt.Horizontal if beside else Qt.Vertical,
    )
    _proportion(near, window, docks, size)
    _proportion(far, window, docks, size)


def _on_screen(place: QRect, window: QMainWindow) -> QRect:
    """Return ``place``, moved and made smaller so that all of it is on the screen."""
    room = window.screen().availableGeometry()
    place = QRect(place.topLeft(), place.size().boundedTo(room.size()))
    left = min(max(place.left(), room.left()), room.right() - place.width() + 1)
    top = min(max(place.top(), room.top()), room.bottom() - place.height() + 1)
    place.moveTo(left, top)
    return place
