"""How a batch is cut into slices that threads share."""

from __future__ import annotations

_CACHE_BYTES = 1 << 20
"""Second-level cache of one core, which a slice's feature maps should not outgrow."""


def slice_bounds(batch: int, bytes_per_image: int) -> tuple[tuple[int, int], ...]:
    """Return ``(start, stop)`` of each slice of a batch, as even as possible.

    The cut depends on the batch and the network alone, never on the number of threads, so that one
    seed gives the same sums in the same order on every machine.

    Args:
        batch: images in the batch, at least 1.
        bytes_per_image: bytes of all the network's feature maps for one image.
    """
    fitting = max(8, _CACHE_BYTES // max(1, bytes_per_image))
    count = max(min(2, batch), -(-batch // fitting))
    count += count % 2 if count < batch else 0  # an even number keeps two or four threads equally busy
    return tuple((batch * i // count, batch * (i + 1) // count) for i in range(count))
