"""The kernels of the first layer as pictures: those of a colour network in the colours they look for."""

from __future__ import annotations

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.model.network import Network
from engine.types import Bytes


def kernel_pictures(network: Network, preprocessing: Preprocessing) -> Bytes | None:
    """Return the kernels that see the image, ``(F, C, kh, kw)``; None if the network has no such kernels.

    A weight of zero is middle grey; the largest weight of all kernels, per pixel from black to white, is the
    lightest or darkest a colour can be: ``127.5 (1 + w / max |w|)`` with ``w`` the weight over the deviation
    of its colour.
    """
    weight = network.params[0].get(network.spec.layers[0].kernels)
    if weight is None or weight.ndim != 4 or network.spec.in_shape[0] not in (1, 3):
        return None
    per_pixel = weight / np.array(preprocessing.std, np.float64).reshape(1, -1, 1, 1)
    per_pixel = np.where(np.isfinite(per_pixel), per_pixel, 0)
    size = float(np.abs(per_pixel).max())
    shown: Bytes = np.rint(127.5 * (1 + per_pixel / (size or 1.0))).clip(0, 255).astype(np.uint8)
    return shown
