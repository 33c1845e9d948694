"""Training once more, as a textbook writes it: float64, one loop, nothing shared; slow, obvious, the oracle.

Of the engine it takes only data: settings, the first weights, which images are held out, and how a
generator of random numbers is named. Layers, loss, optimisers and schedules are written anew from their
sources; the gradient of a batch is added up micro-batch by micro-batch.
"""

from __future__ import annotations

import math

import numpy as np

from engine.data.dataset import holdout
from tests.engine.training.twin_layers import (
    Drawing,
    is_decayed,
    twin_of,
)

SHUFFLE, DROPOUT, AUGMENT, SUBSET = 1, 2, 3, 4
"""Second number of a generator's name, after the seed."""


def factor(schedule, epoch, epochs):
    done = min(1.0, epoch / epochs)
    if schedule.type_name == "step":
        return schedule.drop ** int(epoch // schedule.every)
    if schedule.type_name == "cosine":
        return schedule.floor + (1 - schedule.floor) * 0.5 * (1 + math.cos(math.pi * done))
    if schedule.type_name == "warm_up":
        if epoch < schedule.warm:
            return max(0.001, epoch / schedule.warm)
        past = (
            min(1.0, (epoch - schedule.warm) / (epochs - schedule.warm))
            if epochs > schedule.warm
            else float(epoch > schedule.warm)
        )
        return schedule.floor + (1 - schedule.floor) * 0.5 * (1 + math.cos(math.pi * past))
    if schedule.type_name == "one_cycle":
        if done < schedule.peak:
            return schedule.start + (1 - schedule.start) * 0.5 * (
                1 - math.cos(math.pi * done / schedule.peak)
            )
        down = (done - schedule.peak) / (1 - schedule.peak)
        return schedule.end + (1 - schedule.end) * 0.5 * (1 + math.cos(math.pi * down))
    return 1.0


class Rule:
    """One optimiser for one array."""

    def __init__(self, optimiser):
        self.optimiser = optimiser
        self.first = self.second = 0.0
        self.kept = 1.0
        self.steps = 0

    def update(self, w, g, rate, momentum, decay):
        kind = self.optimiser.type_name
        self.steps += 1
        if kind == "adamw":
            w = w - rate * decay * w
        else:
            g = g + decay * w
        if kind == "sgd":
            return w - rate * g
        if kind in ("momentum", "nesterov"):
            self.first = momentum * self.first + g
            return w - rate * (self.first if kind == "momentum" else g + momentum * self.first)
        if kind == "rmsprop":
            rho = self.optimiser.rho
            self.second = rho * self.second + (1 - rho) * g**2
            self.first = momentum * self.first + g / (np.sqrt(self.second) + self.optimiser.epsilon)
            return w - rate * self.first
        beta = self.optimiser.beta2
        self.first = momentum * self.first + (1 - momentum) * g
        self.second = beta * self.second + (1 - beta) * g**2
        self.kept *= momentum
        mean, square = self.first / (1 - self.kept), self.second / (1 - beta**self.steps)
        return w - rate * mean / (np.sqrt(square) + self.optimiser.epsilon)


class Twin:
    """The same run as ``Trainer(config, dataset, ...)``, whose first weights are ``arrays``."""

    def __init__(self, config, dataset, arrays):
        self.dtype = next(iter(arrays.values())).dtype
        self.config, self.live, self.dataset = config, config.live(), dataset
        self.params = [
            {
                name.split(".", 1)[1]: np.array(v, np.float64)
                for name, v in arrays.items()
                if name.split(".")[0] == str(i)
            }
            for i in range(len(config.network.layers))
        ]
        self.layers = [twin_of(layer, p) for layer, p in zip(config.network.layers, self.params, strict=True)]
        self.rules = [{name: Rule(config.optimiser) for name in p} for p in self.params]
        self.average = [{name: v.copy() for name, v in p.items()} for p in self.params]
        self.train, self.validation = holdout(dataset, config.validation_images, config.seed)
        if config.training_images:
            drawn = np.random.default_rng([config.seed, SUBSET]).permutation(self.train)
            self.train = np.array(sorted(drawn[: config.training_images]))
        self.steps = self.epoch = self.offset = 0

        pixels = dataset.train_images / 255
        self.mean, self.deviation = pixels.mean(axis=(0, 2, 3)), pixels.std(axis=(0, 2, 3))

    def input(self, images):
        return (images / 255 - self.mean[:, None, None]) / self.deviation[:, None, None]

    def step(self):
        """Return images, loss, accuracy and learning rate of the next step."""
        config, live = self.config, self.live
        order = np.random.default_rng([config.seed, SHUFFLE, self.epoch]).permutation(self.train)
        batch = order[self.offset : self.offset + live.batch_size]
        micro_batches = min(len(batch), 2 * math.ceil(len(batch) / 64))
        edges = [len(batch) * i // micro_batches for i in range(micro_batches + 1)]
        loss, correct, total, seen = 0.0, 0, [{} for _ in self.params], [[] for _ in self.params]
        for index in range(micro_batches):
            chosen = batch[edges[index] : edges[index + 1]]
            more, right, grads, statistics = self.gradient(index, chosen)
            loss, correct = loss + more / len(batch), correct + right
            for layer, values in enumerate(grads):
                for name, value in values.items():
                    total[layer][name] = total[layer].get(name, 0.0) + value / len(batch)
                seen[layer].append(statistics[layer])
        rate = live.learning_rate * factor(
            config.schedule, self.epoch + self.offset / len(self.train), live.epochs
        )
        self.steps += 1
        keep = min(config.averaging, self.steps / (self.steps + 10))
        for layer, params in enumerate(self.params):
            self.follow(layer, params, seen[layer])
            for name, g in total[layer].items():
                norm = config.network.layers[layer].type_name == "batch_norm"
                decay = live.weight_decay if is_decayed(name) and not norm else 0.0
                params[name] = self.rules[layer][name].update(params[name], g, rate, live.momentum, decay)
                self.average[layer][name] = keep * self.average[layer][name] + (1 - keep) * params[name]
        self.offset += len(batch)
        if self.offset == len(self.train):
            self.epoch, self.offset = self.epoch + 1, 0
        return len(batch), loss, correct / len(batch), rate

    def gradient(self, index, chosen):
        config = self.config
        images = self.dataset.train_images[chosen]
        if not config.augmentation.is_identity:
            named = np.random.default_rng([config.seed, AUGMENT, self.steps, index])
            images = config.augmentation.apply(images, named)
        run = Drawing([config.seed, DROPOUT, self.steps, index], self.dtype)
        logits, caches = self.forward(self.params, self.input(images), run)
        labels = self.dataset.train_labels[chosen]
        classes = logits.shape[1]
        target = np.eye(classes)[labels] * (1 - config.smoothing) + config.smoothing / classes
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        loss = -(target * np.log(p)).sum()
        upstream, grads, statistics = p - target, [], []
        for layer, params, cache in reversed(list(zip(self.layers, self.params, caches, strict=True))):
            upstream, values = layer.backward(params, upstream, cache)
            grads.insert(0, values)
            statistics.insert(0, layer.statistics(cache) if hasattr(layer, "statistics") else {})
        return loss, int((p.argmax(axis=1) == labels).sum()), grads, statistics

    def follow(self, layer, params, seen):
        """Let running statistics follow the mean of those of the micro-batches."""
        momentum = getattr(self.config.network.layers[layer], "momentum", 0.9)
        for name in seen[0]:
            now = np.mean([one[name] for one in seen], axis=0)
            params[name] = momentum * params[name] + (1 - momentum) * now

    def forward(self, params, x, run):
        caches = []
        for layer, mine in zip(self.layers, params, strict=True):
            x, cache = layer.forward(mine, x, run)
            caches.append(cache)
        return x, caches

    def best(self):
        """Return the parameters to be used: the averaged weights if there are any."""
        if not self.config.averaging or not self.steps:
            return self.params
        return [
            {name: average[name] if rules_moved(rules[name]) else now[name] for name in now}
            for now, average, rules in zip(self.params, self.average, self.rules, strict=True)
        ]

    def validate(self):
        """Return mean loss and accuracy over the images that were held out."""
        labels = self.dataset.train_labels[self.validation]
        logits, _ = self.forward(self.best(), self.input(self.dataset.train_images[self.validation]), None)
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        rows = np.arange(len(labels))
        return -np.log(p[rows, labels]).mean(), (p.argmax(axis=1) == labels).mean()

    def named(self, params):
        return {f"{i}.{name}": v for i, p in enumerate(params) for name, v in p.items()}


def rules_moved(rule):
    return rule.steps > 0
