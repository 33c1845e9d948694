"""How the work of a step is shared, with helpers that are no processes: they answer, or are lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from multiprocessing import Pipe
from typing import Any

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.model.network import Network
from engine.training import worker_pool as module
from engine.training.config import RunConfig
from engine.training.gradient import NO_SHARE, MicroBatchResult, Share
from engine.training.shared_array import Shared
from engine.training.worker_pool import WorkerConfig, WorkerPool, worker_pool


def batches(count: int) -> list[tuple[int, np.ndarray]]:
    return [(index, np.array([10 * index])) for index in range(count)]


class Worker:
    """Computes nothing, but says who computed what."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.done: list[tuple[int, int]] = []
        self.ready: list[tuple[int, list[int]]] = []
        self.error: BaseException | None = None

    def prepare(self, step: int, micro_batches: list[tuple[int, np.ndarray]]) -> None:
        self.ready.append((step, [index for index, _ in micro_batches]))

    def compute(self, step: int, micro_batches: list[tuple[int, np.ndarray]]) -> list[MicroBatchResult]:
        if self.error is not None:
            raise self.error
        for index, chosen in micro_batches:
            assert chosen.tolist() == [10 * index]
            self.done.append((step, index))
        return [MicroBatchResult(index, float(index), step, [self.name]) for index, _ in micro_batches]


class Link:
    """The caller's end of a pipe to a helper that answers at once; ``broken`` names what fails.

    ``full`` says of each message whether it holds the share of the present step.
    """

    def __init__(self, name: str) -> None:
        self.worker = Worker(name)
        self.waiting: list[object] = [[]]  # ready
        self.broken: dict[str, Exception] = {}
        self.told = NO_SHARE
        self.full: list[bool] = []
        self.polled: list[object] = []
        self.closed = False

    def _may(self, what: str) -> None:
        if what in self.broken:
            raise self.broken[what]

    def poll(self, timeout: float | None = 0.0) -> bool:
        self.polled.append(timeout)
        self._may("poll")
        return bool(self.waiting)

    def recv(self) -> object:
        self._may("recv")
        return self.waiting.pop(0)

    def send(self, message: tuple[Any, Any]) -> None:
        self._may("send")
        told, following = message
        self.full.append(told is not None)
        self.waiting.append(self.worker.compute(*(self.told if told is None else module._unpacked(told))))
        self.told = module._unpacked(following)

    def close(self) -> None:
        self.closed = True


class Process:
    def __init__(self) -> None:
        self.calls: list[str] = []

    def kill(self) -> None:
        self.calls.append("kill")

    def join(self) -> None:
        self.calls.append("join")


class Helpers:
    """Stands for the class of helpers; ``made`` are those that were started."""

    def __init__(self) -> None:
        self.made: list[module._Helper] = []
        self.configs: list[object] = []
        self.failing_from: int | None = None

    def __call__(self, worker_config: object) -> module._Helper:
        if self.failing_from is not None and len(self.made) >= self.failing_from:
            raise OSError(11, "Resource temporarily unavailable")
        helper = module._Helper.__new__(real_helper)
        helper.link, helper.process, helper.ready = Link(f"helper {len(self.made)}"), Process(), False
        helper.told = NO_SHARE
        self.made.append(helper)
        self.configs.append(worker_config)
        return helper


real_helper = module._Helper


@pytest.fixture
def helpers(monkeypatch: pytest.MonkeyPatch) -> Helpers:
    there = Helpers()
    monkeypatch.setattr(module, "_Helper", there)
    return there


def pool_of(
    helpers: int, config: Callable[[], object] | None = lambda: "config"
) -> tuple[WorkerPool, Worker]:
    own = Worker("caller")
    return WorkerPool(own, config, helpers), own


def who(results: list[MicroBatchResult]) -> list[object]:
    return [result.batch_statistics[0] for result in results]


