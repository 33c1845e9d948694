"""Why a network answers as it does. Adding a method: a class in a file here, and a name below."""

from __future__ import annotations

from engine.explain.base import ExplainError, Explanation, Method
from engine.explain.grad_cam import GradCam
from engine.explain.guided import GuidedBackpropagation
from engine.explain.integrated import IntegratedGradients
from engine.explain.lrp import LayerwiseRelevance
from engine.explain.occlusion import Occlusion
from engine.explain.saliency import Saliency
from engine.explain.smooth import SmoothGrad

METHODS: dict[str, type[Method]] = {
    "saliency": Saliency,
    "smooth_grad": SmoothGrad,
    "integrated_gradients": IntegratedGradients,
    "lrp": LayerwiseRelevance,
    "guided_backprop": GuidedBackpropagation,
    "grad_cam": GradCam,
    "occlusion": Occlusion,
}
"""Every method by the word that names it."""

__all__ = ["METHODS", "ExplainError", "Explanation", "Method"]
