"""The smallest change of an image that turns the answer: how near it lies to another class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.explain.base import ExplainError, check_class, check_image
from engine.explain.gradient import per_pixel
from engine.model.network import Network, Trace
from engine.options import Configurable, option
from engine.task import Task
from engine.types import Array, Bytes

_TRIES = 12
"""Steps that are taken within one size before it is given up."""
_RIVALS = 3
"""Classes, the likeliest ones, whose boundaries are looked at in each step."""


@dataclass(frozen=True, eq=False)
class Change:
    """A changed image with another answer, as the network was asked.

    Attributes:
        before: the pixels asked about, ``(C, H, W)``.
        after: the changed pixels, whole grey levels from 0 to 255.
        answers: the class before and after.
        probabilities: of all classes before and after, each ``(K,)``.
        largest: the largest change of a value, in grey levels of 255.
        mean: the mean change of all values, likewise.
        changed: share of the pixels that changed.
    """

    before: Bytes
    after: Bytes
    answers: tuple[int, int]
    probabilities: tuple[Array, Array]
    largest: int
    mean: float
    changed: float


@dataclass(frozen=True)
class SmallestChange(Configurable):
    """Look for the fewest grey levels by which pixels must change so that the network answers otherwise.

    A step goes towards the class whose boundary is nearest as the network is seen from there (DeepFool, in
    the maximum norm): ``argmin_k |f_k| / |w_k|_1`` with ``f_k = z_k - z_answer`` and ``w_k`` its gradient for
    the pixels; every pixel moves by the same amount in the direction of its sign. The allowed amount is a
    whole number of grey levels, found by doubling and then bisection; pixels stay whole and from 0 to 255.
    What is returned has been asked again. It is the smallest change that was found; there may be a smaller
    one.

    Source: Moosavi-Dezfooli, Fawzi and Frossard, *DeepFool*, 2016; Madry et al., 2018 (projected steps).
    """

    type_name: ClassVar[str] = "smallest_change"
    title: ClassVar[str] = "Smallest change"

    most: int = option(128, "Grey levels of 255 that a pixel may change at most", low=1, high=255)

    def find(
        self,
        network: Network,
        preprocessing: Preprocessing,
        image: Bytes,
        target: int | None = None,
        task: Task | None = None,
    ) -> Change:
        """Return the smallest change found that makes ``network`` answer ``target``, or anything else.

        Args:
            network: is not changed.
            preprocessing: what is done to the image before it enters.
            image: pixels, ``(C, H, W)``.
            target: the wanted answer, 0 to K - 1; None for whichever is nearest.
            task: gets the progress, and can cancel it.

        Raises:
            ExplainError: image or class do not fit the network, the answer is ``target`` already, or nothing
                within ``most`` grey levels turns the answer.
            Cancelled: the task was cancelled.
        """
        task = task or Task()
        check_image(network, image)
        if target is not None:
            check_class(network, target)
        if network.classes < 2:
            raise ExplainError("The network has one class only, so its answer cannot turn.")
        search = _Search(network, preprocessing, image, target)
        if search.answer == target:
            raise ExplainError("The network gives this class already.")
        # Doubled until a size does, for most answers turn within a few grey levels; then halved in between.
        low, high, best = 0, self.most + 1, None
        while high - low > 1:
            size = min(2 * low + 1, self.most) if best is None else (low + high) // 2
            task.report(low, high)
            found = search.within(size, task)
            if found is None:
                low = size
            else:
                best, high = found, int(np.abs(found.astype(int) - image).max())
        if best is None:
            wanted = "turns the answer" if target is None else "gives this class"
            raise ExplainError(f"No change of up to {self.most} grey levels was found that {wanted}.")
        return search.change(best)


class _Search:
    """The search for one image."""

    def __init__(
        self, network: Network, preprocessing: Preprocessing, image: Bytes, target: int | None
    ) -> None:
        self.network, self.preprocessing, self.image, self.target = network, preprocessing, image, target
        self.odds = network.predict(preprocessing.apply(image[None]))[0]
        self.answer = int(self.odds.argmax())
        others = [int(k) for k in np.argsort(-self.odds, kind="stable") if k != self.answer]
        self.rivals: tuple[int, ...] = tuple(others[:_RIVALS]) if target is None else (target,)

    def within(self, size: int, task: Task) -> Bytes | None:
        """Return a whole image within ``size`` grey levels whose answer is wanted; None if none was found."""
        low, high = (np.clip(self.image.astype(np.float64) + way * size, 0, 255) for way in (-1, 1))
        now = self.image.astype(np.float64)
        before: Bytes | None = None
        for _ in range(_TRIES):
            task.check()
            whole = np.rint(now).astype(np.uint8)
            if before is not None and np.array_equal(whole, before):
                return None
            before = whole
            x = self.preprocessing.apply(whole[None])
            trace = self.network.trace(x)
            logits = trace.logits[0].astype(np.float64)
            if self._wanted(int(logits.argmax())):
                return whole
            step = self._step(trace, logits, now, low, high)
            if step is None:
                return None
            now = np.clip(now + step, low, high)
        return None

    def change(self, after: Bytes) -> Change:
        """Return what became of the image; the network is asked about it once more."""
        odds = self.network.predict(self.preprocessing.apply(after[None]))[0]
        levels = np.abs(after.astype(int) - self.image)
        return Change(
            self.image,
            after,
            (self.answer, int(odds.argmax())),
            (self.odds, odds),
            int(levels.max()),
            float(levels.mean()),
            float(levels.any(axis=0).mean()),
        )

    def _wanted(self, answer: int) -> bool:
        return answer != self.answer if self.target is None else answer == self.target

    def _step(self, trace: Trace, logits: Array, now: Array, low: Array, high: Array) -> Array | None:
        """Return the step to the nearest boundary, grey levels ``(C, H, W)``; None if nothing can move."""
        leader = int(logits.argmax())
        nearest, best = np.inf, None
        for rival in self.rivals:
            upstream = np.zeros_like(trace.logits)
            upstream[0, rival], upstream[0, leader] = 1, -1
            gradient = trace.backward(upstream).input
            if gradient is None:
                raise RuntimeError("the first layer returned no gradient for its input")
            slopes = per_pixel(gradient[0], self.preprocessing).astype(np.float64) / 255
            ways = np.sign(slopes)
            slopes[((ways > 0) & (now >= high)) | ((ways < 0) & (now <= low))] = 0
            slope = np.abs(slopes).sum()
            if slope > 0 and (distance := (logits[leader] - logits[rival]) / slope) < nearest:
                nearest, best = distance, np.sign(slopes)
        # A little beyond the boundary, and never less than a level, which rounding could take away.
        return None if best is None else best * max(1.0, 1.05 * nearest)