def test_every_helper_does_its_share_and_the_results_are_in_order(helpers: Helpers) -> None:
    pool, own = pool_of(2)
    results = pool.compute(5, batches(11))
    assert [result.index for result in results] == list(range(11))
    assert all(result.correct == 5 for result in results)
    # Micro-batches of one buffer, 8 apart, are of one member: 0 and 8, 1 and 9, 2 and 10.
    names = ["caller", "helper 0", "helper 1"]
    assert who(results) == [names[index % 8 % 3] for index in range(11)]
    assert own.done == [(5, 0), (5, 3), (5, 6), (5, 8)]
    assert [worker.link.worker.done for worker in helpers.made] == [
        [(5, 1), (5, 4), (5, 7), (5, 9)],
        [(5, 2), (5, 5), (5, 10)],
    ]
    assert pool.helping == 2
    assert helpers.configs == ["config", "config"]


def test_what_a_helper_is_told_is_made_once(helpers: Helpers) -> None:
    made = []
    pool, _ = pool_of(3, lambda: made.append(1) or "config")
    assert made == []
    pool.compute(0, batches(4))
    pool.compute(1, batches(4))
    assert (len(made), len(helpers.made)) == (1, 3)


@pytest.mark.parametrize(("asked", "started"), [(0, 0), (1, 1), (7, 7), (8, 7), (100, 7)])
def test_there_is_at_most_one_member_for_each_buffer(helpers: Helpers, asked: int, started: int) -> None:
    pool, _ = pool_of(asked)
    pool.compute(0, batches(8))
    assert len(helpers.made) == started


def test_without_anything_to_tell_helpers_there_are_none(helpers: Helpers) -> None:
    pool, own = pool_of(3, None)
    assert who(pool.compute(0, batches(3))) == ["caller"] * 3
    assert helpers.made == []
    pool.wait()
    assert pool.helping == 0
    default = WorkerPool(own)
    assert who(default.compute(0, batches(3))) == ["caller"] * 3


def test_helpers_that_are_not_there_yet_get_nothing(helpers: Helpers) -> None:
    pool, _ = pool_of(2)
    pool._start()
    late = helpers.made[0].link
    late.waiting.clear()
    assert who(pool.compute(0, batches(4))) == ["caller", "helper 1", "caller", "helper 1"]
    assert pool.helping == 1
    assert late.polled == [0.0]  # nobody waits for it
    late.waiting.append([])
    assert who(pool.compute(1, batches(3))) == ["caller", "helper 0", "helper 1"]
    assert pool.helping == 2


def test_a_helper_without_a_share_is_not_asked(helpers: Helpers) -> None:
    pool, _ = pool_of(3)
    assert who(pool.compute(0, batches(2))) == ["caller", "helper 0"]
    for helper in helpers.made[1:]:
        assert helper.link.waiting == []
        assert helper.link.worker.done == []


def test_the_next_share_is_told_in_time_and_told_again_where_it_became_another(helpers: Helpers) -> None:
    pool, own = pool_of(1)
    first, second, third = batches(4), batches(2), batches(4)
    pool.compute(0, first, second)
    pool.compute(1, second, third)
    pool.compute(2, batches(4), third)  # equal, but nobody looks whether it is
    pool.compute(4, third, first)  # another step than was said
    pool.compute(5, first)
    pool.compute(6, batches(2), second)
    (helper,) = helpers.made
    assert helper.link.full == [True, False, True, True, False, True]
    done = [(0, 1), (0, 3), (1, 1), (2, 1), (2, 3), (4, 1), (4, 3), (5, 1), (5, 3), (6, 1)]
    assert helper.link.worker.done == done
    assert own.ready == [(1, [0]), (2, [0, 2]), (3, [0, 2]), (5, [0, 2]), (6, []), (7, [0])]
    other, own = pool_of(2)
    other.compute(0, first, second)
    helpers.made[1].link.broken["recv"] = EOFError()
    other.compute(1, second, third)
    assert [helper.link.full for helper in helpers.made[1:]] == [[True, False], [True]]
    other.compute(2, third, first)  # it was said to three
    assert helpers.made[2].link.full == [True, True]
    assert own.done == [(0, 0), (0, 3), (1, 0), (1, 1), (2, 0), (2, 2)]


