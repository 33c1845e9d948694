"""Recorded runs that take too much room are offered for deletion, and none goes unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.runs import names
from engine.runs.library import Library
from engine.runs.notes import change_notes
from engine.runs.record import RunRecord
from gui.run import room
from gui.state.notices import Notices
from tests.engine.runs.test_library import run
from tests.engine.runs.test_recorder import CONFIG, made


def test_the_oldest_go_to_the_bin_when_the_user_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, library, notices = RunRecord.new("one", CONFIG, made()), Library(tmp_path), Notices()
    for day in (1, 2, 3):
        run(tmp_path, str(day), record, f"2026-01-0{day}")
    offers: list[tuple[str, object]] = []
    told: list[str] = []
    monkeypatch.setattr(notices, "offer", lambda sentence, _label, act: offers.append((sentence, act)))
    notices.posted.connect(lambda sentence, _problem: told.append(sentence))
    room.offer_room(library, notices)
    assert offers == []  # they are small
    real = library.too_many
    monkeypatch.setattr(library, "too_many", lambda: real(library.runs()[0].bytes + 1))
    room.offer_room(library, notices)
    ((sentence, delete),) = offers
    assert "more than 5 GB" in sentence and "2 runs" in sentence
    assert len(library.runs()) == 3 and callable(delete)
    delete()
    assert [each.name for each in library.runs()] == ["3"] and sorted(
        run.name for run in library.bin.deleted()
    ) == ["1", "2"]
    assert "2 runs deleted; they can be restored for 30 days" in told[0]
    assert (library.bin.restore("1") / names.RUN).exists()


def test_a_star_that_was_given_meanwhile_keeps_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record, library, notices = RunRecord.new("one", CONFIG, made()), Library(tmp_path), Notices()
    for day in (1, 2):
        run(tmp_path, str(day), record, f"2026-01-0{day}")
    acts: list[Callable[[], None]] = []
    monkeypatch.setattr(notices, "offer", lambda _sentence, _label, act: acts.append(act))
    real = library.too_many
    monkeypatch.setattr(library, "too_many", lambda: real(0))
    room.offer_room(library, notices)
    change_notes(tmp_path / "1", star=True)
    acts[0]()
    assert [each.name for each in library.runs()] == ["1"]
