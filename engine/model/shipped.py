"""Which models come with the program; apart from what reads them, so that naming one loads nothing."""

from __future__ import annotations

SHIPPED: dict[str, str] = {
    "digits": "mnist",
    "clothes": "fashion-mnist",
    "objects": "cifar10",
}
"""One file each in ``resources/models``, and what each learnt from."""
