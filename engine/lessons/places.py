"""What a lesson can show and point at: the places of the window, by the names that lessons use."""

from __future__ import annotations

VIEWS: dict[str, str] = {
    "experiment": "the Experiment panel, settings of the run",
    "pad": "the Test panel, where one draws",
    "learn": "the Learn view, curves of loss and accuracy",
    "network": "the Network view, kernels and feature maps",
    "explain": "the Explain view, why a network answers so",
    "evaluate": "the Evaluate view, confusion matrix and mistakes",
    "data": "the Data view, all images",
    "map": "the Map view, which images are alike",
    "runs": "the Runs view, all recorded runs",
    "race": "the Race view, runs beside each other",
}
"""Views and panels by key, as the window has them."""

PARTS: dict[str, str] = {
    "toolbar.start": "the button Start",
    "toolbar.step": "the button for one step",
    "toolbar.epoch": "the button for one epoch",
    "toolbar.reset": "the button Restart",
    "time_line.track": "the time line",
    "time_line.first": "the button of the first kept step",
    "time_line.best": "the button of the best validation",
    "time_line.live": "the button Live",
    "pad.sheet": "the sheet of the Test panel",
    "pad.answer": "the answer to the drawing",
    "pad.source": "the choice of the network that answers",
    "pad.clear": "the button that clears the sheet",
    "pad.teach": "the row in which an answer is corrected",
    "pad.examples": "the button of My examples",
    "pad.explain": "the button Explain it",
    "learn.charts": "the curves",
    "learn.log": "the choice of a logarithmic loss",
    "learn.health_button": "the button Health",
    "learn.health": "the page Health",
    "learn.health.quantity": "the choice of what Health shows",
    "learn.health.findings": "what is wrong with the run",
    "network.canvas": "the picture of the network",
    "network.image": "the choice of the image",
    "network.break_button": "the button Break it",
    "network.break": "the page Break it",
    "network.break.kernels": "the kernels of the broken copy",
    "network.break.off": "the button Switch off",
    "network.break.tabs": "the pages of Break it",
    "network.break.kind": "the choice of other changes",
    "network.break.apply": "the button that applies a change",
    "network.break.reset": "the button Reset all",
    "network.break.rank": "the button Rank the filters",
    "network.break.ranking": "the table of ranked filters",
    "network.break.accuracy": "the accuracy of the broken copy",
    "evaluate.matrix": "the confusion matrix",
    "evaluate.gallery": "the images behind a cell",
    "explain.maps": "the maps of Explain",
    "experiment.learning_rate": "the learning rate",
    "experiment.momentum": "the momentum",
    "experiment.network": "the choice of the network",
    "experiment.augmentation": "the augmentation",
}
"""Parts of them, as ``VIEW.PART``."""

PLACES = {**VIEWS, **PARTS}
"""Adding a place: a line here, and where it is found in ``gui/window/lesson_places.py``."""
