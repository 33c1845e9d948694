"""The reader of pickles: plain values come through, and nothing else does anything."""

from __future__ import annotations

import collections
import contextlib
import functools
import io
import os
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DataError
from engine.io import plain_pickle
from engine.io.plain_pickle import load_plain

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.binary(), inner),
    max_leaves=20,
)


@given(value=plain, protocol=st.integers(0, 5))
def test_plain_values_come_through(value: object, protocol: int) -> None:
    assert load_plain(pickle.dumps(value, protocol), "x") == value


@given(
    dtype=st.sampled_from(["u1", "<i2", ">i4", "<f4", ">f8", "?"]),
    shape=st.lists(st.integers(0, 4), max_size=3).map(tuple),
    protocol=st.integers(0, 5),
    by_columns=st.booleans(),
)
def test_arrays_come_through(dtype: str, shape: tuple[int, ...], protocol: int, by_columns: bool) -> None:
    rng = np.random.default_rng(0)
    array = np.asarray(rng.integers(0, 2, shape), dtype, order="F" if by_columns else "C")
    got = load_plain(pickle.dumps({"a": [array]}, protocol), "x")["a"][0]
    assert np.array_equal(got, array)
    assert np.shape(got) == shape


def test_a_single_number_of_an_array_comes_through() -> None:
    for protocol in range(6):
        assert load_plain(pickle.dumps([np.float64(0.25), np.int32(7)], protocol), "x") == [0.25, 7]


