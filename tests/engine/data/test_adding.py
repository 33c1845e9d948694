"""Adding files that are here already: every form, every place, and what is refused."""

from __future__ import annotations

import collections
import dataclasses
import gzip
import pickle
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest

from engine.data import built_in
from engine.data.adding import add_files
from engine.data.catalogue import is_present, load
from engine.data.folders import data_folder
from engine.errors import DataError, MissingDataError
from engine.resources import RESOURCES
from tests.engine.data.conftest import Published, spread, tarball


def holds(name: str, arrays: tuple[np.ndarray, ...]) -> bool:
    dataset = load(name)
    shape = dataset.in_shape
    return (
        np.array_equal(dataset.train_images, arrays[0].reshape(-1, *shape))
        and np.array_equal(dataset.train_labels, arrays[1])
        and np.array_equal(dataset.test_images, arrays[2].reshape(-1, *shape))
        and np.array_equal(dataset.test_labels, arrays[3])
    )


def plain(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name.removesuffix(".gz"): gzip.decompress(content) for name, content in files.items()}


def test_what_is_missing_says_how_it_gets_here(tiny: Published) -> None:
    assert not is_present("tiny")
    with pytest.raises(
        MissingDataError, match=r"Tiny is not on this computer: fetch it with .python main.py data get tiny"
    ):
        load("tiny")


def test_files_may_be_packed_unpacked_packed_anew_or_named_with_a_dot(
    tiny: Published, tmp_path: Path
) -> None:
    ways = {
        "packed": tiny.files,
        "plain": plain(tiny.files),
        "anew": {name: gzip.compress(each, 1) for name, each in plain(tiny.files).items()},
        "dotted": {name.replace("-idx", ".idx"): each for name, each in plain(tiny.files).items()},
    }
    for way, files in ways.items():
        # In a folder of a folder, in an archive, and one by one.
        inner = spread(tmp_path / way / "deep", files)
        archive = tmp_path / f"{way}.tar.gz"
        archive.write_bytes(tarball({f"folder/{name}": each for name, each in files.items()}))
        for paths in ([tmp_path / way], [archive], sorted(inner.iterdir())):
            shutil.rmtree(data_folder(), ignore_errors=True)
            assert add_files(tiny.entry, paths) == []
            assert holds("tiny", tiny.arrays)


def test_files_that_only_their_packed_checksum_is_known_of(tiny: Published, tmp_path: Path) -> None:
    files = tuple(dataclasses.replace(file, content_md5="") for file in tiny.entry.files)
    entry = dataclasses.replace(tiny.entry, files=files)
    assert add_files(entry, [spread(tmp_path / "packed", tiny.files)]) == []
    told = add_files(entry, [spread(tmp_path / "plain", plain(tiny.files))])
    assert told == ["The checksums of Tiny's plain files are not known; only their form was checked."]


@pytest.mark.parametrize("suffix", ["", ".bin"])
def test_batches_of_both_kinds(batches: Published, tmp_path: Path, suffix: str) -> None:
    files = {name: each for name, each in batches.files.items() if name.endswith(".bin") == bool(suffix)}
    archive = tmp_path / "batches.tar.gz"
    archive.write_bytes(tarball({f"cifar/{name}": each for name, each in files.items()}))
    notes = add_files(batches.entry, [archive])
    assert holds("batches", batches.arrays)
    # The checksums of the published batches are known, and noise does not have them.
    assert notes == ["Not byte for byte as published, but of the right form: the batches."]


def test_a_folder_may_hold_archives_that_have_nothing_to_do_with_it(
    batches: Published, tmp_path: Path
) -> None:
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    folder = spread(tmp_path / "mixed", {"program.tar.gz": tarball({}, link)})
    with pytest.raises(DataError, match="is not complete"):
        add_files(batches.entry, [folder])
    binary = {f"cifar/{name}": each for name, each in batches.files.items() if name.endswith(".bin")}
    (folder / "cifar-10-binary.tar.gz").write_bytes(tarball(binary))
    add_files(batches.entry, [folder])
    assert holds("batches", batches.arrays)


def test_missing_files_are_named(tiny: Published, tmp_path: Path) -> None:
    files = dict(tiny.files)
    del files["t10k-labels-idx1-ubyte.gz"]
    with pytest.raises(DataError, match=r"Tiny is not complete in .*: t10k-labels-idx1-ubyte missing"):
        add_files(tiny.entry, [spread(tmp_path / "part", files)])
    with pytest.raises(DataError, match=r"There is no .*nowhere"):
        add_files(tiny.entry, [tmp_path / "nowhere"])


