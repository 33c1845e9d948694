"""Why a network answers as it does. Adding a method: a class in a file here, and a name below."""

from __future__ import annotations

from engine.explain.base import ExplainError, Explanation, Method
from engine.explain.grad_cam import GradCam
from engine.explain.occlusion import Occlusion
from engine.explain.saliency import Saliency

METHODS: dict[str, type[Method]] = {
    "saliency": Saliency,
    "grad_cam": GradCam,
    "occlusion": Occlusion,
}
"""Every method by the word that names it."""

__all__ = ["METHODS", "ExplainError", "Explanation", "Method"]
