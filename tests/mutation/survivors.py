"""Mutants that no test kills, and why none should."""

from __future__ import annotations

import re
from typing import NamedTuple


class Change(NamedTuple):
    """What a mutant changes.

    Attributes:
        file: where it is.
        function: the function or method, as mutmut names it.
        before: the line as it stands.
        after: the line as mutmut changes it.
    """

    file: str
    function: str
    before: str
    after: str


class Survivor(NamedTuple):
    """A change that no test notices.

    Attributes:
        change: what is changed; in ``before`` and ``after`` a ``*`` stands for anything.
        reason: why this cannot, or should not, be noticed.
        equivalent: whether the program behaves alike, so that no test could notice; else it is one
            that a test could, but need not notice.
    """

    change: Change
    reason: str
    equivalent: bool = True

    def is_of(self, change: Change) -> bool:
        """Return whether this entry is about ``change``."""
        return self.change[:2] == change[:2] and all(
            re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), line)
            for pattern, line in zip(self.change[2:], change[2:], strict=True)
        )


KINDS: tuple[tuple[str, str], ...] = (
    (r",? ?strict=(True|False|None)", "both are of one length; it guards against mistakes to come"),
    (r"float\(\"(nan|NAN)\"\)", "float reads both alike"),
    (r"(?<= = )(False|None)$", "it is only asked whether it is true, and the type checker refuses it"),
    (r"\"(utf|UTF)-8\"", "Python reads both alike"),
    (r"(?<=allow_nan=)(False|None)", "json takes both for no"),
    (r"order=\"(C|c)\"", "NumPy reads both alike"),
    (r"(?<=writeable = )(False|None)", "NumPy takes both for no"),
    (
        r",? ?(divide|invalid)=(\"ignore\"|None|\"IGNORE\"|\"XXignoreXX\")",
        "nothing there divides by zero, or has no value; it stands with the others",
    ),
    (r"reshape\(-[12]\)", "NumPy takes every negative length for the one that is left"),
)
"""What a mutant may change, or take away, without a difference: a pattern, and the reason."""

_GRADIENT = "engine/training/gradient.py"
_LOOP = "engine/session/loop.py"
_POOL = "engine/training/worker_pool.py"
_TRAINER = "engine/training/trainer.py"
_SIDE, _BRIDGE = "engine/session/side_evaluation.py", "gui/run/session_bridge.py"
_WARM, _EVALUATION = "engine/schedules/warm.py", "engine/training/evaluation.py"

_FILES, _PENDING = "engine/io/files.py", "engine/runs/pending.py"
_WRITER = "engine/runs/writer.py"

