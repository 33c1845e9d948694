"""Multiplying by constants and adding them, as ONNX graphs do at the image and between layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.exchange.onnx_layers import affine
from engine.exchange.onnx_values import Feature, RefusedError, Step


def read_affine(step: Step) -> Any:
    """Read Add, Sub, Mul, Div, Neg or Scaler of a feature and a constant."""
    operation = step.node.op_type
    if operation == "Neg":
        return affine(step.feature(), -1.0, 0.0)
    if operation == "Scaler":
        options = {"offset": [0.0], "scale": [1.0], **step.options}
        offset, factor = (np.asarray(options[name], np.float64) for name in ("offset", "scale"))
        return affine(step.feature(), factor, -offset * factor)
    first, second = step.values
    if isinstance(first, Feature) and isinstance(second, Feature):
        raise RefusedError(_two_paths(step, first, second))
    place = 1 if isinstance(second, np.ndarray) else 0
    value, number = step.feature(1 - place), step.weight(place).astype(np.float64)
    if operation == "Mul":
        return affine(value, number, 0.0)
    if operation == "Add":
        return affine(value, 1.0, number)
    if operation == "Sub":
        return affine(value, 1.0, -number) if place else affine(value, -1.0, number)
    if not place:
        raise RefusedError(f"{step.name} divides by a feature map, which no layer here does")
    with np.errstate(divide="ignore"):
        return affine(value, 1 / number, 0.0)


def _two_paths(step: Step, first: Feature, second: Feature) -> str:
    """Say what two paths that are combined are, by the name that people know."""
    for gate, value in ((first, second), (second, first)):
        if gate.kind == "sigmoid" and gate.before is value:
            return f"it uses the activation SiLU (swish) at {step.name}, which no layer here does"
        if gate.kind in ("relu6", "batch_norm") and any(part is value for part in gate.chain()):
            return f"it uses an activation like hard swish at {step.name}, which no layer here does"
    return f"{step.name} combines two paths, which no layer here does but Add in a residual block"
