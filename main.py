"""Kernelscope: watch a convolutional neural network learn. ``python main.py --help``."""

from __future__ import annotations

import sys

from engine import signals

TYPE_CHECKING = False
if TYPE_CHECKING:  # nothing is loaded before signals are answered
    import argparse
    from collections.abc import Callable, Container, Sequence

    from engine.cli import Command
    from engine.error_log import ErrorLog


def commands() -> dict[str, Command]:
    """Return the commands by name; "" stands for none, which opens the window.

    They are listed here and not with this module, which helping processes load as well.
    """
    from engine.cli import COMMANDS, Command

    window = Command("gui.app.launch", "open the window")
    picture = Command("gui.app.screenshot", "train some steps and save a picture of the window")
    film = Command("gui.app.film", COMMANDS["film"].help)  # which can film the window, too
    return {"": window, **COMMANDS, "film": film, "screenshot": picture}


def parser(known: dict[str, Command] | None = None) -> argparse.ArgumentParser:
    """Return the parser of the command line, which loads no command but the one that is called."""
    from engine.cli.arguments import Parser, Version

    result = Parser(
        prog="kernelscope",
        description="Watch a convolutional neural network, written from scratch in NumPy, learn. "
        "Without a command the window opens.",
    )
    result.add_argument("--version", action=Version, nargs=0, help="print the versions and exit")
    known = known or commands()
    known[""].module.arguments(result)
    result.set_defaults(command="")
    parsers = result.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, command in known.items():
        if name:
            about = command.help[0].upper() + command.help[1:] + "."
            parsers.add_parser(name, help=command.help, description=about).fill = _options_of(command)
    return result


def _options_of(command: Command) -> Callable[[argparse.ArgumentParser], object]:
    return lambda parser: command.module.arguments(parser)


def opening(words: Sequence[str], known: Container[str]) -> list[str]:
    """Return the words of the command line with ``--open`` before a shared run at the end."""
    *others, last = words or [""]
    alone = last.lower().endswith(".kscope") and "--open" not in others[-1:]
    if alone and not any(word in known for word in others):
        return [*others, "--open", last]
    return list(words)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns 0, 1 (failed), 2 (usage) or 130 (interrupted)."""
    # Nothing is begun yet, and an exception would come out of half-loaded libraries as anything.
    with signals.on_signal(lambda: signals.leave("kernelscope: interrupted")):
        from engine import error_log
        from engine.cli import output

        with output.safe() as streams, error_log.keeping() as log:
            try:
                code = _run(argv, log)
            except SystemExit as stop:  # --help and usage errors
                if stop.code or not streams.lost:
                    raise
                code = 0
            if not code and streams.lost:
                told = f"Cannot write to standard output: {streams.lost}."
                print(f"kernelscope: error: {told}", file=sys.stderr)
                code = 1
            return code


def _run(argv: Sequence[str] | None, log: ErrorLog) -> int:
    name = "kernelscope"
    try:
        known = commands()
        args = parser(known).parse_args(opening(sys.argv[1:] if argv is None else argv, known))
        command = args.command or ""
        name = f"kernelscope {command}".rstrip()
        with signals.interrupting(name):
            return int(known[command].module.run(args))
    except KeyboardInterrupt as interrupt:
        sentence = str(interrupt) or "interrupted; nothing half-written is left"
        print(f"{name}: {sentence}", file=sys.stderr)
        return signals.EXIT_CODE
    except Exception as error:  # noqa: BLE001 - the last place: a sentence here, all of it in the log
        print(f"{name}: error: {log.told(error)}", file=sys.stderr)
        return 1


def program() -> int:
    """Run the program as a process of its own."""
    code = main()
    signals.ignore()  # it is over, and has ended as it has ended
    return code


if __name__ == "__main__":
    if getattr(sys, "frozen", False):  # in a bundle, processes that help with the training start here, too
        from multiprocessing import freeze_support

        freeze_support()
    sys.exit(program())
