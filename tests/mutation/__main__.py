"""Change the code in small ways and see whether a test notices: ``make mutate FILES=...``.

mutmut makes the mutants of each file and runs the tests of ``selection`` against each one, in a process
forked for it. It leaves out constants of modules and decorated functions; properties and context managers
are given back to it here. Messages, logging and docstrings are left out. Mutants that ran for too long are
tried again with far more time, since the machine may have been busy. A mutant that no test kills must be
listed in ``survivors``. The share counts those that make a difference.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.mutation.selection import SELECTION
from tests.mutation.survivors import SURVIVORS, Change, is_equivalent, is_listed

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "mutation"

WANTED = 0.9
"""Share of the mutants of every file that tests have to kill; those that change nothing are left out."""

PATIENCE = (4.0, 12.0)
"""How many times as long as usual its tests may take with a mutant, and again if that was too long."""

MUTMUT = """
[tool.mutmut]
source_paths = ["engine", "gui"]
only_mutate = [{file}]
also_copy = ["main.py"]
pytest_add_cli_args = ["-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = {tests}
process_isolation = "forkserver"
timeout_multiplier = {patience}
timeout_constant = 2.0
do_not_mutate_patterns = [
    '_log\\.',
    '^\\s*raise ',
    '^\\s*f?"[^"]*"\\s*$',
    '^\\s*f"',
    '\\btold = f?"',
    '# noqa: S101',
]
"""
KILLED = {"killed", "timeout", "segfault", "caught by type check"}


DECORATORS = {"contextmanager", "property"}


def undecorated(source: str) -> str:
    """Return ``source`` with ``@property def x`` as ``def plain_x`` and ``x = property(plain_x)``."""
    lines = source.splitlines()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for node in sorted(functions, key=lambda node: node.lineno, reverse=True):
        decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
        if len(decorators) == 1 and decorators[0] in DECORATORS:
            again = f"{' ' * node.col_offset}{node.name} = {decorators[0]}(plain_{node.name})"
            lines.insert(node.end_lineno or node.lineno, again)
            lines[node.lineno - 1] = lines[node.lineno - 1].replace("def ", "def plain_", 1)
            del lines[node.decorator_list[0].lineno - 1]
    return "\n".join(lines) + "\n"


def configure(folder: Path, file: str, patience: float) -> None:
    """Tell mutmut in ``folder`` what to change, and how long to wait for the tests."""
    tests = json.dumps(list(SELECTION[file]))
    settings = MUTMUT.format(file=json.dumps(file), tests=tests, patience=patience)
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8") + settings, "utf-8")


def prepared(file: str, again: bool) -> Path:
    """Return a folder with a copy of the project in which ``file`` is to be mutated.

    It is a fresh one, or with ``again`` the one of the last run with the tests of today.
    """
    folder = WORK / file.removesuffix(".py").replace("/", ".")
    if again:
        shutil.rmtree(folder / "tests")
        (folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    for name in ("tests",) if again else ("engine", "gui", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    configure(folder, file, PATIENCE[0])
    if not again:
        shutil.copy(ROOT / "main.py", folder)
        (folder / file).write_text(undecorated((ROOT / file).read_text("utf-8")), "utf-8")
        (folder / "mutants").mkdir()
        for place in (folder, folder / "mutants"):
            (place / "resources").symlink_to(ROOT / "resources")
    return folder


def mutmut(folder: Path, *words: str) -> str:
    """Run mutmut in ``folder`` and return what it says; raises RuntimeError if it fails."""
    environment = os.environ | {
        "HYPOTHESIS_PROFILE": "mutation",
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *words], cwd=folder, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"mutmut {words[0]} failed:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
    return done.stdout


def change(folder: Path, file: str, mutant: str) -> Change:
    """Return what the mutant changed."""
    lines = mutmut(folder, "show", mutant).splitlines()
    sides = [
        " ".join(
            line[1:].strip() for line in lines if line.startswith(sign) and not line.startswith(3 * sign)
        )
        for sign in ("-", "+")
    ]
    function = mutant.rpartition("__mutmut_")[0].rpartition(".")[2].removeprefix("x_")
    for strange, usual in (("xǁ", ""), ("ǁ", "."), ("plain_", "")):
        function = function.replace(strange, usual)
    return Change(file, function, *sides)


def results(folder: Path) -> list[tuple[str, str]]:
    """Return every mutant and what became of it."""
    lines = mutmut(folder, "results", "--all", "true").splitlines()
    return [(name, status) for name, _, status in (line.strip().rpartition(": ") for line in lines)]


def tried(file: str, children: int, again: bool) -> tuple[Path, list[tuple[str, str]]]:
    """Try the mutants of ``file``; returns the folder of mutmut, and every mutant with what became of it."""
    folder = prepared(file, again)
    chosen = [name for name, status in results(folder) if status not in KILLED] if again else []
    if chosen or not again:
        mutmut(folder, "run", "--max-children", str(children), *chosen)
    slow = [name for name, status in results(folder) if status == "timeout"]
    if slow:
        configure(folder, file, PATIENCE[1])
        mutmut(folder, "run", "--max-children", str(children), *slow)
    return folder, results(folder)


def mutate(file: str, children: int, again: bool) -> bool:
    """Try the mutants of ``file``; returns whether enough are killed and all others are listed."""
    try:
        folder, found = tried(file, children, again)
    except (RuntimeError, OSError) as error:
        print(f"{file}: {error}", flush=True)
        return False
    counts = Counter(status for _, status in found)
    total, killed = sum(counts.values()), sum(counts[status] for status in KILLED)
    left = [change(folder, file, name) for name, status in found if status not in KILLED]
    new = [entry for entry in left if not is_listed(entry)]
    alike = sum(map(is_equivalent, left))
    share = killed / (total - alike) if total > alike else 1.0
    rest = f"{counts['timeout']} by running for too long, {alike} change nothing, {len(new)} new"
    print(f"{file}: {total} mutants, {killed} killed ({share:.1%}), {rest}", flush=True)
    for entry in new:
        print(f"  {entry.function}\n    - {entry.before}\n    + {entry.after}")
    gone = [e for e in SURVIVORS if e.change.file == file and not any(e.is_of(each) for each in left)]
    for one in gone:
        print(f"  listed, but killed or gone: {one.change.function}: {one.change.after}")
    return share >= WANTED and not new and not gone


def main() -> int:
    """Try the files given, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("files", nargs="*", metavar="FILE", help="files of selection.py; all by default")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants tried at a time")
    parser.add_argument("--again", action="store_true", help="only the mutants that survived the last time")
    wanted = parser.parse_args()
    unknown = sorted(set(wanted.files) - set(SELECTION))
    if unknown:
        parser.error(f"{unknown[0]} is not in tests/mutation/selection.py")
    good = [mutate(file, wanted.jobs, wanted.again) for file in wanted.files or SELECTION]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