def test_other_content_under_the_right_name_is_refused(tiny: Published, tmp_path: Path) -> None:
    files = plain(tiny.files)
    name = "train-labels-idx1-ubyte"
    files[name] = files[name][:-1] + bytes([(files[name][-1] + 1) % 3])
    with pytest.raises(DataError, match="is not the file of Tiny: its content has the md5"):
        add_files(tiny.entry, [spread(tmp_path / "other", files)])
    assert not is_present("tiny")


def test_the_files_of_another_data_set_are_recognised(tiny: Published, tmp_path: Path) -> None:
    mnist = RESOURCES / "data" / "mnist"
    with pytest.raises(DataError, match="is a file of MNIST, not of Tiny"):
        add_files(tiny.entry, [mnist])


def test_what_comes_with_the_program_needs_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="MNIST is there already"):
        add_files(built_in.DATASETS["mnist"], [tmp_path])


@pytest.mark.parametrize("name", ["../escape", "/etc/escape", "a/../../escape", "C:\\escape", "..\\escape"])
def test_an_archive_that_leaves_its_folder_is_refused(batches: Published, tmp_path: Path, name: str) -> None:
    archive = tmp_path / "batches.tar.gz"
    archive.write_bytes(tarball({**batches.files, name: b"harm"}))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError, match="would land outside its folder"):
        add_files(batches.entry, [archive])
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_an_archive_with_anything_but_files_is_refused(
    batches: Published, tmp_path: Path, kind: bytes
) -> None:
    member = tarfile.TarInfo("data_batch_9")
    member.type, member.linkname = kind, "/etc/passwd"
    archive = tmp_path / "batches.tar"
    archive.write_bytes(gzip.decompress(tarball(batches.files, member)))
    with pytest.raises(DataError, match="'data_batch_9' is no plain file"):
        add_files(batches.entry, [archive])


def test_damaged_archives_and_files_are_told(batches: Published, tiny: Published, tmp_path: Path) -> None:
    whole = tarball(batches.files)
    archive = tmp_path / "batches.tar.gz"
    for content in (whole[: len(whole) // 2], b"", b"\x1f\x8b" + bytes(50), b"no archive"):
        archive.write_bytes(content)
        with pytest.raises(DataError, match="is damaged"):
            add_files(batches.entry, [archive])
    files = dict(tiny.files)
    files["train-images-idx3-ubyte.gz"] = files["train-images-idx3-ubyte.gz"][:-40]
    with pytest.raises(DataError, match="is damaged"):
        add_files(tiny.entry, [spread(tmp_path / "cut", files)])


def test_batches_that_are_none_are_told(batches: Published, tmp_path: Path) -> None:
    right = {name: each for name, each in batches.files.items() if not name.endswith(".bin")}
    pixels = np.zeros((4, 3072), np.uint8)
    wrong = {
        "is refused: it asks for collections.OrderedDict": collections.OrderedDict(),
        "a batch is a dict": [1],
        "no pixels of type uint8": {b"data": pixels.astype(float), b"labels": [0] * 4},
        "no list of numbers": {b"data": pixels, b"labels": ["0"] * 4},
        "4 images and 3 labels": {b"data": pixels, b"labels": [0] * 3},
        "labels from 0 to 10; allowed is 0 to 9": {b"data": pixels, b"labels": [0, 1, 2, 10]},
        "hold 18 training and 4 test images": {b"data": pixels[:2], b"labels": [0, 0]},
    }
    for message, batch in wrong.items():
        folder = spread(tmp_path / "wrong", {**right, "data_batch_2": pickle.dumps(batch, 2)})
        with pytest.raises(DataError, match=message):
            add_files(batches.entry, [folder])
    binary = {name: each for name, each in batches.files.items() if name.endswith(".bin")}
    folder = spread(tmp_path / "binary", {**binary, "data_batch_3.bin": b"12345"})
    with pytest.raises(DataError, match="has 5 bytes; a batch is made of records of 3,073"):
        add_files(batches.entry, [folder])


def test_a_full_disk_is_told_before_anything_is_written(
    tiny: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = spread(tmp_path / "files", tiny.files)
    usage = collections.namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 10**9 - 10**6, 10**6))
    with pytest.raises(DataError, match=r"has 1 MB free; 17 MB are needed"):
        add_files(tiny.entry, [folder])
    assert not is_present("tiny")
