"""Films: which steps are seen when, in which colours, and that a file is whole or not there."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import main
from engine.errors import ConfigError, EngineError
from engine.look.colour import codes, layer_scale
from engine.look.tables import colour_table
from engine.look.theme import THEMES
from engine.publish.film import FORMS, SUBJECTS, Film, make_film
from engine.publish.film.making import Drawn, preview
from engine.publish.film.settings import axis, thinned
from engine.runs import names
from engine.runs.folder import RunFolder
from engine.task import Cancelled, Progress, Task

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

SMALL = {"seconds": 2.0, "rate": 5, "size": (320, 180)}


@given(
    st.lists(st.integers(0, 100_000), min_size=1, unique=True).map(sorted),
    st.sampled_from(["log", "linear"]),
    st.integers(2, 40),
)
def test_the_steps_of_a_film_are_spread_evenly(steps: list[int], scale: str, most: int) -> None:
    chosen = thinned(steps, scale, most)
    assert chosen == sorted(set(chosen)) and set(chosen) <= set(steps) and len(chosen) <= max(1, most)
    assert chosen[0] == steps[0] and chosen[-1] == steps[-1]
    if len(steps) > most:  # none that was left out lies nearer to any place than the one chosen for it
        places, kept = axis(steps, scale), axis(chosen, scale)
        for place in np.linspace(0, 1, most):
            assert np.abs(kept - place).min() == pytest.approx(np.abs(places - place).min(), abs=1e-12)


def test_the_last_picture_stays_for_a_second() -> None:
    film = Film(seconds=5, rate=10)
    places = film.places()
    assert film.count == len(places) == 50
    assert places[0] == 0 and (places[39:] == 1).all() and (np.diff(places[:40]) > 0).all()


@pytest.mark.parametrize("theme", THEMES)
def test_every_subject_is_drawn_at_every_size(trained: Path, theme: str) -> None:
    run = RunFolder(trained)
    for kind in SUBJECTS:
        for size, captions in (((480, 270), True), ((161, 240), False)):
            frames = Drawn(run, Film(kind.key, 3, 4, size, theme=theme, captions=captions), Task())
            first, last = frames.picture(0), frames.picture(frames.film.count - 1)
            assert first.size == last.size == size and first.getpixel((0, 0)) == last.getpixel((0, 0))
            assert first.getpixel((0, 0)) == tuple(bytes.fromhex(THEMES[theme].panel[1:])), kind.key
            assert first.tobytes() != last.tobytes(), kind.key
            assert frames.key(frames.film.count - 1) == frames.key(frames.film.count - 2)
        assert frames.steps[0] == kind.steps(frames._subject)[0] and frames.steps[-1] == 14
    assert run.notices == []


def test_kernels_have_the_colours_of_the_window_on_one_scale(trained: Path) -> None:
    run = RunFolder(trained)
    film = Film("kernels", captions=False, seconds=3, rate=10)
    frames = Drawn(run, film, Task())
    name = next(name for name, array in run.network(0).named().items() if array.ndim == 4)
    weights = [run.network(step).named()[name] for step in frames.steps]
    scale = layer_scale(np.concatenate([each.ravel() for each in weights]), signed=True)
    table = colour_table(THEMES["light"].diverging, THEMES["light"].panel)
    for number in (0, film.count - 1):
        seen = {tuple(colour) for _, colour in frames.picture(number).getcolors(1 << 24)}
        shown = codes(weights[round(float(frames._at[number]))][:, 0], scale, signed=True)
        assert {tuple(colour) for colour in table[shown.ravel()].tolist()} <= seen


@pytest.mark.parametrize("form", [form for form in FORMS if form != ".mp4"])
def test_pictures_with_their_times(trained: Path, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"film{form}"
    make_film(RunFolder(trained), Film("curves", **SMALL), path, Task())
    with Image.open(path) as file:
        times = []
        for number in range(file.n_frames):
            file.seek(number)
            file.load()
            times.append(file.info["duration"])
        assert file.size == (320, 180) and file.info["loop"] == 0
    assert sum(times) == 2000 and times[-1] >= 1000 and len(times) == 5
    assert [each.name for each in tmp_path.glob("*film*")] == [path.name]


def test_an_mp4_has_all_pictures(trained: Path, tmp_path: Path) -> None:
    encoder = pytest.importorskip("imageio_ffmpeg")
    path = tmp_path / "film.mp4"
    assert (
        main.main(
            ["film", str(trained), "--of", "map", "--out", str(path), "--seconds", "2", "--size", "320x180"]
        )
        == 0
    )
    assert encoder.count_frames_and_secs(str(path)) == (40, pytest.approx(2))


WRONG = (
    (("--out", "x.avi"), "The film 'x.avi' has no ending that names its form: .gif, .webp, .mp4."),
    (
        ("--out", "x.gif", "--of", "love"),
        "There is no film of 'love'; there are kernels, maps, ",
    ),
    (("--out", "x.gif", "--seconds", "0"), "A film of 0 seconds cannot be made; allowed are 2 to 120."),
    (("--out", "x.gif", "--fps", "0"), "A film of 0 pictures a second cannot be made"),
    (("--out", "x.gif", "--fps", "60"), "A GIF has at most 50 pictures a second; 60 were asked for."),
    (("--out", "x.gif", "--size", "9000x9000"), "A film of 9000×9000 pixels cannot be made; allowed are"),
    (("--out", "x.gif", "--size", "3840x2160"), "A GIF of 160 pictures of 3840×2160 pixels is too large"),
    (("--out", "x.mp4", "--size", "321x180"), "An MP4 needs an even width and an even height; 321×180"),
    (
        ("--out", "x.gif", "--of", "maps", "--image", "160"),
        "There is no test image 160; Tiny has 0 to 159",
    ),
    (("--out", "x.gif", "--of", "maps", "--image", "no.png"), "no.png"),
    (("--out", "no/x.gif"), "No such file or directory"),
)


def test_what_cannot_be_filmed_is_told(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    for options, told in WRONG:
        capsys.readouterr()
        assert main.main(["film", str(trained), *options]) == 1
        err = capsys.readouterr().err.split("\r")[-1].strip()
        assert told in err and err.count("\n") == 0 and set(tmp_path.iterdir()) == before


def test_without_weights_or_data_the_rest_can_be_filmed(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (trained / names.WEIGHTS).glob("*"):
        path.unlink()
    out = tmp_path / "film.gif"
    capsys.readouterr()
    assert main.main(["film", str(trained), "--out", str(out)]) == 1
    assert "has kept no weights, so there is nothing to film." in capsys.readouterr().err and not out.exists()
    make_film(RunFolder(trained), Film("curves", **SMALL), out, Task())
    assert out.exists()


def test_an_image_of_another_form_is_refused(trained: Path) -> None:
    picture = np.zeros((3, 8, 8), np.uint8)
    with pytest.raises(ConfigError, match="The image is 3×8×8, and the network takes 1×12×12"):
        Drawn(RunFolder(trained), Film("maps", picture=picture), Task())


def test_a_damaged_step_is_left_out(trained: Path) -> None:
    path = trained / names.WEIGHTS / names.weights_file(7)
    path.write_bytes(path.read_bytes()[:100])
    run = RunFolder(trained)
    frames = Drawn(run, Film(seconds=3), Task())
    assert 7 not in frames.steps and "It is left out of the film." in run.notices[0]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_cancelled_or_has_no_room_leaves_the_older_file(
    trained: Path, tmp_path: Path, form: str
) -> None:
    if form == ".mp4":
        pytest.importorskip("imageio_ffmpeg")
    path = tmp_path / f"film{form}"
    path.write_text("older")
    before = set(tmp_path.iterdir())
    task = Task(lambda now: task.cancel() if now.done / now.total > 0.6 else None)
    with pytest.raises(Cancelled):
        make_film(RunFolder(trained), Film("curves", **SMALL), path, task)
    assert path.read_text() == "older" and set(tmp_path.iterdir()) == before
    if form == ".mp4" and resource is not None:  # no room for the encoder
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
        try:
            with pytest.raises(EngineError, match="encoder"):
                make_film(RunFolder(trained), Film("curves", **SMALL), path, Task())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert path.read_text() == "older" and set(tmp_path.iterdir()) == before
    if Path("/dev/full").exists():
        full = tmp_path / f"full{form}"
        full.symlink_to("/dev/full")
        with pytest.raises(OSError, match="No space left"):
            make_film(RunFolder(trained), Film("curves", **SMALL), full, Task())


def test_without_its_package_an_mp4_says_how_to_get_it(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(ConfigError, match=r'pip install "kernelscope\[film\]"'):
        make_film(RunFolder(trained), Film(), tmp_path / "film.mp4", Task())


def test_a_preview_is_one_picture_of_the_film(trained: Path) -> None:
    seen: list[Progress] = []
    found = preview(RunFolder(trained), Film("confusion"), 1.0, Task(seen.append))
    assert found.size == (960, 540) and seen[-1].done == seen[-1].total
