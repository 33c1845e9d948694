"""Settings: a broken file means defaults and a sentence, never a crash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gui.state.settings import Settings, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "config", tmp_path / "data")


def test_the_first_start_has_defaults_and_nothing_to_say(store: Store) -> None:
    assert store.load() == (Settings(), "")


def test_what_is_saved_comes_back(store: Store) -> None:
    settings = Settings(
        theme="dark", layout="00ff", config={"epochs": 3}, follow=False, pen=9, drawing_share=0.3
    )
    assert store.save(settings) == ""
    assert store.load() == (settings, "")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"version": "99"}', '{"version": 1, "pen": "wide"}'])
def test_a_broken_file_gives_defaults_and_a_notice(store: Store, text: str) -> None:
    store.folder.mkdir()
    store.file.write_text(text)
    settings, told = store.load()
    assert settings == Settings()
    assert "settings.json could not be read" in told and "defaults are used" in told


def test_a_folder_that_cannot_be_written_is_told(store: Store) -> None:
    store.folder.write_text("a file where the folder should be")
    assert "could not be saved" in store.save(Settings())


def test_unknown_names_are_passed_over(store: Store) -> None:
    store.folder.mkdir()
    store.file.write_text(json.dumps({"version": 1, "pen": 8, "from_the_future": 1}))
    assert store.load() == (Settings(pen=8), "")


@pytest.mark.parametrize("extra", ["", ', "pen": "wide"', ', "pen": 8, "new": {"deep": [1]}'])
def test_settings_of_a_newer_version_stay_as_they_are(store: Store, extra: str) -> None:
    store.folder.mkdir()
    text = f'{{"version": 2{extra}}}'
    store.file.write_text(text)
    settings, told = store.load()
    assert settings == Settings()
    assert "stay as they are. They are of version 2, and this program reads up to 1." in told
    assert store.save(Settings(pen=3)) == ""
    assert store.file.read_text() == text
    assert [path.name for path in store.folder.iterdir()] == ["settings.json"]


def test_settings_that_a_newer_version_wrote_meanwhile_stay_too(store: Store) -> None:
    assert store.save(Settings(pen=8)) == ""
    assert store.load() == (Settings(pen=8), "")
    store.file.write_text('{"version": 7}')
    assert store.save(Settings(pen=3)) == ""
    assert store.file.read_text() == '{"version": 7}'


def test_settings_that_cannot_be_read_are_kept_beside_the_new_ones(store: Store) -> None:
    store.folder.mkdir()
    store.file.write_text('{"version": 1, "theme": "dark",')
    assert store.save(Settings(pen=3)) == ""
    assert store.load() == (Settings(pen=3), "")
    assert (store.folder / "settings.unreadable.json").read_text() == '{"version": 1, "theme": "dark",'
