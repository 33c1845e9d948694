"""Pictures one after the other in a file: GIF, WebP or MP4."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Hashable, Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from PIL import Image

from engine.errors import ConfigError, EngineError
from engine.io.files import replacing
from engine.publish.film.settings import Film, words
from engine.task import BLOCK, Task

_EXTRA = 'An MP4 needs a package that is not installed; add it with: pip install "kernelscope[film]".'
_SAMPLES = 6
"""Pictures that the colours of a GIF are chosen from."""
_COLOURS = 255
"""Of a GIF; one more means that a pixel stays as it was."""
_GIF_RATE = 50
_GIF_PIXELS = 600_000_000
"""Of all pictures of a GIF together: they are in memory until all of them are known."""
_QUALITY = 18
"""Of an MP4, as x264 counts: 0 loses nothing, 51 is worst, and about 18 looks the same."""


class Frames(Protocol):
    """The pictures of a film, which can be asked for in any order."""

    film: Film

    def key(self, number: int) -> Hashable:
        """Return what is the same of pictures that look the same."""

    def picture(self, number: int) -> Any:
        """Return the picture ``number``, from 0, as Pillow has it, in RGB and of the size of the film."""


def check(path: Path, film: Film) -> None:
    """Raise ConfigError before any work if no such film can be written to ``path``."""
    form = path.suffix.lower()
    if form not in FORMS:
        raise ConfigError(f"The film {path.name!r} has no ending that names its form: {', '.join(FORMS)}.")
    if form == ".mp4":
        _encoder()
        if film.size[0] % 2 or film.size[1] % 2:
            raise ConfigError(
                f"An MP4 needs an even width and an even height; {words(film.size)} pixels were asked for."
            )
    if form == ".gif" and film.rate > _GIF_RATE:
        raise ConfigError(f"A GIF has at most {_GIF_RATE} pictures a second; {film.rate} were asked for.")
    if form == ".gif" and film.count * film.size[0] * film.size[1] > _GIF_PIXELS:
        raise ConfigError(
            f"A GIF of {film.count:,} pictures of {words(film.size)} pixels is too large; ask for a smaller "
            "one, a shorter one, or a WebP or MP4."
        )


def write(frames: Frames, path: Path, task: Task) -> None:
    """Write a film to ``path``, in the form that its ending names; all of it, or nothing.

    Raises:
        ConfigError: there is no such form, or no such film in it.
        OSError: ``path`` cannot be written.
        Cancelled: the task was cancelled.
    """
    check(path, frames.film)
    with replacing(path) as file:
        FORMS[path.suffix.lower()](frames, file, task)


def _stretches(film: Film, frames: Frames) -> list[tuple[int, int]]:
    """Return the first picture of each stretch of equal ones, and how many these are."""
    found, first = [], 0
    for _, same in groupby(range(film.count), frames.key):
        count = len(list(same))
        found.append((first, count))
        first += count
    return found


def _durations(film: Film, stretches: list[tuple[int, int]], unit: int) -> list[int]:
    """Return how long each stretch is seen, in milliseconds that are multiples of ``unit``."""
    ends = [unit * round(1000 / unit * (first + count) / film.rate) for first, count in stretches]
    return [after - before for before, after in pairwise([0, *ends])]


def _gif(frames: Frames, file: BinaryIO, task: Task) -> None:
    film = frames.film
    stretches = _stretches(film, frames)
    palette = _palette(frames)

    def pictures() -> Iterator[Any]:
        for number, (first, _) in enumerate(stretches):
            task.report(number, len(stretches), "pictures")
            yield frames.picture(first).quantize(palette=palette, dither=Image.Dither.NONE)

    found = pictures()
    next(found).save(
        file,
        "GIF",
        save_all=True,
        append_images=found,
        duration=_durations(film, stretches, 10),
        loop=0,
        disposal=1,
        optimize=False,
    )
    task.report(1, 1, "pictures")


def _palette(frames: Frames) -> Any:
    """Return the colours of all pictures: with colours of its own for each, a GIF would flicker."""
    numbers = np.unique(np.linspace(0, frames.film.count - 1, _SAMPLES).round().astype(int)).tolist()
    width, height = frames.film.size
    sheet = Image.new("RGB", (width, height * len(numbers)))
    for place, number in enumerate(numbers):
        sheet.paste(frames.picture(number), (0, place * height))
    return sheet.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def _webp(frames: Frames, file: BinaryIO, task: Task) -> None:
    film = frames.film
    stretches = _stretches(film, frames)

    def pictures() -> Iterator[Any]:
        for number, (first, _) in enumerate(stretches):
            task.report(number, len(stretches), "pictures")
            yield frames.picture(first)

    found = pictures()
    durations = _durations(film, stretches, 1)
    next(found).save(
        file, "WEBP", save_all=True, append_images=found, duration=durations, loop=0, lossless=True, method=0
    )
    task.report(1, 1, "pictures")


def _mp4(frames: Frames, file: BinaryIO, task: Task) -> None:
    film, encoder = frames.film, _encoder()
    with tempfile.TemporaryDirectory(prefix="kernelscope-") as folder:
        made = Path(folder) / "film.mp4"
        writer = encoder.write_frames(
            str(made),
            film.size,
            fps=film.rate,
            codec="libx264",
            quality=None,
            macro_block_size=2,
            ffmpeg_log_level="error",
            output_params=["-crf", str(_QUALITY), "-preset", "medium", "-movflags", "+faststart"],
        )
        try:
            writer.send(None)
            last: tuple[Hashable, bytes] | None = None
            for number in range(film.count):
                task.report(number, film.count, "pictures")
                key = frames.key(number)
                if last is None or last[0] != key:
                    last = key, frames.picture(number).tobytes()
                writer.send(last[1])
            writer.close()
        except OSError as error:
            if error.errno is not None:
                raise
            raise EngineError(f"The encoder of the MP4 has failed: {_last_line(error)}") from None
        finally:
            writer.close()
        _check_whole(encoder, made, film.count)
        with made.open("rb") as content:
            while block := content.read(BLOCK):
                task.check()
                file.write(block)
    task.report(1, 1, "pictures")


def _check_whole(encoder: Any, path: Path, count: int) -> None:
    """Raise EngineError unless ``count`` pictures are in the file: without room an encoder just ends."""
    try:
        found, _ = encoder.count_frames_and_secs(str(path))
    except RuntimeError:  # it is no film at all
        found = 0
    if found != count:
        raise EngineError(
            f"The encoder has written {found:,} of {count:,} pictures of the MP4; is there room in "
            f"{path.parent.parent}?"
        )


def _encoder() -> Any:
    try:  # an optional extra, loaded when first used
        import imageio_ffmpeg

        imageio_ffmpeg.get_ffmpeg_exe()
        logging.getLogger("imageio_ffmpeg").setLevel(logging.ERROR)  # what it warns of is told here
    except (ImportError, RuntimeError):
        raise ConfigError(_EXTRA) from None
    return imageio_ffmpeg


def _last_line(error: OSError) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else "it says nothing."


FORMS: dict[str, Callable[[Frames, BinaryIO, Task], None]] = {".gif": _gif, ".webp": _webp, ".mp4": _mp4}
"""Adding a form: a function that writes the pictures into a file, and an entry here."""