def python2(shape: tuple[int, ...], dtype: bytes, raw: bytes) -> bytes:
    """Return an array as Python 2 pickled it: letters for bytes, the old name of the module."""
    out = b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R("
    out += b"K\x01" + b"(" + b"".join(b"J" + struct.pack("<i", n) for n in shape) + b"t"
    out += b"cnumpy\ndtype\nU" + bytes([len(dtype)]) + dtype + b"K\x00K\x01\x87R(K\x03U\x01<NNNJ"
    out += struct.pack("<i", -1) + b"J" + struct.pack("<i", -1) + b"K\x00tb\x89"
    return out + b"T" + struct.pack("<i", len(raw)) + raw + b"tb."


@pytest.mark.parametrize("encoding", ["bytes", "latin1"])
def test_arrays_of_python_2_come_through(encoding: str) -> None:
    values = np.arange(6, dtype="<f8") - 200
    got = load_plain(python2((2, 3), b"f8", values.tobytes()), "x", encoding)
    assert np.array_equal(got, values.reshape(2, 3))


class Calls:
    """Pickles as a call of ``function``."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.call  # type: ignore[return-value]


@pytest.mark.parametrize(
    "value",
    [
        Calls(os.system, "touch harm"),
        Calls(eval, "1"),
        Calls(functools.partial, print),
        Calls(np.load, "file"),
        Calls(getattr, "a", "upper"),
        np.array([Calls(os.system, "touch harm")], object),
        {"deep": [collections.OrderedDict(a=1)]},
    ],
)
@pytest.mark.parametrize("protocol", range(6))
def test_whatever_calls_something_is_refused_and_nothing_is_called(
    value: object, protocol: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"batch is refused: it asks for .*, and allowed are plain values"):
        load_plain(pickle.dumps(value, protocol), "batch")
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({1, 2}, "it asks for|it holds a set"),
        (1j, "it asks for"),
        (np.array(["words"]), "array of type"),
        (np.array([None]), "array of type|do not fit"),
        (np.array([(1, 2.0)], "i4,f4"), "array of type"),
    ],
)
def test_other_values_are_refused_by_name(value: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        load_plain(pickle.dumps(value), "x")


def test_what_contains_itself_is_refused() -> None:
    ring: list[object] = []
    ring.append(ring)
    with pytest.raises(DataError, match="contains itself"):
        load_plain(pickle.dumps(ring), "x")


def test_sharing_costs_no_time_however_often() -> None:
    value: list[object] = [1]
    for _ in range(200):
        value = [value, value]
    got = load_plain(pickle.dumps(value), "x")
    assert got[0] is got[1]


def nest(depth: int) -> bytes:
    """Return the code of a tuple of two, each again such a tuple, and so on, all of them shared."""
    return b"N" + b"2\x86" * depth


@pytest.mark.parametrize(
    "attack",
    [
        b"\x80\x04}" + nest(200) + b"Ns.",
        b"\x80\x04}(" + nest(200) + b"Nu.",
        b"\x80\x04(" + nest(200) + b"Nd.",
        b"\x80\x04\x8f(" + nest(200) + b"\x90.",
        b"\x80\x04(" + nest(200) + b"\x91.",
        b"\x80\x02c_codecs\nencode\n" + nest(200) + b"X\x06\x00\x00\x00latin1\x86R.",
        b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00a" + nest(200) + b"\x86R.",
        b"\x80\x02cnumpy\ndtype\n" + nest(200) + b"\x85R.",
    ],
)
def test_nests_are_neither_hashed_nor_written_out(attack: bytes) -> None:
    # Either would take 2 to the 200 steps.
    with pytest.raises(DataError, match=r"is refused: it (has a key|holds a)"):
        load_plain(attack, "x")


def test_values_cannot_be_multiplied_by_sharing_them() -> None:
    raw = bytes(2**16)
    head = b"\x80\x03B" + struct.pack("<i", len(raw)) + raw + b"q\x000]"
    one = b"cnumpy.core.numeric\n_frombuffer\n(h\x00cnumpy\ndtype\nX\x02\x00\x00\x00u1\x85RJ"
    one += struct.pack("<i", len(raw)) + b"\x85X\x01\x00\x00\x00CtRa"
    assert load_plain(head + one + b".", "x")[0].nbytes == len(raw)
    with pytest.raises(DataError, match="unpacks to more than it can hold"):
        load_plain(head + one * 100 + b".", "x")
    text = b"\x80\x02X" + struct.pack("<i", 2**16) + b"a" * 2**16 + b"q\x000]"
    call = b"c_codecs\nencode\n(h\x00X\x06\x00\x00\x00latin1tRa"
    assert load_plain(text + call + b".", "x") == [b"a" * 2**16]
    with pytest.raises(DataError, match="unpacks to more than it can hold"):
        load_plain(text + call * 100 + b".", "x")


def test_an_error_repeats_no_long_names() -> None:
    with pytest.raises(DataError) as caught:
        load_plain(b"\x80\x02cmodule\n" + b"n" * 10000 + b"\n.", "x")
    assert len(str(caught.value)) < 200


def test_a_small_file_cannot_claim_a_large_array() -> None:
    with pytest.raises(DataError, match="do not fit"):
        load_plain(python2((2**31 - 1, 2**31 - 1), b"f8", b"12345678"), "x")


def test_what_reads_it_cannot_be_changed() -> None:
    attack = b"\x80\x02cnumpy\ndtype\n}U\x05_makeK\x01sb."
    with pytest.raises(DataError, match=r"refused|damaged"):
        load_plain(attack, "x")
    assert load_plain(pickle.dumps(np.zeros(2)), "x").shape == (2,)


def is_plain(value: object) -> bool:
    """Return whether nothing in ``value`` can do anything."""
    if isinstance(value, dict):
        return all(is_plain(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple | set | frozenset):
        return all(is_plain(part) for part in value)
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biufcSU" or all(is_plain(part) for part in value.ravel())
    return isinstance(value, str | bytes | bytearray | int | float | complex | np.generic | np.dtype | None)


@given(data=st.binary(max_size=200))
def test_noise_is_an_error_of_ours(data: bytes) -> None:
    with contextlib.suppress(DataError):
        assert is_plain(load_plain(data, "x"))


@given(cut=st.integers(0, 400), place=st.integers(0, 400), byte=st.integers(0, 255))
def test_damage_is_an_error_of_ours_or_harmless(cut: int, place: int, byte: int) -> None:
    file = io.BytesIO()
    pickle.dump({b"data": np.arange(40, dtype=np.uint8), b"labels": [1, 2, 3]}, file, protocol=2)
    content = bytearray(file.getvalue())
    content[place % len(content)] = byte
    with contextlib.suppress(DataError):
        assert is_plain(load_plain(bytes(content[: max(cut, 1)]), "x"))


@given(text=st.text(st.characters(codec=None), max_size=60))
def test_long_text_is_decoded_piece_by_piece_to_the_same(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_pickle, "_PIECE", 7)
        assert load_plain(pickle.dumps(text, protocol=2), "it") == text
    broken = text.encode("utf-8", "surrogatepass") + b"\xff" * 8
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_pickle, "_PIECE", 7)
        with pytest.raises(UnicodeDecodeError):
            plain_pickle._decoded(broken)
