"""How a batch is cut into micro-batches that threads share."""

from __future__ import annotations

_BYTES = 1 << 23
"""Feature maps of one micro-batch: more outgrow the caches, fewer start too many loops."""

_FEWEST, _MOST = 16, 32
"""Images in a micro-batch, if the batch allows: below, loops are too short and minimal filtering does not
pay; above, too few micro-batches are left for many processors."""


def micro_batch_bounds(batch: int, bytes_per_image: int) -> tuple[tuple[int, int], ...]:
    """Return ``(start, stop)`` of each micro-batch of a batch, as even as possible.

    The cut depends on the batch and the network alone, never on the number of threads, so that one
    seed gives the same sums in the same order on every machine. There are at least two micro-batches, and
    an even number of them, so that two processes have the same to do. Of small maps that is two up to 64
    images, four up to 128 and eight up to 256: more processors have nothing to do.

    Args:
        batch: images in the batch, at least 1.
        bytes_per_image: bytes of all the network's feature maps for one image.
    """
    fitting = min(_MOST, max(_FEWEST, _BYTES // max(1, bytes_per_image)))
    count = 2 * -(-batch // (2 * fitting))
    count = min(count, batch)
    return tuple((batch * i // count, batch * (i + 1) // count) for i in range(count))