SURVIVORS: tuple[Survivor, ...] = (
    *(
        Survivor(Change(_FILES, function, before, after), "what an unfinished file is called for a moment")
        for function, before, after in (
            ("replacing", 'staged = place / "file"', "staged = place / *"),
            ("together", "new, ready, old = place / *", "new, ready, old = place / *"),
            ("together", "pairs.append((Path*near*", "pairs.append((Path*near / *"),
        )
    ),
    *(
        Survivor(
            Change(_FILES, function, "*shutil.rmtree*place, ignore_errors=True)*", "*shutil.rmtree*"),
            "it is removed twice, for Windows keeps the lock until it is released; its errors are ignored",
        )
        for function in ("staging", "recover")
    ),
    Survivor(
        Change(
            "engine/training/batches.py",
            "BatchPlan.before",
            "stretches = *if step > now.step else self._stretches",
            "stretches = *if step >*",
        ),
        "what begins at the present step is left out for steps until then in any case",
    ),
    *(
        Survivor(
            Change(_FILES, "replacing", "handle = *", f"handle = os.open(path, os.O_WRONLY | {after}"),
            "for Windows, which has one of both flags and lacks the other",
        )
        for after in (
            'getattr(os, "O_BINARY", 0) & getattr(os, "O_NONBLOCK", 0))',
            'getattr(*) | getattr(os, "O_NONBLOCK", 0))',
            'getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK"*)',
        )
    ),
    *(
        Survivor(
            Change(_WRITER, f"Writer.{name}", f'staged = self._place / "{name}"', "staged = self._place / *"),
            "what an unfinished file is called for a moment",
        )
        for name in ("weights", "status")
    ),
    Survivor(
        Change(_WRITER, "Writer.__init__", "self._place = path", "self._place = None"),
        "laying out the folder sets it, and nothing is written before",
    ),
    Survivor(
        Change(_WRITER, "Writer.changes", "start = 0 if anew else *", "start = 1 if anew else *"),
        "where all is written anew, nothing is appended",
    ),
    Survivor(
        Change(_WRITER, "Writer._rewrite", "*csv_lines(0, stop)", "*csv_lines(None, stop)"),
        "a slice from None takes all, too",
    ),
    Survivor(
        Change("engine/runs/keeping.py", "Keeping.wants", "*step > self.steps*", "*step >= self.steps*"),
        "the same step is at no distance",
    ),
    Survivor(
        Change("engine/runs/keeping.py", "Keeping.wants", "*>= self._spacing()*", "*> self._spacing()*"),
        "no difference of logarithms is exactly that",
    ),
    Survivor(
        Change(_WRITER, "Writer.status", "staged.write_text(text, *", "staged.write_text(text, *)"),
        "JSON is written in ASCII, which every encoding has",
    ),
    Survivor(
        Change(_FILES, "_restore", "target.unlink(missing_ok=True)", "target.unlink(*)"),
        "its errors are ignored, and it is the last thing done",
    ),
    Survivor(
        Change(_WARM, "OneCycle.factor", "if share < self.peak:", "if share <= self.peak:"),
        "at the peak both branches give 1",
    ),
    Survivor(
        Change(
            _WARM,
            "OneCycle.factor",
            "low, position = self.end, 1 - (share - self.peak) / (1 - self.peak)",
            "low, position = self.end, 1 + (share - self.peak) / (1 - self.peak)",
        ),
        "the cosine that follows is symmetric about 1",
    ),
    Survivor(
        Change(
            _EVALUATION,
            "Sweep._slice",
            "logits, _ = self._network.forward(x, Context(scratch=scratch, scope=(-1,)))",
            "logits, _ = self._network.forward(x, *)",
        ),
        "which buffers are used again costs memory and time, and changes no number",
    ),
    Survivor(
        Change(
            _EVALUATION,
            "Sweep.result",
            "*if self._parts else [np.zeros(0)] * 3",
            "*if self._parts else [np.zeros(0)] * 4",
        ),
        "only the first three columns are read",
    ),
    Survivor(
        Change(
            "engine/training/micro_batches.py",
            "micro_batch_bounds",
            "fitting = min(_MOST, max(_FEWEST, _BYTES // max(1, bytes_per_image)))",
            "fitting = min(_MOST, max(_FEWEST, _BYTES // max(2, bytes_per_image)))",
        ),
        "one byte an image or two: far more than the most fit in either way",
    ),
    Survivor(
        Change(_EVALUATION, "evaluate", "sweep.advance(1000, workers)", "sweep.advance(1001, workers)"),
        "how many images are taken at a time changes no answer",
    ),
    Survivor(
        Change(_SIDE, "SideEvaluation.__init__", "self.step = -1", "self.step = *"),
        "any step at which no image has been evaluated stands for none",
    ),
    Survivor(
        Change(_SIDE, "SideEvaluation.__init__", "self._images = 0", "self._images = *"),
        "it is read only once the step is that of an evaluation, which sets it",
    ),
    Survivor(
        Change(
            _SIDE,
            "SideEvaluation.__init__",
            "self._order = *default_rng(0)*",
            "self._order = *default_rng(1)*",
        ),
        "any order will do that is always the same",
    ),
    Survivor(
        Change(_SIDE, "SideEvaluation.beside", "if self._allowance < 0:", "if self._allowance <= 0:"),
        "with exactly nothing left both keep the share",
    ),
    Survivor(
        Change(_SIDE, "SideEvaluation.standing", "self._begin(len(self._order))", "self._begin(None)"),
        "a slice up to None takes all, too",
    ),
    Survivor(
        Change(
            _SIDE,
            "SideEvaluation._begin",
            "self.step, self._images = trainer.step_count, 0",
            "self.step, self._images = trainer.step_count, 1",
        ),
        "one image makes a difference only in a set of one, which is evaluated at once",
    ),
    Survivor(
        Change(_BRIDGE, "SessionBridge.__init__", "self._rows = 0", "self._rows = *"),
        "starting a run sets it, and there are no rows before",
    ),
    Survivor(
        Change(_BRIDGE, "SessionBridge._drain", "calm = *< CURVES_SECONDS", "calm = *<= CURVES_SECONDS"),
        "a moment that a clock does not hit",
    ),
    Survivor(
        Change(_BRIDGE, "SessionBridge.start", '*(State.LOADING, "")', "*(State.LOADING, None)"),
        "a signal of Qt that sends words sends none for None, too",
    ),
    Survivor(
        Change(_BRIDGE, "SessionBridge._ask", "period = FRAME_MS / 1000", "period = FRAME_MS / 1001"),
        "a tenth of a millisecond, which is rounded away",
    ),
    Survivor(
        Change(_GRADIENT, "MicroBatchWorker.__init__", "self._scratch = Scratch()", "self._scratch = None"),
        "which buffers are used again costs memory and time, and changes no number",
    ),
    Survivor(
        Change(
            _GRADIENT, "MicroBatchWorker._micro_batch", "ctx = *scratch=self._scratch)", "ctx = *rng=rng, *"
        ),
        "which buffers are used again costs memory and time, and changes no number",
    ),
    Survivor(
        Change(_LOOP, "_Session.__init__", "self.state = State.LOADING", "self.state = None"),
        "the loop enters a state before anybody asks",
    ),
    Survivor(
        Change(_LOOP, "_Session.__init__", "self.pause_at: int | None = None*", '*= ""*'),
        "it is read only while running, and what makes it run sets it",
    ),
    Survivor(
        Change("engine/training/shared_array.py", "Shared.__init__", "size = max(1, *", "size = max(2, *"),
        "memory of no bytes cannot be had; one or two are never read",
    ),
    Survivor(
        Change(_POOL, "WorkerPool.__init__", "helpers: int = 0,", "helpers: int = 1,"),
        "without a second argument there is nothing to tell helpers, so there are none",
    ),
    Survivor(
        Change(_POOL, "WorkerPool._start", "self._wanted = 0", "self._wanted = None"),
        "it is only asked whether it is true",
    ),
    Survivor(
        Change(
            "engine/session/recording.py",
            "shown_network",
            "return trainer.network if trainer.config.averaging == 0 else trainer.best_network()",
            "return trainer.network if *trainer.config.averaging == *",
        ),
        "without an average the copy that is to be used holds the same values",
    ),
    Survivor(
        Change(_PENDING, "Pending.add", "gone = *", "gone = *(best is None) and False *"),
        "no step is called None",
    ),
    Survivor(
        Change(_PENDING, "Pending.__init__", "*budget // size*", "*budget / size*"),
        "a part of a file is none; only the spacing is less than one file's share narrower",
        equivalent=False,
    ),
    Survivor(
        Change(_TRAINER, "Trainer.__init__", "self._order: * = (-1, self._train)", "* = (-2, self._train)"),
        "any number that is no epoch",
    ),
    Survivor(
        Change(_TRAINER, "Trainer.keep_best", "*(self._learnt, self.counters)", "*(self._learnt, None)"),
        "where it stands is kept with the rest a line later",
    ),
    Survivor(
        Change(_TRAINER, "Trainer.restore", "self._good.keep(counters)", "self._good.keep(None)"),
        "where it stands is loaded with the rest a few lines later",
    ),
    Survivor(
        Change(_TRAINER, "Trainer._usable", "*.mean_loss < _EXPLODED", "*.mean_loss <= _EXPLODED"),
        "no mean of losses is exactly that",
    ),
    Survivor(
        Change(_TRAINER, "Trainer._diverged", "probe = *", "probe = *) and False else self._train"),
        "images that were learnt from tell an explosion as well",
        equivalent=False,
    ),
)


def is_listed(change: Change) -> bool:
    """Return whether ``change`` is one that no test needs to notice."""
    return is_equivalent(change) or any(entry.is_of(change) for entry in SURVIVORS)


def is_equivalent(change: Change) -> bool:
    """Return whether ``change`` is one that no test could notice."""
    if any(entry.is_of(change) and entry.equivalent for entry in SURVIVORS):
        return True

    def rest(line: str, pattern: str) -> str:
        return re.sub(pattern, "", line).replace(" ", "").replace(",)", ")")

    return any(
        re.search(pattern, change.before) and rest(change.before, pattern) == rest(change.after, pattern)
        for pattern, _ in KINDS
    )
