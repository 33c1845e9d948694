"""A text in Markdown from outside: headings, lists and emphasis, and nothing that is fetched or followed."""

from __future__ import annotations

from typing import Any

from PyQt5.QtCore import QSize, Qt, QUrl
from PyQt5.QtGui import QResizeEvent, QTextCursor, QTextDocument
from PyQt5.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from gui.style.theme import BODY, GRID, font

_PICTURE = "\ufffc"
"""What stands in a document where a picture would be."""


class MarkdownText(QTextBrowser):
    """Shows Markdown without HTML, as high as it is long.

    Pictures are left out before anybody looks for them, links are words like others: whatever a text says,
    no file and no address is opened for it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing."""
        super().__init__(parent)
        self.setFrameShape(QFrame.NoFrame)
        self.setOpenLinks(False)
        self.setTextInteractionFlags(Qt.TextSelectableByMouse)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Fixed)
        self.setStyleSheet("QTextBrowser { background: transparent; border: 0; padding: 0; }")
        self.setFont(font(BODY))
        self.document().setDocumentMargin(0)
        self.setFocusPolicy(Qt.NoFocus)
        self._words = ""

    @property
    def words(self) -> str:
        """The Markdown that is shown."""
        return self._words

    def show_words(self, words: str) -> None:
        """Show ``words``."""
        self._words = words
        document = self.document()
        form = QTextDocument.MarkdownFeatures(
            QTextDocument.MarkdownDialectCommonMark | QTextDocument.MarkdownNoHTML
        )
        document.setMarkdown(words, form)
        place = QTextCursor(document)
        while not (place := document.find(_PICTURE, place)).isNull():
            place.removeSelectedText()
        self._part_paragraphs()
        self.setAccessibleName(self.toPlainText())
        self._fit()

    def _part_paragraphs(self) -> None:
        """Put half a line between two paragraphs; those of lists stay together."""
        block = self.document().begin()
        while block.isValid():
            form = block.blockFormat()
            form.setTopMargin(0)
            form.setBottomMargin(0 if block.textList() is not None or not block.next().isValid() else GRID)
            QTextCursor(block).setBlockFormat(form)
            block = block.next()

    def loadResource(self, kind: int, name: QUrl) -> Any:
        """Return something that is no picture, whatever is asked for: Qt would look for it itself else."""
        return b" "

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be as high as the text is at this width."""
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        """Return the size of the text."""
        return QSize(200, self.height())

    def _fit(self) -> None:
        document = self.document()
        document.setTextWidth(self.viewport().width())
        high = max(1, round(document.size().height() + 0.5))
        if high != self.height():
            self.setFixedHeight(high)
