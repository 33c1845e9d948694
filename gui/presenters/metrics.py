"""The figures of each class and the confusions, as rows of tables."""

from __future__ import annotations

from engine.formatting import grouped, share
from engine.training.metrics import Metrics, Reliability
from gui.presenters.arithmetic import Row
from gui.presenters.evaluate import Choice

CLASS_COLUMNS = ("Class", "Images", "Precision", "Recall", "F1")
CONFUSION_COLUMNS = ("Most frequent confusions", "Images", "Of the class")


def class_rows(metrics: Metrics) -> list[Row]:
    """Return a row for each class, and one of the macro averages; a class leads to its correct images."""
    columns = (metrics.precision, metrics.recall, metrics.f1)
    rows = [
        Row(
            (name, grouped(int(metrics.images[index])), *(share(float(each[index])) for each in columns)),
            Choice(index, index),
        )
        for index, name in enumerate(metrics.names)
    ]
    total = grouped(int(metrics.images.sum()))
    return [*rows, Row(("Macro average", total, *(share(value) for value in metrics.macro)), head=True)]


def confusion_rows(metrics: Metrics, most: int = 12) -> list[Row]:
    """Return a row for each of the most frequent confusions; it leads to their images."""
    return [
        Row(
            (
                f"{metrics.names[each.true]} \N{RIGHTWARDS ARROW} {metrics.names[each.predicted]}",
                grouped(each.images),
                share(each.share),
            ),
            Choice(each.true, each.predicted),
        )
        for each in metrics.confusions(most)
    ]


def bin_words(diagram: Reliability, index: int) -> str:
    """Say what a bin of the reliability diagram holds."""
    low, high = diagram.edges[index], diagram.edges[index + 1]
    count = int(diagram.counts[index])
    between = f"Between {100 * low:.0f} and {100 * high:.0f} % sure: "
    if not count:
        return between + "no answers."
    return (
        f"{between}{grouped(count)} answers, {100 * diagram.confidence[index]:.1f} % sure on average, "
        f"{share(float(diagram.accuracy[index]))} of them right."
    )
