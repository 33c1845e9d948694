"""Following an ONNX graph from the image to its answers."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from engine.errors import ConfigError, ShapeError
from engine.exchange.onnx_file import Graph
from engine.exchange.onnx_fold import FOLDED, computed
from engine.exchange.onnx_layers import connected, flattened, settled
from engine.exchange.onnx_nodes import READERS
from engine.exchange.onnx_values import Answer, Feature, Refusal, RefusedError, Step, Sum

_BATCH = 1_000_003
"""Stands for the length of the batch in shapes that a graph computes; no other length is as large."""
_LABELS = ("ArgMax", "TopK", "ArrayFeatureExtractor")
"""Operations that turn probabilities into a class."""
_BOTH = (*_LABELS, "LinearClassifier")
"""Operations whose second output is as good as the first."""
_AFTER = ("Cast", "Flatten", "Identity", "Log", "Normalizer", "Reshape", "Squeeze")
"""Operations after which answers are still the answers."""


def follow(graph: Graph, image: Feature) -> dict[str, Any]:
    """Return what each output of the graph is if its input is ``image``."""
    values: dict[str, Any] = {"": None, **graph.constants, graph.taken: image}
    for node in graph.nodes:
        step = Step(node, [values[name] for name in node.input], graph.opset, graph.lengths[0] or _BATCH)
        values[node.output[0]] = _value(step)
        for name in node.output[1:]:
            values[name] = _second(step, node.output[0], values)
    return {
        name: values.get(name, Refusal(f"its output {name!r} is given by nothing")) for name in graph.outputs
    }


def _second(step: Step, first: str, values: dict[str, Any]) -> Any:
    """Return what another output of a node than the first is."""
    if step.node.op_type in _BOTH:
        return values[first]
    return Refusal(f"it uses another output of {step.name} than the first")


def _value(step: Step) -> Any:
    """Return the first output of a node, or why it cannot be had."""
    refused = next((value for value in step.values if isinstance(value, Refusal)), None)
    if refused is not None:
        known = step.values[0]
        if step.node.op_type == "ArrayFeatureExtractor" and isinstance(known, np.ndarray):
            return replace(refused, names=_words(known.ravel().tolist()))
        return refused
    operation = step.node.op_type
    depends = [value for value in step.values if isinstance(value, Feature | Sum | Answer)]
    try:
        if not depends:
            if operation not in FOLDED:
                raise RefusedError(f"it computes {step.name} from constants, which is not done here")
            return computed(step, step.values)
        if operation in _LABELS:
            return Refusal(f"{step.name} gives a class and no probabilities", label=True)
        if isinstance(depends[0], Answer) and operation in _AFTER:
            return depends[0]
        if operation == "Shape":
            return _shape(step)
        read = {"ZipMap": _with_names, "LinearClassifier": _linear, **READERS}.get(operation)
        if read is None:
            raise RefusedError(f"it holds the operation {step.name}, which no layer here does")
        return read(step)
    except RefusedError as error:
        return Refusal(error.words)
    except (ConfigError, ShapeError) as error:
        return Refusal(f"{step.name} cannot be a layer here ({str(error).rstrip('.')})")
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
        return Refusal(f"the operation {step.name} is not complete ({' '.join(str(error).split())[:80]})")


def _shape(step: Step) -> Any:
    seen = step.feature().seen
    whole = np.array([step.batch, *seen], np.int64)
    start, end = step.options.get("start", 0), step.options.get("end", len(whole))
    return whole[start:end]


def _with_names(step: Step) -> Answer:
    """Read the names of the classes beside probabilities, as scikit-learn writes them."""
    return _labelled(
        step, step.values[0] if isinstance(step.values[0], Answer) else Answer(step.feature(), raw=True)
    )


def _labelled(step: Step, answer: Answer) -> Answer:
    names = step.options.get("classlabels_strings") or step.options.get("classlabels_int64s") or ()
    return replace(answer, names=_words(names))


def _words(names: Any) -> tuple[str, ...]:
    return tuple(n.decode() if isinstance(n, bytes) else str(n) for n in names)


def _linear(step: Step) -> Answer:
    """Read a linear classifier of scikit-learn; its second output holds the probabilities."""
    options, value = step.options, step.feature()
    bias = np.array(options["intercepts"], np.float32)
    weight = np.array(options["coefficients"], np.float32).reshape(len(bias), -1)
    transform = options.get("post_transform", b"NONE").decode()
    if transform == "LOGISTIC" and len(bias) == 2 and not (weight.sum(axis=0).any() or bias.sum()):
        # One number and its negative: a sigmoid over each is one sigmoid and what is left of 1.
        one = connected(value, weight[1:], bias[1:]).then({"kind": "sigmoid"})
        return _labelled(step, Answer(one, raw=True))
    if transform not in ("SOFTMAX", "NONE") or len(bias) < 2:
        raise RefusedError(
            f"{step.name} has post_transform {transform} over {len(bias)} numbers; allowed is SOFTMAX"
        )
    return _labelled(step, Answer(connected(value, weight, bias)))


def answers(values: dict[str, Any], wanted: str = "") -> Answer:
    """Return the one answer among the outputs.

    Args:
        values: what its outputs are.
        wanted: the name of the output that counts; empty if there is only one.

    Raises:
        RefusedError: there is none, there are several, or it cannot be had; says which there are.
    """
    if wanted and wanted not in values:
        names = ", ".join(repr(name) for name in values)
        raise RefusedError(f"it has no output {wanted!r}; its outputs are {names}")
    there = different({wanted: values[wanted]} if wanted else values)
    if not there:
        raise RefusedError("it gives nothing that depends on the image")
    name, value = next(iter(there.items()))
    if all(isinstance(each, Refusal) for each in there.values()):
        raise RefusedError(value.why)
    if len(there) > 1:
        names = " and ".join(f"{name!r} {_size(value)}" for name, value in there.items())
        raise RefusedError(f"it gives {names}; name the one that counts (--output in the terminal)")
    if isinstance(value, Sum):
        raise RefusedError("it ends where two paths meet")
    if isinstance(value, np.ndarray):
        raise RefusedError(f"its output {name!r} does not depend on the image")
    answer = value if isinstance(value, Answer) else Answer(value, raw=True)
    labels = [each.names for each in values.values() if isinstance(each, Refusal) and each.names]
    return replace(answer, names=answer.names or (labels[0] if labels else ()))


def different(values: dict[str, Any]) -> dict[str, Any]:
    """Return those outputs, by name, that are answers of their own; labels beside them are none."""
    found: dict[int, tuple[str, Any]] = {}
    for name, value in values.items():
        if isinstance(value, Refusal) and value.label and len(values) > 1:
            continue
        key = _origin(value)
        if key not in found or isinstance(value, Answer):
            found[key] = (name, value)
    return dict(found.values())


def _origin(value: Any) -> int:
    """Return what tells answers apart: a softmax or sigmoid of the same numbers is no other answer."""
    if isinstance(value, Answer):
        return _origin(value.logits)
    if isinstance(value, Feature) and value.kind == "sigmoid" and value.before is not None:
        return id(value.before)
    return id(value)


def _size(value: Any) -> str:
    feature = value.logits if isinstance(value, Answer) else value
    if not isinstance(feature, Feature):
        return "(which cannot be read)"
    return f"(N, {', '.join(str(length) for length in feature.seen)})"


def logits(answer: Answer) -> tuple[Feature, tuple[str, ...]]:
    """Return what a softmax makes the answer's probabilities of, ``(K,)``, and sentences about it.

    One sigmoid of ``z`` is exactly the softmax of ``(0, z)``. For several sigmoids, which are independent
    of each other, the softmax of the same numbers is the probability of each class given that exactly one
    of them is the right one, since ``p / (1 - p) = exp(z)``.
    """
    value, notes = settled(answer.logits, flat=True), []
    if len([length for length in value.seen if length != 1]) > 1:
        raise RefusedError(f"it gives an answer of shape {('N', *value.seen)}, and allowed is (N, K)")
    count = math.prod(value.seen)
    value = value.looked(value.places.reshape(-1))
    sigmoid = answer.raw and value.kind == "sigmoid" and value.before is not None
    if sigmoid and value.before is not None:
        value = replace(value.before, view=value.view)
    value = flattened(value)
    if value.before is None or all(part.kind in ("", "flatten") for part in value.chain()):
        raise RefusedError("it holds no layer")
    if value.view is not None:
        value = connected(value, np.eye(count, dtype=np.float32), None)
    if count == 1:
        if not answer.raw:
            raise RefusedError("it takes a softmax over one number, which is always 1")
        value = _two(value)
        notes.append(
            "Its one sigmoid is read as two classes, exactly: the second has its probability, "
            "the first the rest."
            if sigmoid
            else "Its one number is read as the logit of the second of two classes."
        )
    elif sigmoid:
        notes.append(
            f"Its {count} sigmoids are independent; here each class has its probability given that "
            "exactly one is right, in the same order."
        )
    return value, tuple(notes)


def _two(value: Feature) -> Feature:
    """Return ``(0, z)`` for a value ``z``."""
    if value.kind != "dense":
        return connected(value, np.array([[0], [1]], np.float32), None)
    params = {name: np.concatenate([np.zeros_like(array), array]) for name, array in value.params.items()}
    return replace(value, shape=(2,), layer={**value.layer, "units": 2}, params=params)