def test_alone_nothing_is_made_ready(helpers: Helpers) -> None:
    pool, own = pool_of(0)
    pool.compute(0, batches(2), batches(2))
    assert own.ready == []


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("poll", EOFError()),
        ("poll", BrokenPipeError()),
        ("send", BrokenPipeError()),
        ("recv", EOFError()),
        ("recv", ConnectionResetError()),
    ],
)
def test_the_caller_does_the_share_of_a_helper_that_is_lost(
    helpers: Helpers, what: str, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    pool, _ = pool_of(2)
    pool.wait()
    lost = helpers.made[0]
    if what == "poll":  # it never was there
        lost.ready, lost.link.waiting = False, [[]]
    lost.link.broken[what] = error
    results = pool.compute(3, batches(9), batches(9))
    assert [(result.index, result.correct) for result in results] == [(index, 3) for index in range(9)]
    if what == "poll":
        assert who(results) == ["caller", "helper 1"] * 4 + ["caller"]
    else:
        assert who(results) == [["caller", "caller", "helper 1"][index % 8 % 3] for index in range(9)]
    assert caplog.text.count("a process that helped with the training is gone; going on without it") == 1
    assert (lost.link.closed, lost.process.calls) == (True, ["kill", "join"])
    assert pool.helping == 1
    assert who(pool.compute(4, batches(3))) == ["caller", "helper 1", "caller"]
    pool.close()
    assert lost.process.calls == ["kill", "join"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), ValueError("oh")])
def test_after_an_error_of_the_caller_no_answer_is_left_lying(helpers: Helpers, error: BaseException) -> None:
    pool, own = pool_of(2)
    pool.compute(0, batches(3))
    own.error = error
    with pytest.raises(type(error)):
        pool.compute(1, batches(2))
    assert [helper.link.waiting for helper in helpers.made] == [[], []]
    own.error = None
    assert [result.correct for result in pool.compute(2, batches(3))] == [2, 2, 2]


def test_waiting_waits_without_end_for_those_that_are_not_there_yet(helpers: Helpers) -> None:
    pool, _ = pool_of(2)
    pool.wait()
    assert pool.helping == 2
    pool.wait()
    assert [helper.link.polled for helper in helpers.made] == [[None, 0.0], [None, 0.0]]


def test_waiting_loses_those_that_will_never_be_there(helpers: Helpers) -> None:
    pool, _ = pool_of(3)
    pool._start()
    helpers.made[0].link.broken["poll"] = BrokenPipeError()
    helpers.made[1].link.broken["recv"] = EOFError()
    pool.wait()
    assert [helper.process.calls for helper in helpers.made] == [["kill", "join"], ["kill", "join"], []]
    assert pool.helping == 1
    assert who(pool.compute(0, batches(2))) == ["caller", "helper 2"]


def test_where_no_process_can_be_started_it_goes_on_with_those_there_are(
    helpers: Helpers, caplog: pytest.LogCaptureFixture
) -> None:
    helpers.failing_from = 1
    pool, _ = pool_of(4)
    assert who(pool.compute(0, batches(3))) == ["caller", "helper 0", "caller"]
    assert "no further process could be started" in caplog.text
    helpers.failing_from = None
    pool.compute(1, batches(3))
    assert len(helpers.made) == 1


def test_closing_ends_all_and_starts_none_again(helpers: Helpers) -> None:
    pool, _ = pool_of(2)
    pool.compute(0, batches(3))
    pool.close()
    assert [helper.process.calls for helper in helpers.made] == [["kill", "join"]] * 2
    assert all(helper.link.closed for helper in helpers.made)
    assert pool.helping == 0
    assert who(pool.compute(1, batches(3))) == ["caller"] * 3
    pool.close()
    assert len(helpers.made) == 2
    never, _ = pool_of(2)
    never.close()
    never.compute(0, batches(3))
    assert len(helpers.made) == 2


