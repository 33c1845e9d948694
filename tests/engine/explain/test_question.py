"""Several methods are asked at once: the slow one apart, and each may fail by itself."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.data.preprocess import Preprocessing
from engine.explain import METHODS
from engine.explain.grad_cam import GradCam
from engine.explain.question import SLOW, Question, reply_to, targets_of
from engine.model.model_file import Model
from engine.model.network import Network
from engine.model.reference import Shipped
from engine.model.spec import preset
from engine.task import Cancelled, Task

NAMES = tuple("0123456789")


@pytest.fixture(scope="module")
def question() -> Question:
    model = Model(Network.new(preset("classic"), 1), Preprocessing((0.1,), (0.3,)), NAMES, {})
    image = np.random.default_rng(0).integers(0, 256, (1, 28, 28)).astype(np.uint8)
    return Question(
        Shipped("digits"), model, image, (None, None), {name: kind() for name, kind in METHODS.items()}
    )


def test_the_likeliest_classes_stand_for_those_that_are_not_chosen() -> None:
    shares = np.array([0.1, 0.6, 0.3], np.float32)
    assert targets_of(shares, (None, None)) == (1, 2)
    assert targets_of(shares, (0, None)) == (0, 1)
    assert targets_of(shares, (None, 0)) == (1, 0)
    assert targets_of(shares, (2, 2)) == (2, 1)  # a class is not compared with itself
    assert targets_of(shares, (7, 9)) == (1, 2)  # chosen for a network with more classes
    assert targets_of(shares[:1], (None, None)) == (0,)


def test_quick_and_slow_methods_are_asked_apart(question: Question) -> None:
    quick = reply_to(question, Task(), slow=False)
    slow = reply_to(question, Task(), slow=True)
    assert set(quick.found) == set(METHODS) - SLOW and set(slow.found) == SLOW
    assert quick.targets == targets_of(quick.probabilities, (None, None))
    assert all(len(found) == 2 for found in (*quick.found.values(), *slow.found.values()))
    for which, target in enumerate(quick.targets):
        alone = GradCam().explain(
            question.model.network, question.model.preprocessing, question.image, target
        )
        np.testing.assert_array_equal(quick.found["grad_cam"][which].values, alone.values)


def test_slow_work_ends_when_it_is_cancelled(question: Question) -> None:
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        reply_to(question, task, slow=True)


def test_a_method_that_does_not_suit_says_so_and_the_others_go_on(question: Question) -> None:
    methods = {**question.methods, "grad_cam": GradCam(layer=9)}
    found = reply_to(dataclasses.replace(question, methods=methods), Task(), slow=False).found
    assert found["grad_cam"].startswith("Grad-CAM: layer is 9; layers that give maps are 1, 2")
    assert not isinstance(found["saliency"], str)


def test_questions_are_alike_if_only_the_training_went_on(question: Question) -> None:
    assert dataclasses.replace(question, model=None).like(question)
    assert not question.like(None)
    for change in (
        {"reference": Shipped("clothes")},
        {"image": question.image.copy()},
        {"chosen": (3, None)},
        {"methods": {}},
    ):
        assert not dataclasses.replace(question, **change).like(question)
