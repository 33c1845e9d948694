"""``film``, also of the whole window, which travels through the kept steps without a display."""

from __future__ import annotations

import argparse
import threading

from engine.cli import film as drawn
from engine.cli import progress
from engine.data.catalogue import entries, is_present
from engine.errors import EngineError
from engine.runs.folder import RunFolder
from engine.runs.library import Library
from engine.session.messages import State
from gui.app.unattended import offscreen, unattended

WINDOW = "window"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    drawn.arguments(parser, [(WINDOW, "The whole window, all views beside each other.")])


def run(args: argparse.Namespace) -> int:
    """Write the film that ``args`` ask for; returns 0.

    Raises:
        EngineError: the run cannot be read, has kept no weights, or cannot be shown or filmed.
    """
    if args.of != WINDOW:
        return drawn.run(args, [WINDOW])
    from engine.publish.film.writing import check

    folder = RunFolder(Library().find(args.run))
    film = drawn.film_of(args, folder, takes_image=False)
    check(args.out, film)
    if not folder.steps():
        raise EngineError(f"The run {args.run} has kept no weights, so there is nothing to film.")
    offscreen()
    config = folder.record.config
    known = config.data in entries() and is_present(config.data)
    with unattended(film.theme, config if known else None) as sitting:
        from gui.window.window_film import WindowFrames  # Qt is loaded only when it is needed

        context, window = sitting.program.context, sitting.program.window
        window.hints.dismiss()
        window.resize(*film.size)
        window.show()
        window.tile(True)
        sitting.wait(lambda: context.bridge.state is not State.LOADING)
        if not context.moments.open_run(folder.path):
            sitting.check()
        sitting.settle()
        frames = WindowFrames(window, film)
        with progress.task("film", leave=False, bar_format=progress.SHARE) as task:
            problems: list[BaseException] = []

            def work() -> None:
                try:
                    frames.write(args.out, task)
                except BaseException as error:  # noqa: BLE001 - raised again in the thread of the program
                    problems.append(error)

            thread = threading.Thread(target=work, name="film")
            thread.start()
            try:
                sitting.wait(lambda: not thread.is_alive())
            finally:
                task.cancel()
                thread.join()
            if problems:
                raise problems[0]
    drawn.told(args.out, film)
    return 0
