"""The words of the inspector: every layer and optimiser has a formula, every number seven digits."""

from __future__ import annotations

import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from engine.arithmetic.code import layer_code
from engine.arithmetic.output import explain_output, softmax_place
from engine.arithmetic.passes import Pass, Place
from engine.data.preprocess import Preprocessing
from engine.layers import LAYERS
from engine.model.network import Network
from engine.model.spec import preset
from engine.optimisers import OPTIMISERS
from gui.presenters.arithmetic import (
    closing_rows,
    code_page,
    crumb,
    exact,
    optimiser_page,
    place_words,
    small,
    source_html,
    term_rows,
)
from gui.presenters.formulas import FORMULAS, OPTIMISER_FORMULAS, RULE


class _Balance(HTMLParser):
    """Counts what is opened and not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def found() -> Pass:
    network = Network.new(preset("resnet", (1, 8, 8)), 1)
    image = np.random.default_rng(1).integers(0, 256, (1, 8, 8)).astype(np.uint8)
    return Pass.precise(network, Preprocessing((0.5,), (0.5,)), image)


def test_every_layer_and_every_optimiser_has_a_formula() -> None:
    assert set(FORMULAS) == {*LAYERS, "softmax"}
    assert set(OPTIMISER_FORMULAS) == set(OPTIMISERS)
    for lines in (*FORMULAS.values(), *OPTIMISER_FORMULAS.values()):
        assert lines
        for line in lines:
            assert not _Balance(line).open


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1234567, "0.1234567"), (-2.0, "−2"), (1e-9, "1e−09"), (math.inf, "∞"), (-math.inf, "−∞")],
)
def test_numbers_have_the_digits_that_32_bits_hold(value: float, text: str) -> None:
    assert exact(value) == text
    assert float(np.float32(0.1)) == pytest.approx(float(exact(float(np.float32(0.1)))), rel=1e-7)
    assert exact(math.nan) == "not a number"
    assert (small(0), small(-1.23e-7)) == ("0", "−1.2e−07")


def test_places_are_named_from_one(found: Pass) -> None:
    steps = found.steps
    assert place_words(steps, Place(-1, (0, 2, 3))) == "Input · channel 1, row 3, column 4"
    assert place_words(steps, Place(0, (0, 2, 3))) == "Layer 1, convolution · map 1, row 3, column 4"
    inner = next(step for step in steps if step.part == "conv1")
    assert place_words(steps, Place(inner.number, (0, 0, 0))).startswith("Layer 4, residual block, conv1 · ")
    assert place_words(steps, softmax_place(found, 3), tuple("abcdefghij")) == "Softmax · “d”"
    assert crumb(steps, Place(inner.number, (0, 0, 1))) == "4 conv1 (1,1,2)"


def test_the_last_layer_lists_what_is_for_and_what_is_against_a_class(found: Pass) -> None:
    working = explain_output(found, Place(len(found.steps) - 1, (2,)))
    rows = term_rows(found.steps, working)
    heads = [row for row in rows if row.head]
    assert [head.cells[0].split(":")[0] for head in heads] == ["for", "against"]
    against = rows.index(heads[1])
    products = [float(row.cells[3].replace("−", "-")) for row in rows if not row.head]
    assert products[: against - 1] == sorted(products[: against - 1], reverse=True)
    assert all(value < 0 for value in products[against - 1 :])
    assert working.window is not None
    assert sum(float(head.cells[3].replace("−", "-")) for head in heads) == pytest.approx(
        working.window.total, rel=1e-5
    )


def test_the_difference_is_said_as_a_share(found: Pass) -> None:
    rows = closing_rows(explain_output(found, Place(0, (0, 1, 1))), "shown")
    assert rows[0].cells[0] == "shown"
    assert (
        rows[1].cells[1] == "exactly the same"
        or float(rows[1].cells[1].removesuffix(" of it").replace("−", "-")) < 1e-5
    )


def test_the_code_is_harmless_text_with_the_lines_that_ran(found: Pass) -> None:
    code = layer_code(found, 0, training=False)
    text = code_page(code, [("Forward", code.forward)], "#112233", "#445566")
    assert RULE not in text
    assert not _Balance(text).open
    assert "(1, 8, 8)" in text
    assert "kernel" in text
    shown = source_html(code.forward[0], "#445566")
    for line in code.forward[0].lines:
        number = re.search(rf"(<span[^>]*>)?\s*{line.number}  ", shown)
        assert number is not None
        assert (number[1] is not None) is line.ran
    assert "-&gt; tuple[Array, Cache]" in shown  # not markup
    page = optimiser_page(OPTIMISERS["adam"](), code.forward[:1], "#112233", "#445566")
    assert not _Balance(page).open
