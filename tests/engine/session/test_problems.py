"""What went wrong in a session, in words."""

from __future__ import annotations

import pytest

from engine.errors import TrainingError
from engine.session.problems import in_words


@pytest.mark.parametrize(
    ("error", "words", "logged"),
    [
        (TrainingError("The loss became nan."), "The loss became nan.", False),
        (MemoryError(), "There is not enough memory for this network and batch size.", False),
        (KeyError("x"), "Training ended by an unexpected error (KeyError: 'x').", True),
    ],
)
def test_every_error_has_words_and_what_nobody_expected_is_logged(
    caplog: pytest.LogCaptureFixture, error: Exception, words: str, logged: bool
) -> None:
    with pytest.raises(type(error)) as caught:
        raise error
    assert in_words(caught.value) == words
    assert len(caplog.records) == logged
    if logged:
        assert caplog.records[0].getMessage() == "training ended by an unexpected error"
        assert "Traceback" in caplog.text and "raise error" in caplog.text
