"""The first steps, as Help shows them."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from gui.style.theme import GRID

GUIDE = """
<h3>First steps</h3>
<p>The <b>Lessons</b> menu leads through the window step by step.</p>
<p><b>Draw</b> a digit in the Test panel at the right: a trained network answers at once. Open, drop or paste
a picture to have the digits in it read, or choose <b>Clothes</b> or <b>Objects</b> to have other things
named.</p>
<p><b>Start</b> (F5, or the space bar) trains a new network on 55,000 handwritten digits. Choose <b>Network in
training</b> in the Test panel and it answers while it learns.</p>
<p><b>Learn</b> shows the loss of every batch, its average, and how well images do that were set aside;
<b>Health</b> says what is wrong with the run, and what to try.<br>
<b>Network</b> shows every kernel and every feature map of one image, from input to probabilities;
<b>Inspect</b> takes any of its numbers apart, <b>Break it</b> damages a copy of it.<br>
<b>Explain</b> shows which pixels are evidence for an answer.<br>
<b>Evaluate</b> shows which classes are confused among the test images; click a cell or an image.<br>
<b>Data</b> shows all images, their classes and statistics, and what the network is given of them.<br>
<b>Map</b> shows which images are alike for a layer, and the loss around the weights.<br>
<b>Race</b> lets a few runs learn the same images side by side, and says who has won.</p>
<p><b>Step</b> (F6) trains on one batch, <b>Epoch</b> (F7) to the end of a pass. What has a dot in the
Experiment panel can be changed while the network trains; there other data sets are fetched or made of your
own pictures, too.</p>
<p>The <b>time line</b> below takes all views, and the answer to your drawing, to any kept step of the run,
while it trains on. With the keyboard on it, arrows go to the neighbours, Page up and down ten steps, Home and
End to the ends, B to the best validation; Space plays, Escape returns to the present. <b>Continue from
here</b> begins a new run.</p>
<table cellspacing="0" cellpadding="4">
<tr><td>Space, F5</td><td>start, pause</td><td width="24"></td>
<td>Ctrl+1 to 9</td><td>panels and views</td></tr>
<tr><td>F6, F7, F8</td><td>step, epoch, finish early</td><td></td>
<td>Ctrl+0</td><td>all views at once</td></tr>
<tr><td>Ctrl+R</td><td>restart</td><td></td><td>Ctrl+D</td><td>light or dark</td></tr>
<tr><td>F9</td><td>play the steps of the run</td><td></td>
<td>Alt+Left, Alt+Right</td><td>kept step before, after</td></tr>
<tr><td>Alt+Home, Alt+End</td><td>first step, end</td><td></td>
<td>Ctrl+B, Ctrl+L</td><td>best step, live</td></tr>
<tr><td>Ctrl+Z, Ctrl+Y</td><td>undo, redo a stroke</td><td></td><td>Delete</td><td>clear the sheet</td></tr>
<tr><td>Ctrl+V, O</td><td>paste, open a picture</td><td></td>
<td>Ctrl+O, Ctrl+E</td><td>open, export a model</td></tr>
<tr><td>Ctrl+I</td><td>take a number of Network apart</td><td></td><td></td><td></td></tr>
</table>
"""


def show_guide(parent: QWidget) -> None:
    """Open the first steps beside the window; it can stay open."""
    dialog = QDialog(parent)
    dialog.setWindowTitle("First steps")
    dialog.setAttribute(Qt.WA_DeleteOnClose)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(3 * GRID, GRID, 3 * GRID, 2 * GRID)
    text = QLabel(GUIDE)
    text.setWordWrap(True)
    text.setMinimumWidth(520)
    column.addWidget(text)
    buttons = QDialogButtonBox(QDialogButtonBox.Close)
    buttons.rejected.connect(dialog.close)
    column.addWidget(buttons)
    dialog.show()
