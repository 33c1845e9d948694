"""What an ONNX graph computes from constants, worked out by ONNX's own reference implementation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.exchange.onnx_values import RefusedError, Step, within

_ELEMENTWISE = (
    "Add", "And", "Cast", "CastLike", "Div", "Equal", "Exp", "Floor", "Greater", "Identity", "Less", "Max",
    "Min", "Mod", "Mul", "Neg", "Not", "Or", "Pow", "Reciprocal", "Sqrt", "Sub", "Where",
)  # fmt: skip
_SHRINKING = (
    "Concat", "DequantizeLinear", "Flatten", "Gather", "ReduceProd", "Reshape", "Slice", "Squeeze",
    "Transpose", "Unsqueeze",
)  # fmt: skip
_GROWING = ("ConstantOfShape", "Expand", "Range")

FOLDED = frozenset((*_ELEMENTWISE, *_SHRINKING, *_GROWING))
"""Operations that may be worked out: none of them makes much of little without being asked first."""


def computed(step: Step, arrays: Sequence[npt.NDArray[Any] | None]) -> npt.NDArray[Any]:
    """Return the first output of a node for ``arrays``.

    Raises:
        RefusedError: it would be too large, or the operation does not take these.
    """
    from onnx import helper
    from onnx.reference import ReferenceEvaluator

    _check_size(step, arrays)
    # The reference implementation has this one only as it is since version 19; it was the same before.
    version = max(step.opset, 19) if step.node.op_type == "DequantizeLinear" else step.opset
    node = step.node
    feeds = {name: array for name, array in zip(node.input, arrays, strict=False) if array is not None}
    taken, given = (
        [helper.make_empty_tensor_value_info(n) for n in names] for names in (feeds, node.output[:1])
    )
    graph = helper.make_graph([node], "one", taken, given)
    try:
        with np.errstate(all="ignore"):
            (result,) = ReferenceEvaluator(graph, opsets={"": version}).run(None, feeds)
    except Exception as error:  # noqa: BLE001 - the library raises anything on graphs that are damaged
        reason = " ".join(str(error).split())[:80]
        raise RefusedError(f"{step.name} does not fit what it takes ({reason})") from None
    return np.asarray(result)


def _check_size(step: Step, arrays: Sequence[npt.NDArray[Any] | None]) -> None:
    """Raise RefusedError before memory is taken for a result that is too large."""
    there, count = [array for array in arrays if array is not None], 0
    operation = step.node.op_type
    if operation == "Range":
        start, limit, move = (float(np.ravel(array)[0]) for array in there[:3])
        count = int(abs(limit - start) / max(abs(move), 1e-9))
    elif operation == "ConstantOfShape":
        count = math.prod(int(n) for n in np.ravel(there[0]))
    elif operation == "Expand":
        count = math.prod(np.broadcast_shapes(there[0].shape, tuple(int(n) for n in np.ravel(there[1]))))
    elif operation == "Gather":
        count = there[0].size * max(1, there[1].size)
    elif operation in _ELEMENTWISE:
        count = math.prod(np.broadcast_shapes(*(array.shape for array in there)))
    within(count, f"the result of {step.name}")
