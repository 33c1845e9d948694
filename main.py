"""Kernelscope: watch a convolutional neural network learn. ``python main.py --help``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

from engine.cli import COMMANDS as TERMINAL
from engine.errors import EngineError
from gui.app import launch, screenshot

COMMANDS: dict[str, ModuleType] = {**TERMINAL, "screenshot": screenshot}
"""The commands; without one the window opens."""


class _Parser(argparse.ArgumentParser):
    """Says a usage error in one line."""

    def error(self, message: str) -> NoReturn:
        """Print ``message`` and exit with 2."""
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    result = _Parser(
        prog="kernelscope",
        description="Watch a convolutional neural network, written from scratch in NumPy, learn. "
        "Without a command the window opens.",
    )
    launch.arguments(result)
    commands = result.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, module in COMMANDS.items():
        module.arguments(
            commands.add_parser(name, help=module.HELP, description=module.HELP.capitalize() + ".")
        )
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns 0, 1 (failed) or 2 (usage)."""
    args = parser().parse_args(argv)
    module = COMMANDS[args.command] if args.command else launch
    name = f"kernelscope {args.command}" if args.command else "kernelscope"
    try:
        return int(module.run(args))
    except EngineError as error:
        print(f"{name}: error: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr)
    except BrokenPipeError:
        pass  # the reader of our output has seen enough
    return 1


if __name__ == "__main__":
    sys.exit(main())
