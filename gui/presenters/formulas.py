"""The formula of every layer and every optimiser, typeset as rich text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class _Over:
    """A fraction."""

    top: str
    bottom: str


@dataclass(frozen=True)
class _Under:
    """A sign with its range below it."""

    sign: str
    below: str


RULE = "@rule"
"""Stands for the colour of the rules of fractions."""
_Piece = str | _Over | _Under


def sub(letter: str, index: str) -> str:
    """Return a letter with an index, in italics."""
    return f"<i>{letter}</i><sub><i>{index}</i></sub>"


def _sum(below: str) -> _Under:
    return _Under("∑", below)


def _typeset(*pieces: _Piece) -> str:
    """Return one line as a table of two rows: fractions use both, all else stands in their middle."""
    upper, lower = [], []
    for piece in pieces:
        if isinstance(piece, str):
            upper.append(f'<td rowspan="2" style="vertical-align: middle">{piece}&nbsp;</td>')
        elif isinstance(piece, _Over):
            line = f"border-bottom-style: solid; border-bottom-width: 1px; border-bottom-color: {RULE}"
            upper.append(f'<td align="center" style="vertical-align: bottom; {line}">{piece.top}</td>')
            lower.append(f'<td align="center" style="vertical-align: top">{piece.bottom}</td>')
        else:
            sign = f'<span style="font-size: 20px">{piece.sign}</span>'
            upper.append(f'<td align="center" style="vertical-align: bottom">{sign}</td>')
            small = f'<span style="font-size: 10px"><i>{piece.below}</i></span>'
            lower.append(f'<td align="center" style="vertical-align: top">{small}</td>')
    rows = "".join(f"<tr>{''.join(row)}</tr>" for row in (upper, lower) if row)
    return f'<table cellspacing="0" cellpadding="1">{rows}</table>'


_Y, _X, _D = "<i>y</i>", "<i>x</i>", "<i>δ</i>"
_PATCH = "c, sp + i − a, sq + j − a"
_BACK = "<i>∂L</i>"


def _slope(of: str, *pieces: _Piece) -> str:
    """Return the line for the gradient of the loss with respect to ``of``."""
    return _typeset(_Over(_BACK, f"<i>∂</i>{of}"), "=", *pieces)


def _elementwise(formula: str, slope: str) -> tuple[str, ...]:
    return _typeset(f"{_Y} = {formula}"), _slope(_X, f"{_D} · {slope}")


_DECAYED = "<i>g</i> ← <i>g</i> + <i>λ</i> <i>w</i> &nbsp; (weights that decay)"
_STEP = "<i>w</i> ← <i>w</i> − <i>η</i>"

FORMULAS: dict[str, tuple[str, ...]] = {
    "conv": (
        _typeset(
            f"{sub('y', 'f, p, q')} = {sub('b', 'f')} +",
            _sum("c, i, j"),
            sub("w", "f, c, i, j"),
            "·",
            sub("x", _PATCH),
        ),
        _slope(sub("w", "f, c, i, j"), _sum("p, q"), sub("δ", "f, p, q"), "·", sub("x", _PATCH)),
        _slope(sub("b", "f"), _sum("p, q"), sub("δ", "f, p, q")),
        _slope(
            sub("x", "c, h, k"),
            _sum("f, i, j"),
            sub("w", "f, c, i, j"),
            "·",
            sub("δ", "f, (h + a − i) / s, (k + a − j) / s"),
        ),
    ),
    "dense": (
        _typeset(f"{sub('y', 'u')} = {sub('b', 'u')} +", _sum("d"), f"{sub('w', 'u, d')} · {sub('x', 'd')}"),
        _slope(sub("w", "u, d"), f"{sub('δ', 'u')} · {sub('x', 'd')}"),
        _slope(sub("b", "u"), sub("δ", "u")),
        _slope(sub("x", "d"), _sum("u"), f"{sub('w', 'u, d')} · {sub('δ', 'u')}"),
    ),
    "relu": _elementwise("max(<i>x</i>, 0)", "[<i>y</i> &gt; 0]"),
    "relu6": _elementwise("min(max(<i>x</i>, 0), ceiling)", "[0 &lt; <i>y</i> &lt; ceiling]"),
    "leaky_relu": _elementwise("max(<i>x</i>, slope · <i>x</i>)", "(1 if <i>x</i> &gt; 0, else slope)"),
    "sigmoid": (
        _typeset(f"{_Y} =", _Over("1", "1 + <i>e</i><sup>−<i>x</i></sup>")),
        _slope(_X, f"{_D} · <i>y</i> (1 − <i>y</i>)"),
    ),
    "tanh": _elementwise("tanh <i>x</i>", "(1 − <i>y</i><sup>2</sup>)"),
    "max_pool": (
        _typeset(f"{sub('y', 'c, p, q')} =", _Under("max", "i, j"), sub("x", _PATCH)),
        _slope(sub("x", "c, h, k"), _Under("∑", "windows that it won"), sub("δ", "c, p, q")),
    ),
    "average_pool": (
        _typeset(f"{sub('y', 'c, p, q')} =", _Over("1", "<i>m n</i>"), _sum("i, j"), sub("x", _PATCH)),
        _slope(
            sub("x", "c, h, k"),
            _Over("1", "<i>m n</i>"),
            _Under("∑", "windows that hold it"),
            sub("δ", "c, p, q"),
        ),
    ),
    "global_average_pool": (
        _typeset(f"{sub('y', 'c')} =", _Over("1", "<i>H W</i>"), _sum("h, k"), sub("x", "c, h, k")),
        _slope(sub("x", "c, h, k"), _Over(sub("δ", "c"), "<i>H W</i>")),
    ),
    "flatten": (
        _typeset(f"{sub('y', '(c H + h) W + k')} = {sub('x', 'c, h, k')}"),
        _slope(sub("x", "c, h, k"), sub("δ", "(c H + h) W + k")),
    ),
    "dropout": (
        _typeset(
            f"{_Y} =",
            _Over("<i>m x</i>", "1 − rate"),
            "&nbsp; training; &nbsp; <i>y</i> = <i>x</i> otherwise",
        ),
        _slope(_X, _Over("<i>δ m</i>", "1 − rate")),
    ),
    "batch_norm": (
        _typeset(
            f"{_Y} = <i>&gamma;</i> <i>h</i> + <i>β</i>, &nbsp; <i>h</i> =",
            _Over("<i>x</i> − <i>μ</i>", "√(<i>σ</i><sup>2</sup> + <i>ε</i>)"),
        ),
        _slope(
            _X,
            _Over("<i>&gamma;</i>", "√(<i>σ</i><sup>2</sup> + <i>ε</i>)"),
            "(<i>δ</i> − mean(<i>δ</i>) − <i>h</i> mean(<i>δ h</i>))",
        ),
        _slope("<i>&gamma;</i>", _Under("∑", "n, p, q"), "<i>δ h</i>"),
        _slope("<i>β</i>", _Under("∑", "n, p, q"), _D),
    ),
    "residual": (
        _typeset(f"{_Y} = ReLU( <i>F</i>(<i>x</i>) + shortcut(<i>x</i>) )"),
        _typeset("<i>F</i> = bn<sub>2</sub> ∘ conv<sub>2</sub> ∘ ReLU ∘ bn<sub>1</sub> ∘ conv<sub>1</sub>"),
        _typeset(f"{_D}&prime; = {_D} [<i>y</i> &gt; 0]"),
        _slope(_X, f"{_D}&prime; · (<i>F</i>&prime;(<i>x</i>) + shortcut&prime;(<i>x</i>))"),
    ),
    "softmax": (
        _typeset(
            f"{sub('p', 'k')} =",
            _Over(
                f"<i>e</i><sup>{sub('z', 'k')}</sup>",
                f"∑<sub><i>m</i></sub> <i>e</i><sup>{sub('z', 'm')}</sup>",
            ),
        ),
        _typeset(f"<i>L</i> = −∑<sub><i>k</i></sub> {sub('t', 'k')} log {sub('p', 'k')}"),
        _slope(sub("z", "k"), f"{sub('p', 'k')} − {sub('t', 'k')}"),
    ),
}
"""Of each layer by its word in JSON: forward, then the gradients; δ is the gradient at the output."""

OPTIMISER_FORMULAS: dict[str, tuple[str, ...]] = {
    "sgd": (_typeset(_DECAYED), _typeset(f"{_STEP} <i>g</i>")),
    "momentum": (
        _typeset(_DECAYED),
        _typeset("<i>v</i> ← <i>μ</i> <i>v</i> + <i>g</i>"),
        _typeset(f"{_STEP} <i>v</i>"),
    ),
    "nesterov": (
        _typeset(_DECAYED),
        _typeset("<i>v</i> ← <i>μ</i> <i>v</i> + <i>g</i>"),
        _typeset(f"{_STEP} (<i>g</i> + <i>μ</i> <i>v</i>)"),
    ),
    "rmsprop": (
        _typeset(_DECAYED),
        _typeset("<i>s</i> ← <i>ρ</i> <i>s</i> + (1 − <i>ρ</i>) <i>g</i><sup>2</sup>"),
        _typeset("<i>v</i> ← <i>μ</i> <i>v</i> +", _Over("<i>g</i>", "√<i>s</i> + <i>ε</i>")),
        _typeset(f"{_STEP} <i>v</i>"),
    ),
    "adam": (
        _typeset(_DECAYED),
        _typeset("<i>m</i> ← <i>β</i><sub>1</sub> <i>m</i> + (1 − <i>β</i><sub>1</sub>) <i>g</i>"),
        _typeset(
            "<i>s</i> ← <i>β</i><sub>2</sub> <i>s</i> + (1 − <i>β</i><sub>2</sub>) <i>g</i><sup>2</sup>"
        ),
        _typeset(
            _STEP,
            _Over(
                "<i>m</i> / (1 − <i>β</i><sub>1</sub><sup><i>t</i></sup>)",
                "√(<i>s</i> / (1 − <i>β</i><sub>2</sub><sup><i>t</i></sup>)) + <i>ε</i>",
            ),
        ),
    ),
}
OPTIMISER_FORMULAS["adamw"] = (
    _typeset("<i>w</i> ← <i>w</i> − <i>η</i> <i>λ</i> <i>w</i> &nbsp; (weights that decay)"),
    *OPTIMISER_FORMULAS["adam"][1:],
)
"""Of each optimiser by its word in JSON: g gradient, λ weight decay, η learning rate, μ or β₁ momentum."""
