"""The trainer against its naive twin, over random settings."""

from __future__ import annotations

import dataclasses
from functools import partial

import numpy as np
import pytest
from hypothesis import Phase, given, reject, settings
from hypothesis import strategies as st

from engine.data.augment import Augmentation
from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.errors import ShapeError
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.optimisers import OPTIMISERS
from engine.schedules import SCHEDULES
from engine.training import trainer as module
from engine.training.config import LiveSettings, RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers
from tests.engine.training.twin import Twin

STEPS = 6
EXACT = {"rtol": 1e-7, "atol": 1e-9}
"""Both in float64: what rounding in another order leaves after a few steps."""
SINGLE = {"rtol": 2e-3, "atol": 2e-4}
"""The trainer in its usual float32."""


def noisy_classes() -> Dataset:
    """Return pictures of 2 x 6 x 5 noise, brighter in the rows of their class."""
    rng = np.random.default_rng(11)
    labels = rng.integers(0, 3, 420)
    images = rng.integers(0, 150, (420, 2, 6, 5))
    for image, label in zip(images, labels, strict=True):
        image[:, 2 * label : 2 * label + 2] += 90
    images = images.astype(np.uint8)
    return Dataset("noise", "Noise", ("a", "b", "c"), images[:400], labels[:400], images[400:], labels[400:])


DATASET = noisy_classes()


class Float64(Preprocessing):
    """Gives float64, so that everything after it computes in it."""

    def apply(self, images):
        x = images.transpose(1, 2, 3, 0) / 255
        mean, std = (np.array(v)[:, None, None, None] for v in (self.mean, self.std))
        return ((x - mean) / std).transpose(3, 0, 1, 2)


def fraction(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda x: round(x, 4))


ACTIVATIONS = st.sampled_from(
    [{"kind": "relu"}, {"kind": "leaky_relu", "slope": 0.1}, {"kind": "tanh"}, {"kind": "sigmoid"}]
)
NORMS = st.lists(st.builds(lambda m: {"kind": "batch_norm", "momentum": m}, fraction(0.5, 0.95)), max_size=1)
DROPOUTS = st.lists(
    st.builds(
        lambda rate, inverted: {"kind": "dropout", "rate": rate, "inverted": inverted},
        fraction(0.1, 0.6),
        st.booleans(),
    ),
    max_size=1,
)
CONVS = st.fixed_dictionaries(
    {
        "kind": st.just("conv"),
        "filters": st.integers(1, 3),
        "kernel": st.sampled_from([2, 3, [3, 2]]),
        "stride": st.sampled_from([1, 1, 2]),
        "padding": st.sampled_from([0, 1]),
        "bias": st.booleans(),
    }
)
RESIDUALS = st.builds(
    lambda filters, stride: [{"kind": "residual", "filters": filters, "stride": stride}],
    st.integers(2, 3),
    st.integers(1, 2),
)
POOLS = st.lists(
    st.sampled_from([{"kind": "max_pool", "size": 2}, {"kind": "average_pool", "size": [1, 2]}]), max_size=1
)


@st.composite
def networks(draw: st.DrawFn) -> NetworkSpec:
    """Return a network with up to one layer of every kind."""
    layers = [*draw(st.one_of(RESIDUALS, st.just([]))), draw(CONVS), *draw(NORMS), draw(ACTIVATIONS)]
    layers += [*draw(DROPOUTS), *draw(POOLS), {"kind": "flatten"}]
    if draw(st.booleans()):
        layers += [
            {"kind": "dense", "units": 5, "bias": draw(st.booleans())},
            *draw(NORMS),
            draw(ACTIVATIONS),
        ]
    layers += [*draw(DROPOUTS), {"kind": "dense", "units": 3}]
    spec = NetworkSpec.from_json({"name": "random", "in_shape": [2, 6, 5], "layers": layers})
    try:
        spec.shapes()
    except ShapeError:  # strides have left too little for the last window
        reject()
    return spec


LIVE = st.builds(
    LiveSettings,
    learning_rate=fraction(0.001, 0.03),
    momentum=fraction(0.0, 0.95),
    weight_decay=st.one_of(st.just(0.0), fraction(0.01, 0.5)),
    # Up to 350 images: twelve micro-batches, more than there are gradient buffers.
    batch_size=st.one_of(st.integers(1, 90), st.integers(260, 350)),
    epochs=st.integers(1, 4),
)
OPTIMISER = st.one_of(
    *(st.just(OPTIMISERS[kind]()) for kind in ("sgd", "momentum", "nesterov")),
    st.builds(OPTIMISERS["rmsprop"], rho=fraction(0.5, 0.99), epsilon=fraction(0.001, 0.1)),
    st.builds(OPTIMISERS["adam"], beta2=fraction(0.5, 0.999), epsilon=fraction(0.001, 0.1)),
    st.builds(OPTIMISERS["adamw"], beta2=fraction(0.5, 0.999), epsilon=fraction(0.001, 0.1)),
)
SCHEDULE = st.one_of(
    st.just(SCHEDULES["constant"]()),
    st.builds(SCHEDULES["step"], every=st.just(1), drop=fraction(0.1, 0.9)),
    st.builds(SCHEDULES["cosine"], floor=fraction(0.0, 0.5)),
    st.builds(SCHEDULES["warm_up"], warm=fraction(0.5, 2.0), floor=fraction(0.0, 0.5)),
    st.builds(
        SCHEDULES["one_cycle"], peak=fraction(0.1, 0.9), start=fraction(0.1, 0.5), end=fraction(0.0, 0.3)
    ),
)
AUGMENTATION = st.sampled_from(
    [Augmentation(), Augmentation(flip=0.5, shift=1.0), Augmentation(thickness=0.5, rotation=20.0)]
)


