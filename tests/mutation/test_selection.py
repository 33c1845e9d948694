"""What is mutated is there, and so are the tests that are to notice."""

from __future__ import annotations

from tests.mutation.__main__ import ROOT
from tests.mutation.selection import SELECTION
from tests.mutation.survivors import SURVIVORS


def test_files_and_their_tests_are_there() -> None:
    for file, tests in SELECTION.items():
        assert (ROOT / file).is_file(), file
        for test in tests:
            assert (ROOT / test).exists(), test


def test_survivors_are_of_these_files_and_have_a_reason() -> None:
    for entry in SURVIVORS:
        assert entry.file in SELECTION
        assert len(entry.reason) > 20
    assert len({entry[:4] for entry in SURVIVORS}) == len(SURVIVORS)
