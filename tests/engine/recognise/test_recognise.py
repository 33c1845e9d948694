"""Digits are found and read under any light and in any place; other pictures are brought to size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from engine.data.catalogue import DATASETS, load
from engine.data.preprocess import Preprocessing
from engine.errors import DataError
from engine.model.input_form import takes_dark_ground, takes_digits
from engine.model.model_file import Model, find_model
from engine.model.network import Network
from engine.model.spec import preset
from engine.recognise.foreground import foreground
from engine.recognise.marks import Box, components, find_marks
from engine.recognise.readings import recognise

WIDTH, HEIGHT = 800, 600


@pytest.fixture(scope="module")
def digits() -> Model:
    return find_model("digits")


def numbers(seed: int) -> tuple[np.ndarray, list[list[int]]]:
    """Return ink with lines of MNIST's test digits of many sizes, and what they say."""
    dataset, rng = load("mnist"), np.random.default_rng(seed)
    sheet, lines, y = np.zeros((HEIGHT, WIDTH)), [], int(rng.integers(5, 30))
    for _ in range(rng.integers(1, 4)):
        base, x, line = int(rng.integers(60, 140)), int(rng.integers(5, 60)), []
        for _ in range(rng.integers(1, 6)):
            side = int(base * rng.uniform(0.75, 1.3))
            down = y + int(rng.integers(0, max(1, base // 10)))
            if x + side > WIDTH - 5 or down + side > HEIGHT - 5:
                break
            index = int(rng.integers(len(dataset.test_labels)))
            digit = Image.fromarray(dataset.test_images[index, 0]).resize((side, side))
            place = sheet[down : down + side, x : x + side]
            np.maximum(place, np.asarray(digit) / 255, out=place)
            line.append(int(dataset.test_labels[index]))
            x += int(side * rng.uniform(1.0, 1.4))
        lines.append(line)
        y += int(1.5 * base)
    return sheet, [line for line in lines if line]


def picture(values: np.ndarray) -> Image.Image:
    return Image.fromarray((np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8))


def black_on_white(sheet: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return 1 - sheet


def white_on_black(sheet: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return sheet


def photographed(sheet: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return pencil on grey paper in the light of a lamp at one side, with a sensor's noise."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    far = np.hypot(x / WIDTH - rng.uniform(-0.3, 1.3), y / HEIGHT - rng.uniform(-0.3, 1.3))
    light = 0.3 + 0.6 * np.exp(-(far**2))
    return light * (1 - sheet * rng.uniform(0.5, 0.9)) + rng.normal(0, 0.02, sheet.shape)


@pytest.mark.parametrize("look", [black_on_white, white_on_black, photographed])
def test_at_least_95_of_100_digits_in_pictures_of_numbers_are_read(look, digits: Model) -> None:
    right = total = 0
    for seed in range(12):
        sheet, lines = numbers(seed)
        wanted = [digit for line in lines for digit in line]
        read = [r.best for r in recognise(picture(look(sheet, np.random.default_rng(seed))), digits)]
        total += len(wanted)
        right += sum(a == b for a, b in zip(read, wanted, strict=False)) if len(read) == len(wanted) else 0
    assert right / total >= 0.95


def one_digit(left: int, top: int, side: int) -> np.ndarray:
    """Return the ink of the first test image at a place."""
    sheet = np.zeros((200, 240))
    digit = Image.fromarray(load("mnist").test_images[0, 0]).resize((side, side))
    sheet[top : top + side, left : left + side] = np.asarray(digit) / 255
    return sheet


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    left=st.integers(0, 120),
    top=st.integers(0, 80),
    side=st.integers(50, 120),
    dark=st.booleans(),
    slope=st.floats(-0.2, 0.2),
    noise=st.floats(0, 0.03),
)
def test_place_size_polarity_light_and_noise_do_not_change_the_answer(
    digits, left, top, side, dark, slope, noise
):
    sheet = one_digit(left, top, side)
    light = 0.7 + slope * np.linspace(-1, 1, sheet.shape[1])
    grey = light * (1 - 0.8 * sheet) if dark else 0.9 - light + 0.5 * sheet
    grey = grey + np.random.default_rng(1).normal(0, noise, grey.shape)
    (reading,) = recognise(picture(grey), digits)
    assert reading.best == 7
    box = reading.box
    assert box.left >= left - 3 and box.top >= top - 3
    assert box.right <= left + side + 3 and box.bottom <= top + side + 3


def test_strokes_of_one_digit_stay_together_and_digits_apart() -> None:
    sheet = np.zeros((100, 300))
    sheet[20:80, 40:46] = 1  # a body ...
    sheet[10:16, 38:70] = 1  # ... and its loose bar, as of a 5
    sheet[20:80, 100:106] = 1
    sheet[20:80, 112:118] = 1  # a second stroke close by, beside the first one
    sheet[90, 250] = 1  # a speck
    boxes = [box for box, _ in find_marks(sheet, several=True)]
    assert boxes == [Box(38, 10, 70, 80), Box(100, 20, 106, 80), Box(112, 20, 118, 80)]
    ((whole, cut),) = find_marks(sheet, several=False)
    assert whole == Box(38, 10, 118, 80)
    assert cut.sum() == sheet.sum() - 1


def test_lines_are_read_from_top_to_bottom_and_left_to_right() -> None:
    sheet = np.zeros((260, 400))
    places = [(30, 20), (100, 36), (180, 10), (40, 150), (120, 130), (260, 160)]
    for left, top in places[::-1]:
        sheet[top : top + 70, left : left + 20] = 1
    assert [(box.left, box.top) for box, _ in find_marks(sheet, several=True)] == places


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.05, 0.7))
def test_components_are_those_of_scipy(seed: int, share: float) -> None:
    ndimage = pytest.importorskip("scipy.ndimage")
    rng = np.random.default_rng(seed)
    mask = rng.random((int(rng.integers(1, 40)), int(rng.integers(1, 40)))) < share
    labels, marks = components(mask)
    expected, count = ndimage.label(mask, np.ones((3, 3)))
    assert len(marks) == count
    pairs = {(int(a), int(b)) for a, b in zip(labels.ravel(), expected.ravel(), strict=True)}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    assert [mark.area for mark in marks] == [int((labels == k + 1).sum()) for k in range(count)]
    for mark in marks:
        rows, columns = np.nonzero(labels == mark.parts[0])
        assert mark.box == Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.05])
def test_an_empty_sheet_shows_nothing(digits: Model, noise: float) -> None:
    grey = np.linspace(0.4, 0.8, 300)[None] + np.random.default_rng(2).normal(0, noise, (200, 300))
    assert not (foreground(grey) > 0.3).sum() > 0.001 * grey.size
    if noise == 0:
        with pytest.raises(DataError, match="shows nothing: all of it has the same brightness"):
            recognise(picture(grey * 0 + 0.5), digits)
        with pytest.raises(DataError, match="shows nothing: no ink stands out"):
            recognise(picture(grey), digits)


def test_ink_as_bright_as_its_paper_is_seen_by_its_colour(digits: Model) -> None:
    sheet = one_digit(60, 40, 100)[..., None]
    paper, ink = np.array([0.6, 0.6, 0.9]), np.array([0.86, 0.58, 0.25])
    for light in (1.0, np.linspace(0.8, 1.0, 240)[None, :, None]):
        shown = picture(light * (paper + sheet * (ink - paper)))
        grey = np.asarray(shown.convert("L"), float)
        assert not np.isscalar(light) or np.ptp(grey) < 12
        (reading,) = recognise(shown, digits)
        assert reading.best == 7


def test_thick_digits_cut_to_their_box_are_read(digits: Model) -> None:
    dataset, right = load("mnist"), 0
    thick = [k for k in range(200) if (dataset.test_images[k] > 128).mean() > 0.16][:12]
    for index in thick:
        ink = Image.fromarray(cut_to_the_ink(dataset.test_images[index, 0]))
        values = np.asarray(ink.resize((ink.width * 7, ink.height * 7), Image.Resampling.BICUBIC)) / 255
        light = np.linspace(0.85, 0.6, values.shape[1])
        readings = recognise(picture(light * (1 - 0.7 * values)), digits)
        right += [reading.best for reading in readings] == [dataset.test_labels[index]]
    assert right >= 11


def test_only_the_crop_is_read(digits: Model) -> None:
    sheet = np.zeros((100, 240))
    for place in range(2):
        image = load("mnist").test_images[place, 0]
        sheet[10:90, 20 + 110 * place : 100 + 110 * place] = np.asarray(
            Image.fromarray(image).resize((80, 80)), float
        )
    shown = picture(1 - sheet / 255)
    assert [r.best for r in recognise(shown, digits)] == [7, 2]
    (second,) = recognise(shown, digits, Box(115, 0, 240, 100))
    assert second.best == 2
    assert second.box.left >= 130
    with pytest.raises(DataError, match="crop 200,0,100,100 is not inside"):
        recognise(shown, digits, Box(200, 0, 300, 100))


def model(shape: tuple[int, int, int], names: tuple[str, ...], mean: float) -> Model:
    preprocessing = Preprocessing((mean,) * shape[0], (0.3,) * shape[0])
    return Model(Network.new(preset("classic", shape, len(names)), 1), preprocessing, names)


def test_objects_are_seen_in_colour_and_every_pixel_counts() -> None:
    things = model((3, 32, 32), tuple("abcdefghij"), 0.47)
    stripes = np.zeros((320, 640, 3), np.uint8)
    stripes[..., 0] = 200
    stripes[::2, :, 1] = 100  # finer than a pixel of the result: only their mean can be seen
    (reading,) = recognise(Image.fromarray(stripes), things)
    assert reading.box == Box(160, 0, 480, 320)
    assert reading.image.shape == (3, 32, 32)
    assert np.all(reading.image[0] == 200)
    assert np.all(np.abs(reading.image[1].astype(int) - 50) <= 2)
    exact = np.random.default_rng(5).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    (same,) = recognise(Image.fromarray(exact), things)
    np.testing.assert_array_equal(same.image, exact.transpose(2, 0, 1))


def test_a_garment_on_a_light_ground_is_inverted_where_the_network_expects_a_dark_one() -> None:
    clothes = model((1, 28, 28), tuple("abcdefghij"), 0.286)
    assert takes_dark_ground(clothes) and not takes_digits(clothes)
    shirt = np.full((280, 280), 250, np.uint8)
    shirt[60:220, 80:200] = 90
    (reading,) = recognise(Image.fromarray(shirt), clothes)
    (inverse,) = recognise(Image.fromarray(255 - shirt), clothes)
    np.testing.assert_allclose(reading.image.astype(int), inverse.image, atol=1)
    assert reading.image[0, 0, 0] == 5
    assert reading.image[0, 14, 14] == 165
    bright = model((1, 28, 28), tuple("abcdefghij"), 0.6)
    assert recognise(Image.fromarray(shirt), bright)[0].image[0, 0, 0] == 250


def cut_to_the_ink(image: np.ndarray) -> np.ndarray:
    rows, columns = (np.flatnonzero((image > 20).any(axis=axis)) for axis in (1, 0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@pytest.mark.parametrize("dark", [False, True], ids=["light ink", "dark ink"])
@pytest.mark.parametrize("form", ["16x16", "stretched to 16x16", "a photograph", "enlarged to 28x28"])
def test_digits_cut_to_the_ink_are_read(digits: Model, form: str, dark: bool) -> None:
    dataset, rng, right = load("mnist"), np.random.default_rng(4), 0
    for index in range(20):
        ink = Image.fromarray(cut_to_the_ink(dataset.test_images[index, 0]))
        side = {"a photograph": 120, "enlarged to 28x28": 28}.get(form, 16)
        scale = side / max(ink.size)
        size = (max(2, round(scale * ink.width)), max(2, round(scale * ink.height)))
        values = np.asarray(ink.resize((side, side) if form.startswith("stretched") else size)) / 255
        if form == "a photograph":
            light = rng.uniform(0.5, 0.9) * (1 - 0.25 * np.linspace(0, 1, values.shape[1]))
            values = light * (1 - 0.6 * values) if dark else light * (0.4 + 0.6 * values)
            values = values + rng.normal(0, 0.01, values.shape)
        elif dark:
            values = 1 - values
        readings = recognise(picture(values), digits)
        right += len(readings) == 1 and readings[0].best == dataset.test_labels[index]
    assert right >= 18


def test_a_garment_looks_the_same_on_any_ground() -> None:
    """Also where it is as bright as the ground, and under light that falls off to one side."""
    cloth = np.full((200, 300, 3), (40, 110, 60), float)
    cloth[90:110, 150:230] = (60, 130, 80)
    mask = np.zeros((200, 300), bool)
    mask[40:160, 130:250] = True
    slope = np.linspace(0, 90, 300)[None, :, None]
    seen = []
    for ground in ((255, 255, 255), (110, 80, 80), (190, 190, 240)):
        for shade in (0.0 * slope, slope * (min(ground) > 150)):
            photo = np.where(mask[..., None], cloth, np.array(ground) - shade)
            (reading,) = recognise(Image.fromarray(photo.astype(np.uint8)), garments())
            seen.append(reading.image[0].astype(int))
            assert reading.image[0][2:26, 2:26].min() > 100
    assert max(np.abs(other - seen[0]).max() for other in seen) <= 6


def garments() -> Model:
    names = DATASETS["fashion-mnist"].class_names
    return Model(Network.new(preset("classic"), 1), Preprocessing((0.286,), (0.353,)), names)


@pytest.mark.parametrize("ground", [(255, 255, 255), (128, 128, 128), (200, 120, 60), (20, 30, 90)])
def test_a_garment_on_any_plain_ground_lies_trimmed_on_black(ground: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(7)
    shade = np.linspace(0, 12, 300)[None, :, None]
    photo = np.full((200, 300, 3), ground) - shade + rng.normal(0, 2, (200, 300, 3))
    cloth = np.array((90, 60, 170)) if ground != (20, 30, 90) else np.array((220, 200, 90))
    photo[40:160, 170:230] = cloth + rng.normal(0, 2, (120, 60, 3))
    photo[80:120, 190:210] = ground  # what is enclosed belongs to the garment
    (reading,) = recognise(Image.fromarray(np.clip(photo, 0, 255).astype(np.uint8)), garments())
    image = reading.image[0]
    columns = np.flatnonzero(image.max(axis=0) > 20)
    assert (columns[0], columns[-1]) == (7, 20) and image[0].max() > 20 and image[-1].max() > 20
    assert image[:, :6].max() == image[:, 22:].max() == 0
    assert image[3:6, 9:18].mean() > 40


def test_without_plain_ground_the_middle_square_is_taken_as_it_is() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (200, 300, 3)).astype(np.uint8)
    (reading,) = recognise(Image.fromarray(noise), garments())
    assert reading.box == Box(50, 0, 250, 200)
    ready = np.random.default_rng(4).integers(0, 256, (28, 28)).astype(np.uint8)
    (same,) = recognise(Image.fromarray(ready), garments())
    assert np.array_equal(same.image[0], ready) or np.array_equal(same.image[0], 255 - ready)


@pytest.mark.parametrize("share", [0.25, 0.35])
def test_a_hard_shadow_along_one_side_is_no_ink(digits: Model, share: float) -> None:
    light = np.full((200, 240), 0.9)
    light[:, : int(share * 240)] *= 0.55
    shown = picture(light * (1 - 0.8 * one_digit(120, 40, 100))).filter(ImageFilter.GaussianBlur(1.5))
    (reading,) = recognise(shown, digits)
    assert reading.best == 7


@pytest.mark.parametrize("index", [8, 93, 119])
def test_noise_leaves_thick_light_strokes_whole(index: int) -> None:
    large = Image.fromarray(load("mnist").test_images[index, 0]).resize((90, 90))
    ink = np.pad(np.asarray(large) / 255, ((5, 35), (25, 5)))
    seen = foreground(0.15 + 0.7 * (ink > 0.5) + np.random.default_rng(index).normal(0, 0.03, ink.shape))
    assert np.percentile(seen[ink > 0.6], 3) > 0.5 and np.percentile(seen[ink < 0.1], 97) < 0.2
