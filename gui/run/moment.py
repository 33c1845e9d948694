"""What all views follow: a network at one moment, and what it makes of an image or of the test images."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from engine.data.dataset import Dataset
from engine.model.reference import Reference
from engine.records import dataclass
from engine.types import Array, Bytes

if TYPE_CHECKING:
    from engine.damage.stack import Damage
    from engine.model.model_file import Model
    from engine.model.network import Network
    from engine.training.evaluation import Evaluation
    from engine.training.replay import StepStart


def unbroken() -> Damage:
    """Return the damage of a network to which nothing was done."""
    from engine.damage.stack import UNBROKEN  # with all that can be done

    return UNBROKEN


@dataclass(frozen=True, eq=False)
class Moment:
    """A network as it is or was, and what it makes of an image; whoever shows it need not know which.

    Attributes:
        of: what was asked for; views compare it with what they look at.
        reference: which network it is: never ``TheRun``, but the step that this stood at.
        model: the network, which nobody changes, and what its images go through.
        step: training steps done, where that is known.
        follows: whether newer moments come by themselves, as they do of a network in training.
        image: the image, uint8 ``(C, H, W)``; None if there is none.
        maps: output of each layer for the image, ``(C, H, W)`` or ``(D,)``; empty if not asked, or if the
            image has another form than the network takes.
        probabilities: ``(K,)`` for the image, or None.
        start: what its newest training step began with; None if not asked, or not known.
        damage: of a copy that is being broken, what is done to it and to all images that enter it.
    """

    of: Reference
    reference: Reference
    model: Model
    step: int | None = None
    follows: bool = False
    image: Bytes | None = None
    maps: tuple[Array, ...] = field(default=(), repr=False)
    probabilities: Array | None = None
    start: StepStart | None = field(default=None, repr=False)
    damage: Damage = field(default_factory=unbroken)

    @property
    def network(self) -> Network:
        """The network."""
        return self.model.network


@dataclass(frozen=True, eq=False)
class Judged:
    """What a network answers to test images.

    Attributes:
        of: what was asked for.
        reference: which network it is.
        step: training steps done, where that is known.
        evaluation: its answers, to all images or to some.
        dataset: where the images are from.
        damage: of a copy that is being broken, what was done to the images before they entered it.
    """

    of: Reference
    reference: Reference
    step: int | None
    evaluation: Evaluation
    dataset: Dataset
    damage: Damage = field(default_factory=unbroken)
