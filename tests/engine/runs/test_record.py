"""What a run was started with, as it is written and read back."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from engine.runs.record import DataRecord, Parent, RunRecord, fingerprint, now
from engine.versions import versions
from tests.engine.runs.test_recorder import CONFIG, made


@pytest.fixture(scope="module")
def record() -> RunRecord:
    return RunRecord.new("one", CONFIG, made(), Parent("before", 12))


def test_a_record_says_what_the_run_was_started_with(record: RunRecord) -> None:
    dataset = made()
    assert (record.id, record.config, record.parent) == ("one", CONFIG, Parent("before", 12))
    assert record.versions == versions()
    assert abs(datetime.fromisoformat(record.created) - datetime.now(timezone.utc)) < timedelta(minutes=5)
    data = record.data
    assert data == DataRecord(
        "Tiny", fingerprint(dataset), (1, 6, 6), ("a", "b", "c"), 60, 9, dataset.mean, dataset.std
    )
    assert (data.preprocessing().mean, data.preprocessing().std) == (dataset.mean, dataset.std)
    assert RunRecord.new("two", CONFIG, dataset).parent is None


def test_it_is_the_same_after_writing_and_reading(record: RunRecord) -> None:
    for each in (record, dataclasses.replace(record, parent=None)):
        written = json.loads(json.dumps(each.to_json()))
        assert (written["format"], written["version"]) == ("kernelscope-run", 1)
        assert RunRecord.from_json(written) == each
    written = json.loads(json.dumps(record.to_json()))
    del written["parent"]  # of a program that did not know of any
    assert RunRecord.from_json(written) == dataclasses.replace(record, parent=None)


def test_everything_is_brought_to_its_type(record: RunRecord) -> None:
    written = json.loads(json.dumps(record.to_json()))
    written |= {"id": 5, "created": 2026, "versions": {"numpy": 2}, "parent": {"run": 3, "step": "4"}}
    written["data"] |= {
        "title": 1,
        "fingerprint": 2,
        "class_names": [0, 1, 2],
        "train": "60",
        "mean": ["0.5"],
    }
    read = RunRecord.from_json(written)
    assert (read.id, read.created, read.versions) == ("5", "2026", {"numpy": "2"})
    assert read.parent == Parent("3", 4)
    data = read.data
    assert (data.title, data.fingerprint, data.class_names) == ("1", "2", ("0", "1", "2"))
    assert (data.train, data.mean) == (60, (0.5,))


@pytest.mark.parametrize("key", ["id", "created", "config", "data", "versions"])
def test_what_is_missing_is_an_error(record: RunRecord, key: str) -> None:
    written: dict[str, Any] = record.to_json()
    del written[key]
    with pytest.raises(KeyError, match=key):
        RunRecord.from_json(written)


def test_data_sets_have_the_same_fingerprint_only_if_all_is_the_same() -> None:
    first = made()
    assert fingerprint(first) == fingerprint(made()) and len(fingerprint(first)) == 64
    parts = {f"{part}_images": getattr(first, f"{part}_images") for part in ("train", "test")}
    turned = {name: images.reshape(-1, 1, 4, 9) for name, images in parts.items()}
    others = [dataclasses.replace(first, **turned)]
    for field in ("train_images", "train_labels", "test_images", "test_labels"):
        value = getattr(first, field).copy()
        value[-1] = (value[-1] + 1) % 3
        others.append(dataclasses.replace(first, **{field: value}))
    strided = dataclasses.replace(first, train_labels=np.repeat(first.train_labels, 2)[::2])
    assert fingerprint(strided) == fingerprint(first)
    assert len({fingerprint(each) for each in (first, *others)}) == 6


def test_the_time_is_told_to_the_second_and_with_its_zone() -> None:
    told = datetime.fromisoformat(now())
    assert told.utcoffset() == timedelta(0) and told.microsecond == 0
    assert len(now()) == len("2026-01-01T00:00:00+00:00")