@st.composite
def runs(draw: st.DrawFn) -> RunConfig:
    live = draw(LIVE)
    return RunConfig(
        network=draw(networks()),
        optimiser=draw(OPTIMISER),
        schedule=draw(SCHEDULE),
        augmentation=draw(AUGMENTATION),
        **dataclasses.asdict(live),
        seed=draw(st.integers(0, 1000)),
        smoothing=draw(st.one_of(st.just(0.0), fraction(0.05, 0.5))),
        averaging=draw(st.one_of(st.just(0.0), fraction(0.05, 0.99))),
        validation_images=draw(st.integers(10, 50)),
        training_images=draw(st.sampled_from([0, 25, 70, 340])),
        threads=1,
    )


def compare(
    config: RunConfig, changes: dict[int, LiveSettings], tolerance: dict[str, float], threads: int = 1
) -> None:
    """Take steps with trainer and twin side by side; ``changes`` come before the steps they are given for."""
    with Workers(threads) as workers:
        trainer = Trainer(config, DATASET, workers)
        twin = Twin(config, DATASET, trainer.network.named())
        for step in range(1, STEPS + 1):
            if step in changes:
                trainer.live = twin.live = changes[step]
            if trainer.done:
                break
            images, loss, accuracy, rate = twin.step()
            got = trainer.step()
            if threads > 1:
                trainer.pool.wait()
                assert trainer.pool.helping == threads - 1
            assert (got.step, got.images) == (step, images)
            assert got.epoch == pytest.approx(twin.epoch + twin.offset / len(twin.train))
            assert got.loss == pytest.approx(loss, rel=tolerance["rtol"], abs=tolerance["atol"])
            assert got.learning_rate == pytest.approx(rate, rel=1e-9, abs=1e-12)
            if tolerance is EXACT:  # a near tie may fall either way in float32
                assert got.accuracy == pytest.approx(accuracy)
            for expected, network in (
                (twin.params, trainer.network),
                (twin.best(), trainer.best_network()),
            ):
                for name, value in twin.named(expected).items():
                    np.testing.assert_allclose(
                        network.named()[name], value, **tolerance, err_msg=f"{name} after step {step}"
                    )
        evaluation = trainer.validate()
        assert evaluation is not None
        loss, accuracy = twin.validate()
        assert evaluation.mean_loss == pytest.approx(loss, rel=tolerance["rtol"], abs=tolerance["atol"])
        if tolerance is EXACT:
            assert evaluation.accuracy == pytest.approx(accuracy)


def compare_exactly(config: RunConfig, changes: dict[int, LiveSettings]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "Preprocessing", Float64)
        patch.setattr(Network, "new", partial(Network.new, dtype=np.float64))
        compare(config, changes, EXACT)


# A failure is reported as it was found: to make it smaller takes minutes.
@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(config=runs(), changes=st.dictionaries(st.integers(2, STEPS), LIVE, max_size=2))
def test_every_step_is_the_twins(config: RunConfig, changes: dict[int, LiveSettings]) -> None:
    compare_exactly(config, changes)


EVERYTHING = RunConfig(
    network=NetworkSpec.from_json(
        {
            "name": "everything",
            "in_shape": [2, 6, 5],
            "layers": [
                {"kind": "residual", "filters": 3, "stride": 1},
                {"kind": "conv", "filters": 3, "kernel": 2},
                {"kind": "batch_norm"},
                {"kind": "tanh"},
                {"kind": "max_pool", "size": 2},
                {"kind": "flatten"},
                {"kind": "dropout", "rate": 0.2},
                {"kind": "dense", "units": 3},
            ],
        }
    ),
    schedule=SCHEDULES["one_cycle"](),
    augmentation=Augmentation(flip=0.5, shift=1.0),
    learning_rate=0.02,
    momentum=0.8,
    weight_decay=0.1,
    batch_size=300,
    epochs=6,
    smoothing=0.1,
    averaging=0.9,
    validation_images=40,
    training_images=350,
    threads=1,
)
LATER = LiveSettings(learning_rate=0.01, momentum=0.5, weight_decay=0.2, batch_size=130, epochs=5)


@pytest.mark.parametrize("kind", OPTIMISERS)
def test_with_everything_at_once_every_step_is_the_twins(kind: str) -> None:
    compare_exactly(dataclasses.replace(EVERYTHING, optimiser=OPTIMISERS[kind]()), {4: LATER})


@pytest.mark.parametrize("threads", [1, 2])
def test_in_float32_and_with_help_the_step_is_the_twins_too(threads: int) -> None:
    compare(dataclasses.replace(EVERYTHING, threads=threads), {4: LATER}, SINGLE, threads)
