"""Kernelscope: watch a convolutional neural network learn. ``python main.py --help``."""

from __future__ import annotations

import sys

from engine import signals

TYPE_CHECKING = False
if TYPE_CHECKING:  # nothing is loaded before signals are answered
    import argparse
    from collections.abc import Sequence
    from types import ModuleType

    from engine.error_log import ErrorLog


def commands() -> dict[str, ModuleType]:
    """Return the commands by name; "" stands for none, which opens the window.

    They are loaded here and not with this module, which helping processes load as well.
    """
    from engine.cli import COMMANDS
    from gui.app import launch, screenshot

    return {"": launch, **COMMANDS, "screenshot": screenshot}


def parser(modules: dict[str, ModuleType] | None = None) -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    from engine.cli.arguments import Parser, Version

    result = Parser(
        prog="kernelscope",
        description="Watch a convolutional neural network, written from scratch in NumPy, learn. "
        "Without a command the window opens.",
    )
    result.add_argument("--version", action=Version, nargs=0, help="print the versions and exit")
    known = modules or commands()
    known[""].arguments(result)
    result.set_defaults(command="")
    parsers = result.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, module in known.items():
        if name:
            module.arguments(
                parsers.add_parser(name, help=module.HELP, description=module.HELP.capitalize() + ".")
            )
    return result


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
        modules = commands()
        args = parser(modules).parse_args(argv)
        command = args.command or ""
        name = f"kernelscope {command}".rstrip()
        with signals.interrupting(name):
            return int(modules[command].run(args))
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
