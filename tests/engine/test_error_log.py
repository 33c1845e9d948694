"""What nobody expected is written down, on any disk, and told in one sentence."""

from __future__ import annotations

import errno
import logging
import sys
import threading

import pytest

from engine import error_log
from engine.error_log import ErrorLog, keeping, log_path, of_process
from engine.errors import DataError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(error_log, "log_path", lambda: tmp_path / "log" / "errors.log")
    return tmp_path / "log"


def failing(message="odd"):
    try:
        raise ValueError(message)
    except ValueError as error:
        return error


def test_it_lies_where_the_system_keeps_logs(home_elsewhere):
    assert home_elsewhere in log_path().parents and log_path().name == "errors.log"


def test_an_unexpected_error_is_a_sentence_and_all_of_it_is_in_the_file(folder):
    with keeping() as log:
        assert of_process() is log
        assert not folder.exists()  # without an error nothing is made
        told = log.told(failing())
        assert told.startswith("Something unexpected went wrong (ValueError: odd). The details are in ")
        assert str(folder / "errors.log") in told and "\n" not in told
        assert "Traceback" in log.text() and "in failing" in log.text()
    assert "Traceback" in (folder / "errors.log").read_text()


@pytest.mark.parametrize("error", [DataError("It is broken."), MemoryError()])
def test_what_was_expected_is_said_alone(folder, error):
    with keeping() as log:
        assert log.told(error) in ("It is broken.", "There is not enough memory for this.")
    assert not folder.exists()


def test_the_file_stays_small(folder, monkeypatch):
    monkeypatch.setattr(error_log, "_BYTES", 3000)
    with keeping() as log:
        for number in range(100):
            log.told(failing(f"number {number}"))
        assert "number 99" in log.text()
    files = sorted(path.name for path in folder.iterdir())
    assert files == ["errors.log", "errors.log.1", "errors.log.2"]
    assert sum(path.stat().st_size for path in folder.iterdir()) < 3 * 4000


def test_two_processes_may_write(folder):
    with keeping() as log:
        other = ErrorLog()
        log.told(failing("mine"))
        record = logging.makeLogRecord({"msg": "of another", "levelno": logging.ERROR})
        other.emit(record)
        assert "mine" in log.text() and "of another" in log.text()
        other.close()


def test_a_folder_without_rights(monkeypatch):
    def refuse(*_args, **_options):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(error_log.Path, "mkdir", refuse)
    with keeping() as log:
        assert "has no details. It cannot be written: Permission denied." in log.told(failing())


def test_where_no_folder_can_be_made_it_is_kept_in_memory(folder):
    folder.write_text("a file is in the way")
    with keeping() as log:
        told = log.told(failing())
        assert f"The log {folder / 'errors.log'} has no details. It cannot be written: File exists." in told
        assert "Traceback" in log.text()
        folder.unlink()
        assert "The details are in" in log.told(failing())


def test_a_full_disk(folder, monkeypatch):
    with keeping() as log:
        log.told(failing("first"))

        def full(_text):
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(log._file.stream, "write", full, raising=False)
            told = log.told(failing("second"))
        assert "It cannot be written: No space left on device." in told
        assert "first" in log.text() and "second" in log.text()


def test_errors_of_threads_and_finalisers_are_written_down(capfd):
    class Odd:
        def __del__(self):
            raise ValueError("in a finaliser")

    def work():
        raise ValueError("in a thread")

    before = threading.excepthook, sys.unraisablehook
    with keeping() as log:
        thread = threading.Thread(target=work, name="some thread")
        thread.start()
        thread.join()
        Odd()
        assert "some thread" in log.text() and "ValueError: in a thread" in log.text()
        assert "ValueError: in a finaliser" in log.text()
    assert (threading.excepthook, sys.unraisablehook) == before
    assert capfd.readouterr() == ("", "")
