"""Layer-wise relevance propagation: the score, shared out from layer to layer down to the pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.explain.base import Balance, Explanation, Method
from engine.explain.walk import Relevance, back, for_class
from engine.model.network import Network
from engine.options import option
from engine.task import Task
from engine.types import Bytes


@dataclass(frozen=True)
class LayerwiseRelevance(Method):
    """Relevance of each pixel: the class's logit, shared out at each layer among what it was summed from.

    The rule is that of ``walk.Relevance``; the channels of a pixel are added up. Conservation: the map adds
    up to the logit, except for what biases contributed and what ``epsilon`` took; both sides are given with
    the map.

    Shapes: image ``(C, H, W)`` to values ``(H, W)``. About two passes forwards and one backwards.
    Source: Bach et al., *On pixel-wise explanations for non-linear classifier decisions*, 2015.
    """

    type_name: ClassVar[str] = "lrp"
    title: ClassVar[str] = "LRP"
    about: ClassVar[str] = (
        "The score of the class, shared out layer by layer among what it was summed from, down to the pixels "
        "(layer-wise relevance propagation). Adds up to the score but for what the biases gave."
    )

    epsilon: float = option(
        0.01, "Takes from shares that nearly cancel out, so that they do not get huge", low=0, high=10
    )
    gamma: float = option(
        0.0,
        "How much positive weights count more than negative ones: calmer maps, less against",
        low=0,
        high=1000,
    )

    def _explain(
        self, network: Network, preprocessing: Preprocessing, image: Bytes, target: int, task: Task
    ) -> Explanation:
        x = preprocessing.apply(image[None])
        score = float(network.forward(x)[0][0, target])
        rule = Relevance(self.epsilon, self.gamma)
        relevance = back(network, x, score * for_class(network, x, target), rule)[0].sum(axis=0)
        values = np.ascontiguousarray(relevance, np.float32)
        about = "sum of the map and the score; the difference is what biases contributed and epsilon took"
        balance = Balance("conservation", float(values.sum(dtype=np.float64)), score, about)
        detail = f"epsilon {self.epsilon:g}, gamma {self.gamma:g}"
        return Explanation(values, True, "share of the score", detail, values.shape, balance)
