"""The words and rows of the inspector: what a place is called, and a calculation as rows of text."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.arithmetic.code import LayerCode
from engine.arithmetic.passes import SUM, Place, Step
from engine.arithmetic.watching import Source
from engine.arithmetic.windows import Window
from engine.arithmetic.working import Line, Working
from engine.formatting import grouped
from engine.layers.base import Layer
from engine.layers.conv import Conv
from engine.layers.pooling import AveragePool, MaxPool
from engine.model.losses import softmax
from engine.optimisers import Optimiser
from engine.types import Bytes, Shape
from gui.presenters.formulas import FORMULAS, OPTIMISER_FORMULAS, RULE

MOST_TERMS = 60
"""Products that are listed; the others are in the pictures of the patch."""
_INPUT = -1


def exact(value: float) -> str:
    """Write ``value`` with seven significant digits, as many as 32 bits hold, and a true minus sign."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    return f"{value:.7g}".replace("-", "−")


def small(value: float) -> str:
    """Write a difference: two digits say how large it is."""
    return "0" if value == 0 else f"{value:.1e}".replace("-", "−")


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes:
        cells: the texts.
        target: what the row stands for, if it can be followed.
        head: whether it is a heading for the rows below.
        picture: an image that stands before it, ``(C, H, W)``.
        second: what its third cell stands for, if that can be followed by itself.
    """

    cells: tuple[str, ...]
    target: object = None
    head: bool = False
    picture: Bytes | None = field(default=None, compare=False)
    second: object = None


def step_title(steps: Sequence[Step], number: int) -> str:
    """Name an operation, for example ``Layer 3, max pooling`` or ``Layer 4, residual block, conv1``."""
    if number == _INPUT:
        return "Input"
    if number == len(steps):
        return "Softmax"
    step = steps[number]
    head = f"Layer {step.owner + 1}"
    inner = [other for other in steps if other.owner == step.owner]
    if len(inner) == 1:
        return f"{head}, {_lower(step.layer.title) if step.layer is not None else SUM}"
    part = step.part if step.part else "last ReLU"
    return f"{head}, residual block, {part}"


def _lower(title: str) -> str:
    """Return a title as it stands in the middle of a sentence; ReLU stays what it is."""
    first = title.split()[0]
    return title if any(letter.isupper() for letter in first[1:]) else title[0].lower() + title[1:]


def index_words(steps: Sequence[Step], place: Place, names: Sequence[str] = ()) -> str:
    """Say which value of its operation a place is; numbers count from one."""
    count = len(steps)
    is_score = place.step in (count, count - 1)
    if is_score and len(names) == steps[-1].shape[0]:
        return f"“{names[place.index[0]]}”"
    if len(place.index) == 1:
        return f"value {grouped(place.index[0] + 1)}"
    channel, row, column = (i + 1 for i in place.index)
    what = "channel" if place.step == _INPUT else "map"
    return f"{what} {channel}, row {row}, column {column}"


def place_words(steps: Sequence[Step], place: Place, names: Sequence[str] = ()) -> str:
    """Name a value, for example ``Layer 1, convolution · map 3, row 5, column 7``."""
    return f"{step_title(steps, place.step)} · {index_words(steps, place, names)}"


def crumb(steps: Sequence[Step], place: Place) -> str:
    """Name a value as briefly as can be."""
    head = "Input" if place.step == _INPUT else "Softmax" if place.step == len(steps) else ""
    if not head:
        step = steps[place.step]
        head = f"{step.owner + 1} {step.part}".rstrip()
    return f"{head} ({','.join(str(i + 1) for i in place.index)})"


def line_rows(lines: Sequence[Line]) -> list[Row]:
    """Return the rows of a calculation: what, how much; values and learnt ones can be followed."""
    return [Row((line.name, exact(line.value)), line.place or line.weight) for line in lines]


def closing_rows(working: Working, shown: str) -> list[Row]:
    """Return the rows below a calculation: the value that is ``shown``, and how far the total is from it."""
    part = working.difference / abs(working.value) if working.value else working.difference
    words = "exactly the same" if working.difference == 0 else f"{small(part)} of it"
    if not math.isfinite(part):
        words = "not a number"
    return [Row((shown, exact(working.value))), Row(("difference", words))]


def factor_words(kind: str) -> tuple[str, str, str, str]:
    """Return the headings of a table of terms."""
    if kind == "softmax":
        return "class", "score", "exp", "probability"
    return "", "value", "weight", "product"


def term_rows(steps: Sequence[Step], working: Working, names: Sequence[str] = ()) -> list[Row]:
    """Return the terms of a sum, largest first; for dense layers those for, then those against."""
    window = working.window
    if window is None:
        return []
    if working.kind == "softmax":
        return _classes(steps, window, names)
    if working.kind != "dense":
        learnt = working.kind == "conv"
        return [_term(steps, window, cell, learnt=learnt) for cell in window.ranked(MOST_TERMS)]
    rows: list[Row] = []
    for words, sign in (("for", 1), ("against", -1)):
        signed = window.products[sign * window.products > 0]
        own = window.ranked(MOST_TERMS // 2, sign)
        count = f"{len(own)} of {grouped(signed.size)}"
        rows.append(Row((f"{words}: {count}", "", "", exact(float(signed.sum()))), head=True))
        rows += [_term(steps, window, cell, learnt=True) for cell in own]
    return rows


def _term(steps: Sequence[Step], window: Window, cell: tuple[int, int, int], *, learnt: bool) -> Row:
    place = window.place(cell)
    where = index_words(steps, place) if place is not None else "padding"
    numbers = (window.values[cell], window.weights[cell], window.products[cell])
    second = cell if place is not None and learnt else None
    return Row((where, *(exact(float(number)) for number in numbers)), place, second=second)


def _classes(steps: Sequence[Step], window: Window, names: Sequence[str]) -> list[Row]:
    logits, powers = window.values[:, 0, 0], window.products[:, 0, 0]
    shares = softmax(logits[None])[0]
    last = len(steps) - 1
    return [
        Row(
            (
                index_words(steps, Place(last, (int(k),)), names),
                exact(float(logits[k])),
                exact(float(powers[k])),
                exact(float(shares[k])),
            ),
            Place(last, (int(k),)),
        )
        for k in np.argsort(-logits, kind="stable")
    ]


# --- the code ---------------------------------------------------------------------------------------


def shape_words(shape: Shape) -> str:
    """Write a shape, for example ``(8, 24, 24)``."""
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def code_page(
    code: LayerCode | None, sources: Sequence[tuple[str, Sequence[Source]]], rule: str, ran: str
) -> str:
    """Return the formula, the shapes and the source as rich text.

    Args:
        code: the layer; None for softmax and loss.
        sources: headings, and the functions below each.
        rule: colour of text and rules, ``#rrggbb``.
        ran: colour behind lines that ran.
    """
    kind = code.layer.type_name if code is not None else "softmax"
    parts = [f"<h4>{code.layer.title if code is not None else 'Softmax and cross-entropy'}</h4>"]
    parts += [line.replace(RULE, rule) for line in FORMULAS[kind]]
    if code is not None:
        parts.append(_shapes(code))
    for heading, functions in sources:
        parts.append(f"<h4>{html.escape(heading)}</h4>")
        parts += [source_html(function, ran) for function in functions]
    return "".join(parts)


def optimiser_page(optimiser: Optimiser, sources: Sequence[Source], rule: str, ran: str) -> str:
    """Return the formula of an optimiser and its source, with the numbers of one weight, as rich text."""
    lines = [line.replace(RULE, rule) for line in OPTIMISER_FORMULAS[optimiser.type_name]]
    functions = [source_html(source, ran) for source in sources]
    return "".join([f"<h4>Update: {html.escape(optimiser.title)}</h4>", *lines, *functions])


def source_html(source: Source, ran: str) -> str:
    """Return a function with its numbers of lines, those that ran on another ground, and their numbers."""
    name = f"<b>{html.escape(source.name)}</b> <small>engine/{html.escape(source.file)}</small>"
    if not source.lines:
        return f"<p>{name}<br>The source is not installed with this copy of the program.</p>"
    rows = []
    for line in source.lines:
        text = html.escape(f"{line.number:>4}  {line.text}")
        values = "".join(f"  {n} = {exact(v)}" for n, v in line.values)
        text += f"<i>    # {html.escape(values.strip())}</i>" if values else ""
        rows.append(f'<span style="background-color: {ran}">{text}</span>' if line.ran else text)
    return f"<p>{name}</p><pre>" + "\n".join(rows) + "</pre>"


def _shapes(code: LayerCode) -> str:
    rows = [("input", shape_words(code.in_shape)), ("output", shape_words(code.out_shape))]
    rows[1:1] = [(name, shape_words(shape)) for name, shape in code.params.items()]
    rows += [(name, str(value)) for name, value in _letters(code.layer)]
    cells = "".join(
        f"<tr><td>{name}&nbsp;&nbsp;</td><td>{html.escape(words)}</td></tr>" for name, words in rows
    )
    return f'<p></p><table cellspacing="0" cellpadding="1">{cells}</table>'


def _letters(layer: Layer) -> list[tuple[str, object]]:
    """Return what the letters of a formula stand for in this layer."""
    if isinstance(layer, Conv | MaxPool | AveragePool):
        geometry = layer.geometry
        size = "<i>m</i> × <i>n</i>, the window" if not isinstance(layer, Conv) else "kernel"
        return [
            (size, "{} × {}".format(*geometry.size)),
            ("<i>s</i>, stride (rows, columns)", "{}, {}".format(*geometry.stride)),
            ("<i>a</i>, padding (rows, columns)", "{}, {}".format(*geometry.padding)),
        ]
    return [(name.replace("_", " "), getattr(layer, name)) for name in layer.options()]
