"""Markdown from outside is shown, and nothing that it names is opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt5.QtGui import QImage
from pytestqt.qtbot import QtBot

from gui.widgets.markdown import MarkdownText

LONG = "word " * 80


@pytest.fixture(scope="module")
def text(qapp: object) -> Iterator[MarkdownText]:
    made = MarkdownText()
    made.resize(240, 100)
    made.show()
    yield made
    made.close()


def test_words_are_shown_and_pictures_links_and_html_are_not(qtbot: QtBot, tmp_path: Path) -> None:
    picture = tmp_path / "p.png"
    image = QImage(300, 300, QImage.Format_RGB32)
    image.fill(0)
    assert image.save(str(picture))
    text = MarkdownText()
    qtbot.addWidget(text)
    text.resize(240, 100)
    text.show()
    text.show_words("A **bold** word.\n\n- one\n- two\n")
    low = text.height()
    assert text.toPlainText() == "A bold word.\none\ntwo"
    text.show_words(f"A **bold** word. ![p](file://{picture}) ![p]({picture})\n\n- one\n- two\n")
    assert "\ufffc" not in text.toPlainText() and text.height() == low
    text.show_words('<img src="file:///etc/passwd"> <b>bold</b> [here](https://example.org)')
    assert "<b>" in text.toPlainText() and not text.openLinks() and not text.openExternalLinks()
    assert text.loadResource(2, None) == b" "


def test_it_is_as_high_as_it_is_long(qtbot: QtBot, text: MarkdownText) -> None:
    text.show_words("short")
    low = text.height()
    text.show_words(LONG)
    assert text.height() > 5 * low
    high = text.height()
    text.resize(480, text.height())
    text.show_words(LONG)
    assert text.height() < high


@given(st.text(alphabet="*_`#>-+|[]()!<>\\~ \n1.a&;:/=\t", max_size=120))
def test_anything_can_be_shown(text: MarkdownText, words: str) -> None:
    text.show_words(words)
    assert text.words == words and text.height() >= 1
