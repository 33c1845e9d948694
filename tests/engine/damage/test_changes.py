"""What each change does, against values worked out another way; and that nothing but a copy is touched."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import ndimage

from engine.damage import CHANGES, Prune, Quantise, ScaleKernel, SetWeight, SwitchOff, WeightNoise
from engine.damage.base import InputChange, NetworkChange
from engine.damage.input_changes import Blur, InputNoise, Recolour, Rotate, Scale, Shift
from engine.damage.network_changes import filters
from engine.damage.ranking import rank_filters
from engine.damage.stack import Damage
from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.errors import ConfigError
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.task import Cancelled, Task
from engine.training.evaluation import evaluate
from engine.training.workers import Workers

SPEC = NetworkSpec.from_json(
    {
        "name": "n",
        "in_shape": [1, 10, 10],
        "layers": [
            {"kind": "conv", "filters": 4, "kernel": 3},
            {"kind": "batch_norm"},
            {"kind": "relu"},
            {"kind": "residual", "filters": 3, "stride": 2},
            {"kind": "flatten"},
            {"kind": "dense", "units": 3},
        ],
    }
)
X = np.random.default_rng(1).standard_normal((5, 1, 10, 10)).astype(np.float32)


@pytest.fixture
def network() -> Network:
    network = Network.new(SPEC, 2)
    rng = np.random.default_rng(3)
    network.params[1]["bias"][:] = rng.standard_normal(4)  # so that a map that is 0 before is not after
    network.params[3]["bn1.bias"][:] = rng.standard_normal(3)
    return network


def changed(network: Network, change: NetworkChange) -> Network:
    before = network.state_vector.copy()
    copy = Damage((change,)).network(network)
    np.testing.assert_array_equal(network.state_vector, before)
    assert change.words(network)
    return copy


def test_a_filter_that_is_off_gives_nothing_also_behind_batch_normalisation(network: Network) -> None:
    maps = changed(network, SwitchOff(0, 2)).maps(X)
    usual = network.maps(X)
    assert not maps[0][:, 2].any() and not maps[1][:, 2].any() and usual[1][:, 2].any()
    np.testing.assert_array_equal(maps[1][:, [0, 1, 3]], usual[1][:, [0, 1, 3]])


def test_in_a_residual_block_the_map_of_the_first_convolution_is_off(network: Network) -> None:
    copy = changed(network, SwitchOff(3, 1))
    # Without its map, what the second convolution has learnt of it makes no difference.
    other = copy.copy()
    other.params[3]["conv2.weight"][:, 1] = 77
    np.testing.assert_array_equal(copy.maps(X)[3], other.maps(X)[3])
    assert not np.array_equal(copy.maps(X)[3], network.maps(X)[3])


def test_a_single_weight_and_a_whole_kernel(network: Network) -> None:
    weight = network.params[0]["weight"]
    one = changed(network, SetWeight(0, 1, 5, 2.5)).params[0]["weight"]
    assert one[1, 0, 1, 2] == 2.5 and np.count_nonzero(one != weight) == 1
    whole = changed(network, ScaleKernel(0, 3, -2.0)).params[0]["weight"]
    np.testing.assert_array_equal(whole[3], -2 * weight[3])
    np.testing.assert_array_equal(whole[:3], weight[:3])


@pytest.mark.parametrize(
    "change", [SwitchOff(9, 0), SwitchOff(2, 0), SwitchOff(0, 4), SetWeight(0, 0, 9, 1.0), ScaleKernel(0, 9)]
)
def test_what_is_not_there_cannot_be_changed(network: Network, change: NetworkChange) -> None:
    with pytest.raises(ConfigError, match=r"is \d|has no kernels"):
        Damage((change,)).network(network)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 1.0])
def test_the_smallest_weights_of_all_layers_go(network: Network, share: float) -> None:
    copy = changed(network, Prune(share))
    pairs = [
        (old.reshape(-1), new.reshape(-1))
        for old, new in zip(network.named().items(), copy.named().items(), strict=True)
        for old, new in [(old[1], new[1])]
        if old.ndim >= 2
    ]
    old, new = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
    gone = (new == 0) & (old != 0)
    assert np.count_nonzero(gone) == round(share * old.size)
    if 0 < share < 1:
        assert np.abs(old[gone]).max() <= np.abs(old[~gone]).min()
    np.testing.assert_array_equal(new[~gone], old[~gone])


@pytest.mark.parametrize(("bits", "most"), [("8", 255), ("4", 15), ("2", 3)])
def test_quantised_weights_have_few_values_and_err_by_half_a_step(
    network: Network, bits: str, most: int
) -> None:
    copy = changed(network, Quantise(bits))
    for name, old in network.named().items():
        new = copy.named()[name]
        if old.ndim < 2:
            np.testing.assert_array_equal(new, old)
            continue
        step = np.abs(old).max() / (2 ** (int(bits) - 1) - 1)
        assert len(np.unique(new)) <= most
        assert np.abs(new - old).max() <= step / 2 * 1.001
        np.testing.assert_allclose(new / step, np.round(new / step), atol=1e-4)


def test_noise_has_the_size_it_is_said_to_have_and_repeats(network: Network) -> None:
    first, again, other = (changed(network, WeightNoise(0.5, seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.vector, again.vector)
    assert not np.array_equal(first.vector, other.vector)
    old, new = network.params[5]["weight"], first.params[5]["weight"]
    assert np.std(new - old) / np.std(old) == pytest.approx(0.5, rel=0.2)


# --- the input --------------------------------------------------------------------------------------

PICTURES = np.random.default_rng(4).integers(0, 256, (3, 1, 9, 9)).astype(np.uint8)


def test_a_quarter_turn_is_exact_and_clockwise() -> None:
    np.testing.assert_array_equal(Rotate(90.0).apply(PICTURES), np.rot90(PICTURES, -1, (2, 3)))


def test_a_shift_moves_to_the_right_and_down() -> None:
    found = Shift(2.0, 1.0).apply(PICTURES)
    np.testing.assert_array_equal(found[:, :, 1:, 2:], PICTURES[:, :, :-1, :-2])


def test_a_scaled_picture_agrees_with_another_interpolation() -> None:
    smooth = np.stack([ndimage.gaussian_filter(p[0].astype(float), 1.5) for p in PICTURES])[:, None]
    smooth = smooth.astype(np.uint8)
    found = Scale(1.5).apply(smooth)
    expected = ndimage.affine_transform(smooth[0, 0].astype(float), np.eye(2) / 1.5, 4 - 4 / 1.5, order=1)
    np.testing.assert_allclose(found[0, 0], expected, atol=1.0)


def test_a_blur_agrees_with_another_one() -> None:
    found = Blur(1.3).apply(PICTURES)
    expected = ndimage.gaussian_filter(
        PICTURES.astype(float), (0, 0, 1.3, 1.3), mode="nearest", radius=(0, 0, 4, 4)
    )
    np.testing.assert_allclose(found, expected, atol=0.6)


def test_brightness_contrast_and_colour() -> None:
    colours = np.random.default_rng(6).integers(60, 180, (2, 3, 4, 4)).astype(np.uint8)
    np.testing.assert_array_equal(Recolour(contrast=-1.0).apply(colours), 255 - colours)
    np.testing.assert_array_equal(Recolour(brightness=10.0).apply(colours), colours + 10)
    grey = Recolour(saturation=0.0).apply(colours)
    np.testing.assert_array_equal(grey[:, 0], grey[:, 2])
    red, green, blue = colours[0, :, 1, 2].astype(float)
    assert grey[0, 0, 1, 2] == pytest.approx(0.299 * red + 0.587 * green + 0.114 * blue, abs=0.6)
    np.testing.assert_array_equal(Recolour(saturation=0.0).apply(PICTURES), PICTURES)


def test_noise_on_the_input() -> None:
    flat = np.full((4, 1, 50, 50), 128, np.uint8)
    found = InputNoise(20.0).apply(flat).astype(float)
    assert found.std() == pytest.approx(20, rel=0.05) and found.mean() == pytest.approx(128, abs=1)


@pytest.mark.parametrize("kind", [cls for cls in CHANGES.values() if issubclass(cls, InputChange)])
def test_every_change_of_the_input_leaves_the_images_alone(kind: type[InputChange], network: Network) -> None:
    colours = np.random.default_rng(6).integers(0, 256, (2, 3, 5, 7)).astype(np.uint8)
    before = colours.copy()
    found = kind().apply(colours)
    np.testing.assert_array_equal(colours, before)
    assert found.shape == colours.shape and found.dtype == np.uint8 and kind().words(network)
    assert not np.shares_memory(found, colours)


@pytest.mark.parametrize("kind", [cls for cls in CHANGES.values() if issubclass(cls, InputChange)])
def test_every_change_treats_an_image_alike_whatever_comes_with_it(kind: type[InputChange]) -> None:
    whole = kind().apply(PICTURES)
    for number in range(len(PICTURES)):
        np.testing.assert_array_equal(kind().apply(PICTURES[number : number + 1])[0], whole[number])


def test_the_images_are_changed_before_they_are_standardised() -> None:
    plain = Preprocessing((0.2,), (0.4,))
    damage = Damage().then(Rotate(90.0)).then(InputNoise(9.0))
    changed = damage.before(plain)
    np.testing.assert_array_equal(changed.apply(PICTURES), plain.apply(damage.images(PICTURES)))
    assert Damage().then(SwitchOff(0, 1)).before(plain) is plain


# --- the stack --------------------------------------------------------------------------------------


def test_changes_are_undone_one_by_one_and_done_again(network: Network) -> None:
    whole = Damage().then(SwitchOff(0, 1)).then(Quantise("2")).then(Rotate(90.0))
    assert len(whole.words(network)) == 3
    np.testing.assert_array_equal(whole.images(PICTURES), np.rot90(PICTURES, -1, (2, 3)))
    less = whole.undo()
    np.testing.assert_array_equal(less.images(PICTURES), PICTURES)
    assert less.redo() == whole and whole.redo() == whole
    assert whole.undo().undo().undo().undo() == Damage((), (Rotate(90.0), Quantise("2"), SwitchOff(0, 1)))
    np.testing.assert_array_equal(whole.undo().undo().undo().network(network).vector, network.vector)
    assert less.then(Prune(0.5)).undone == ()


def test_dragging_is_one_change() -> None:
    start = Damage().then(SetWeight(0, 1, 2, 0.1))
    dragged = start.then(SetWeight(0, 1, 2, 0.2), again=True).then(SetWeight(0, 1, 2, 0.3), again=True)
    assert dragged.changes == (SetWeight(0, 1, 2, 0.3),)
    assert len(dragged.then(SetWeight(0, 1, 3, 0.3), again=True).changes) == 2
    assert len(dragged.then(SetWeight(0, 1, 2, 0.4)).changes) == 2


def test_the_order_counts(network: Network) -> None:
    first = Damage().then(ScaleKernel(0, 0, 3.0)).then(SetWeight(0, 0, 0, 1.0)).network(network)
    second = Damage().then(SetWeight(0, 0, 0, 1.0)).then(ScaleKernel(0, 0, 3.0)).network(network)
    assert (first.params[0]["weight"][0, 0, 0, 0], second.params[0]["weight"][0, 0, 0, 0]) == (1, 3)


# --- the ranking ------------------------------------------------------------------------------------


def test_filters_are_ranked_by_what_the_accuracy_loses(network: Network, dataset: Dataset) -> None:
    preprocessing = Preprocessing(dataset.mean, dataset.std)
    images, labels = dataset.test_images[:120], dataset.test_labels[:120]
    before = network.state_vector.copy()
    found = rank_filters(network, preprocessing, images, labels, Task())
    np.testing.assert_array_equal(network.state_vector, before)
    assert [(rank.layer, rank.kernel) for rank in found] != []
    assert {(rank.layer, rank.kernel) for rank in found} == set(filters(network))
    assert {layer for layer, _ in filters(network)} == {0, 3}  # not those that give the answers
    assert [rank.loss for rank in found] == sorted((rank.loss for rank in found), reverse=True)
    with Workers(1) as workers:
        usual = evaluate(network, preprocessing, images, labels, workers).accuracy
        for rank in found:
            without = Damage((SwitchOff(rank.layer, rank.kernel),)).network(network)
            accuracy = evaluate(without, preprocessing, images, labels, workers).accuracy
            assert rank.accuracy == pytest.approx(accuracy) and rank.loss == pytest.approx(usual - accuracy)


def test_the_ranking_can_be_cancelled(network: Network, dataset: Dataset) -> None:
    task = Task(lambda _: task.cancel())
    with pytest.raises(Cancelled):
        rank_filters(network, Preprocessing((0.5,), (0.5,)), dataset.test_images, dataset.test_labels, task)


def test_settings_of_changes_are_checked_and_explained() -> None:
    for name, cls in CHANGES.items():
        assert cls.type_name == name and cls.title and cls.about and cls.__doc__
        assert all(info.help for info in cls.options().values())
    with pytest.raises(ConfigError, match="bits is '3'"):
        Quantise("3")
    with pytest.raises(ConfigError, match="degrees is 400"):
        dataclasses.replace(Rotate(), degrees=400.0)
