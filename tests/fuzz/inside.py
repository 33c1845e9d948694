"""Damage inside of files whose outside stays right: lengths, checksums and syntax are written anew."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import pickletools
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx

Rng = np.random.Generator
Damage = Callable[[bytes], bytes]

_VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 0.5, 4097, 10**6, 10**12, 2**63, 10**39, 10**400, 1e300, 1e-300, -1e300),
    *("", "x", "<b>x</b>", "\x1b[31mred", "\u202e", "x" * 5000, "9" * 5000, "\ud800", "../../x"),
    *(
        "conv",
        "mnist",
        [],
        {},
        [[]],
        [1, 2, 3],
        [4096, 4096, 4096],
        [1] * 5000,
        {"kind": "dense"},
        {"kind": []},
    ),
)
"""What a value in JSON may become."""
_TYPES = ("<U0", "|V0", "|O", "<f8", ">i4", "<c16", "|b1", "<U999999", "<M8[s]", "|S1", "[('a', 'f8')]")
_LENGTHS = (0, 1, 2, 3, 8, 255, 99_999_999, 2**31, 2**32, 2**62, -1)
_ANNOUNCING = (pickle.BYTEARRAY8, pickle.BINBYTES8, pickle.BINUNICODE8, pickle.FRAME)
_CODES = (
    *(b"]" * 600_000, b"(" * 300_000, b"2" * 300_000, b"}" * 300_000, b"]]]\x86\x86", b"t", b"R", b"b", b"u"),
    *(*_ANNOUNCING, pickle.LONG4, pickle.LONG_BINPUT, b"c__builtin__\neval\n", b"cos\nsystem\n"),
    *(b"cnumpy\nndarray\n", b"I" + b"9" * 5000 + b"\n", b"P1\n"),
)
_OPERATIONS = (
    *("Conv", "Gemm", "MatMul", "Mul", "Div", "Add", "Reshape", "Flatten", "Softmax", "Identity", "Tile"),
    *("ConstantOfShape", "Expand", "Resize", "Pad", "Loop", "Transpose", "Squeeze", "Range", "Concat"),
)
_TAR_FIELDS = (
    *(
        (124, size)
        for size in (b"0" * 11, b"7" * 11, b"00000000777", b"\x80" + b"\0" * 6 + b"\x01" + b"\0" * 4)
    ),
    *((156, flag.encode()) for flag in "012356LxgS7K"),
    *((0, each.ljust(100, b"\0")) for each in (b"../x", b"/etc/x", b"data_batch_1", b"C:\\x", b"\xff")),
)
"""Where a header of an archive may be changed, and to what."""


def _pick(rng: Rng, choices: Any) -> Any:
    return choices[int(rng.integers(len(choices)))]


def in_json(rng: Rng, content: bytes, damage: Damage) -> bytes:
    """Put something else in the place of a value, or take a member away, or name it otherwise."""
    try:
        root = {"": json.loads(content)}
    except ValueError:
        return damage(content)
    places: list[tuple[Any, Any]] = []
    waiting: list[Any] = [root]
    while waiting:
        each = waiting.pop()
        keys = list(each) if isinstance(each, dict) else list(range(len(each)))
        places += [(each, key) for key in keys]
        waiting += [each[key] for key in keys if isinstance(each[key], dict | list)]
    holder, key = _pick(rng, places)
    change = rng.random()
    if change < 0.7 or holder is root:
        holder[key] = _pick(rng, _VALUES)
    elif change < 0.85:
        del holder[key]
    elif isinstance(holder, dict):
        holder["other"] = holder.pop(key)
    else:
        holder += [holder[key]] * 1000
    return json.dumps(root[""]).encode()


def in_gzip(_rng: Rng, content: bytes, damage: Damage) -> bytes:
    """Damage what was compressed."""
    if content[:2] != b"\x1f\x8b":
        return damage(content)
    return gzip.compress(damage(gzip.decompress(content)), 1, mtime=0)


def in_zip(rng: Rng, content: bytes, damage: Damage) -> bytes:
    """Damage a member of an archive of arrays, or what it says of itself, or its name."""
    file = io.BytesIO()
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", _pick(rng, methods)) as new:
        names = old.namelist()
        chosen = _pick(rng, names)
        for name in names:
            inner = old.read(name)
            if name == chosen:
                inner = _in_npy(rng, inner) if rng.random() < 0.6 else damage(inner)
                name = name if rng.random() < 0.9 else "../x.npy"
            new.writestr(name, inner)
    return file.getvalue()


def _in_npy(rng: Rng, content: bytes) -> bytes:
    """Change the type, the shape or the values of an array."""
    array = np.load(io.BytesIO(content))
    kind = rng.random()
    if kind < 0.3:
        forms = (
            ["f8", "i8", "u2", "c16", "U4", "S2", "?", "f2", ">i4"]
            if array.dtype.kind != "U"
            else ["U1", "U300"]
        )
        array = (array.reshape(-1)[:50] if array.size > 50 else array).astype(_pick(rng, forms))
    file = io.BytesIO()
    if kind < 0.4:
        extreme = np.array(array)
        if extreme.dtype.kind in "iuf" and extreme.size:
            extreme.flat[0] = _pick(rng, [0, 1, 100])
        np.save(file, extreme)
        return file.getvalue()
    shape = tuple(int(_pick(rng, _LENGTHS)) for _ in range(int(rng.integers(0, 5))))
    described = _pick(rng, _TYPES) if rng.random() < 0.5 else array.dtype.str
    words = f"{{'descr': {described!r}, 'fortran_order': {bool(rng.integers(2))}, 'shape': {shape!r}, }}"
    head = words.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + array.tobytes()


def in_safetensors(rng: Rng, content: bytes, damage: Damage) -> bytes:
    """Damage the header, or the description in it, and write its true length."""
    size = int.from_bytes(content[:8], "little")
    header, rest = content[8 : 8 + size], content[8 + size :]
    kind = rng.random()
    if kind < 0.7:
        values = json.loads(header)
        words = values["__metadata__"]["description"].encode()
        words = in_json(rng, words, damage) if rng.random() < 0.8 else damage(words)
        values["__metadata__"]["description"] = words.decode("utf-8", "replace")
        header = json.dumps(values).encode()
    elif kind < 0.9:
        header = in_json(rng, header, damage)
    else:
        rest = damage(rest)
    return struct.pack("<Q", len(header)) + header + rest


def in_pickle(rng: Rng, content: bytes, damage: Damage) -> bytes:
    """Put operations between those of a pickle."""
    try:
        places = [place for _, _, place in pickletools.genops(content) if place is not None]
    except ValueError:
        return damage(content)
    place = _pick(rng, places)
    code = _pick(rng, _CODES)
    announced = int(_pick(rng, [5, 300_000_000, 2**31, 2**62])).to_bytes(8, "little")
    width = 8 if code in _ANNOUNCING else 4 if code in (pickle.LONG4, pickle.LONG_BINPUT) else 0
    return content[:place] + code + announced[:width] + content[place:]


def in_tar(rng: Rng, content: bytes, damage: Damage) -> bytes:
    """Change a field of a header of an archive, and write its true checksum."""
    packed = content[:2] == b"\x1f\x8b"
    archive = bytearray(gzip.decompress(content) if packed else content)
    heads = [place for place in range(0, len(archive), 512) if archive[place + 257 : place + 262] == b"ustar"]
    start = _pick(rng, heads)
    offset, field = _pick(rng, _TAR_FIELDS)
    archive[start + offset : start + offset + len(field)] = field
    archive[start + 148 : start + 156] = b" " * 8
    archive[start + 148 : start + 155] = b"%06o\0" % sum(archive[start : start + 512])
    changed = bytes(archive) if rng.random() < 0.8 else damage(bytes(archive))
    return gzip.compress(changed, 1, mtime=0) if packed else changed


def in_onnx(rng: Rng, content: bytes, damage: Damage) -> bytes:
    """Change an operation, an option, a weight, a link, the input or the metadata of a graph."""
    file = onnx.load_model_from_string(content)
    graph, length = file.graph, int(_pick(rng, [length for length in _LENGTHS if length < 2**63]))
    changes = (_operation, _option, _weight, _link, _axis)
    if file.metadata_props and rng.random() < 0.1:
        each = _pick(rng, file.metadata_props)
        each.value = in_json(rng, each.value.encode(), damage).decode("utf-8", "replace")
    else:
        _pick(rng, changes)(rng, graph, length, damage)
    return bytes(file.SerializeToString())


def _operation(rng: Rng, graph: Any, _length: int, _damage: Damage) -> None:
    _pick(rng, graph.node).op_type = _pick(rng, _OPERATIONS)


def _option(rng: Rng, graph: Any, length: int, _damage: Damage) -> None:
    option = _pick(rng, _pick(rng, [node for node in graph.node if node.attribute]).attribute)
    if option.ints:
        option.ints[int(rng.integers(len(option.ints)))] = length
    elif option.type == option.INT:
        option.i = length
    else:
        option.f = float(_pick(rng, [float("nan"), 1e38, -1.0, 0.0]))


def _weight(rng: Rng, graph: Any, length: int, damage: Damage) -> None:
    weight, kind = _pick(rng, graph.initializer), rng.random()
    if kind < 0.4 and weight.dims:
        weight.dims[int(rng.integers(len(weight.dims)))] = length
    elif kind < 0.6:
        weight.data_type = int(rng.integers(0, 24))
    else:
        weight.raw_data = damage(weight.raw_data)


def _link(rng: Rng, graph: Any, _length: int, _damage: Damage) -> None:
    node = _pick(rng, [node for node in graph.node if node.input])
    names = [value for each in graph.node for value in (*each.input, *each.output)]
    node.input[int(rng.integers(len(node.input)))] = _pick(rng, names)


def _axis(rng: Rng, graph: Any, length: int, _damage: Damage) -> None:
    _pick(rng, graph.input[0].type.tensor_type.shape.dim).dim_value = length


def in_png(rng: Rng, content: bytes, damage: Damage) -> bytes:
    """Damage a chunk and write its true length and checksum."""
    chunks, place = [], 8
    while place + 8 <= len(content):
        size = int.from_bytes(content[place : place + 4], "big")
        chunks.append((content[place + 4 : place + 8], content[place + 8 : place + 8 + size]))
        place += 12 + size
    chosen = int(rng.integers(len(chunks)))
    parts = [content[:8]]
    for number, (name, each) in enumerate(chunks):
        data = damage(each) if number == chosen else each
        parts.append(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)))
    return b"".join(parts)