# --- what is shared -----------------------------------------------------------------------------------


@pytest.fixture
def parts(config: RunConfig, dataset: Dataset) -> tuple[Network, Preprocessing]:
    return Network.new(config.network, 3), Preprocessing(dataset.mean, dataset.std)


def test_the_caller_and_a_helper_compute_the_same_into_the_same_memory(
    config: RunConfig, dataset: Dataset, parts: tuple[Network, Preprocessing]
) -> None:
    network, preprocessing = parts
    before = network.state_vector.copy()
    pool, buffers = worker_pool(config, network, preprocessing, dataset.train_images, dataset.train_labels, 2)
    np.testing.assert_array_equal(network.state_vector, before)
    assert (buffers.shape, buffers.dtype) == ((8, network.vector.size), np.float32)
    assert not buffers.any()
    told = pool._worker_config()
    assert isinstance(told, WorkerConfig)
    other = told.work()
    chosen = np.arange(30, 50)
    own = pool.compute
    pool._wanted = 0
    mine = own(4, [(0, chosen)])[0]
    theirs = other.compute(4, [(0, chosen)])[0]
    assert (mine.loss, mine.correct) == (theirs.loss, theirs.correct)
    first = buffers[0].copy()
    buffers[0] = 0
    other.compute(4, [(0, chosen)])
    np.testing.assert_array_equal(buffers[0], first)
    assert first.any()
    # What the optimiser changes is seen on both sides.
    network.vector *= 0.5
    assert other.compute(4, [(0, chosen)])[0].loss == own(4, [(0, chosen)])[0].loss != mine.loss


@pytest.mark.parametrize("full", [False, True])
def test_alone_nothing_is_shared(
    full: bool,
    config: RunConfig,
    dataset: Dataset,
    parts: tuple[Network, Preprocessing],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    network, preprocessing = parts

    def none(*_: object) -> None:
        if not full:
            pytest.fail("shared memory was taken")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Shared, "__init__", none)
    vector = network.state_vector
    pool, buffers = worker_pool(
        config, network, preprocessing, dataset.train_images, dataset.train_labels, 3 if full else 0
    )
    assert network.state_vector is vector
    assert (buffers.shape, buffers.dtype) == ((8, network.vector.size), np.float32)
    assert ("no shared memory for further processes" in caplog.text) == full
    result = pool.compute(0, [(0, np.arange(20)), (1, np.arange(20, 40))])
    assert [part.index for part in result] == [0, 1]
    assert buffers[0].any() and buffers[1].any() and not buffers[2:].any()
    assert pool.helping == 0


def test_a_helper_serves_until_its_link_is_closed(
    config: RunConfig,
    dataset: Dataset,
    parts: tuple[Network, Preprocessing],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network, preprocessing = parts
    pool, _ = worker_pool(config, network, preprocessing, dataset.train_images, dataset.train_labels, 1)
    told = pool._worker_config()
    done: list[str] = []
    monkeypatch.setattr(module.signals, "ignore", lambda: done.append("signals"))
    monkeypatch.setattr(module, "hold_blas_to_one_thread", lambda: done.append("one thread"))
    here, there = Pipe()
    thread = threading.Thread(target=module._serve, args=(told, there))
    thread.start()
    assert here.poll(30) and here.recv() == []
    assert done == ["signals", "one thread"]
    task = [(0, np.arange(20)), (8, np.arange(20, 40))]
    messages = [
        (Share(3, task), Share(4, task)),
        (None, Share(5, [(0, np.arange(7))])),
        (Share(5, task), NO_SHARE),  # the last word counts
    ]
    packed = module._packed
    for step, (share, following) in enumerate(messages, 3):
        here.send((share and packed(share), packed(following)))
        answer = here.recv()
        own = told.work().compute(step, task)
        assert [(r.index, r.loss, r.correct) for r in answer] == [(r.index, r.loss, r.correct) for r in own]
    here.close()
    thread.join(30)
    assert not thread.is_alive()
    there.close()
