"""Training once more, as a textbook writes it: float64, one loop, nothing shared; slow, obvious, the oracle.

Of the engine it takes only data: settings, the first weights, which images are held out, and how a
generator of random numbers is named. Layers, loss, optimisers and schedules are written anew from their
sources; the gradient of a batch is added up micro-batch by micro-batch.
"""

from __future__ import annotations

import math

import numpy as np

from engine.data.dataset import holdout

SHUFFLE, DROPOUT, AUGMENT, SUBSET = 1, 2, 3, 4
"""Second number of a generator's name, after the seed."""


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


# --- layers: forward returns the output and what backward needs ---------------------------------


class Conv:
    def __init__(self, kernel, stride, padding, prefix=""):
        self.kernel, self.stride, self.prefix = pair(kernel), pair(stride), prefix
        self.padding = tuple(k // 2 for k in self.kernel) if padding == "same" else pair(padding)

    def seen(self, x):
        """Yield each place (i, j) of the kernel and which pixels of the framed image lie under it."""
        (kh, kw), (sh, sw) = self.kernel, self.stride
        rows, columns = self.size(x)
        for i in range(kh):
            for j in range(kw):
                yield i, j, np.s_[:, :, i : i + sh * rows : sh, j : j + sw * columns : sw]

    def size(self, x):
        return tuple(
            (n + 2 * p - k) // s + 1
            for n, k, s, p in zip(x.shape[2:], self.kernel, self.stride, self.padding, strict=True)
        )

    def framed(self, x):
        (ph, pw) = self.padding
        framed = np.zeros(
            (*x.shape[:2], x.shape[2] + 2 * ph + self.stride[0], x.shape[3] + 2 * pw + self.stride[1])
        )
        framed[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
        return framed

    def forward(self, params, x, run):
        weight, framed = params[f"{self.prefix}weight"], self.framed(x)
        y = np.zeros((len(x), len(weight), *self.size(x)))
        for i, j, pixels in self.seen(x):
            y += np.einsum("nchw,fc->nfhw", framed[pixels], weight[:, :, i, j])
        if f"{self.prefix}bias" in params:
            y += params[f"{self.prefix}bias"][:, None, None]
        return y, x

    def backward(self, params, grad, x):
        weight, framed = params[f"{self.prefix}weight"], self.framed(x)
        grad_weight, grad_framed = np.zeros_like(weight), np.zeros_like(framed)
        for i, j, pixels in self.seen(x):
            grad_weight[:, :, i, j] = np.einsum("nfhw,nchw->fc", grad, framed[pixels])
            grad_framed[pixels] += np.einsum("nfhw,fc->nchw", grad, weight[:, :, i, j])
        (ph, pw) = self.padding
        grads = {f"{self.prefix}weight": grad_weight}
        if f"{self.prefix}bias" in params:
            grads[f"{self.prefix}bias"] = grad.sum(axis=(0, 2, 3))
        return grad_framed[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]], grads


class Pool:
    def __init__(self, size, mean):
        self.size, self.mean = pair(size), mean

    def windows(self, x):
        height, width = self.size
        for p in range(x.shape[2] // height):
            for q in range(x.shape[3] // width):
                rows, columns = slice(p * height, (p + 1) * height), slice(q * width, (q + 1) * width)
                yield p, q, (slice(None), slice(None), rows, columns)

    def forward(self, params, x, run):
        y = np.zeros((*x.shape[:2], x.shape[2] // self.size[0], x.shape[3] // self.size[1]))
        for p, q, window in self.windows(x):
            y[:, :, p, q] = (np.mean if self.mean else np.max)(x[window], axis=(2, 3))
        return y, x

    def backward(self, params, grad, x):
        grad_x = np.zeros_like(x)
        for p, q, window in self.windows(x):
            mine = grad[:, :, p, q, None, None]
            if self.mean:
                grad_x[window] = mine / (self.size[0] * self.size[1])
            else:
                # Of equal pixels the first one gets it, column by column.
                by_columns = x[window].swapaxes(2, 3).reshape(*x.shape[:2], -1)
                first = np.arange(by_columns.shape[2]) == by_columns.argmax(axis=2)[:, :, None]
                shape = (*x.shape[:2], self.size[1], self.size[0])
                grad_x[window] = mine * first.reshape(shape).swapaxes(2, 3)
        return grad_x, {}


class Dense:
    def forward(self, params, x, run):
        return np.einsum("nd,ud->nu", x, params["weight"]) + params.get("bias", 0.0), x

    def backward(self, params, grad, x):
        grads = {"weight": np.einsum("nu,nd->ud", grad, x)}
        if "bias" in params:
            grads["bias"] = grad.sum(axis=0)
        return np.einsum("nu,ud->nd", grad, params["weight"]), grads


class Flatten:
    def forward(self, params, x, run):
        return x.reshape(len(x), -1), x.shape

    def backward(self, params, grad, shape):
        return grad.reshape(shape), {}


class Activation:
    """A function of each value by itself, and its slope."""

    def __init__(self, function, slope):
        self.function, self.slope = function, slope

    def forward(self, params, x, run):
        return self.function(x), x

    def backward(self, params, grad, x):
        return grad * self.slope(x), {}


def activation(layer):
    if layer.type_name == "relu":
        return Activation(lambda x: x * (x > 0), lambda x: (x > 0) * 1.0)
    if layer.type_name == "leaky_relu":
        return Activation(
            lambda x: np.where(x > 0, x, layer.slope * x), lambda x: np.where(x > 0, 1.0, layer.slope)
        )
    if layer.type_name == "sigmoid":
        return Activation(lambda x: 1 / (1 + np.exp(-x)), lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2)
    return Activation(np.tanh, lambda x: 1 / np.cosh(x) ** 2)


class Drawing:
    """A training pass: draws for the dropout of one micro-batch, in the type that the trainer computes in."""

    def __init__(self, name, dtype):
        self.rng, self.dtype = np.random.default_rng(name), dtype

    def draw(self, shape):
        return self.rng.random(shape, self.dtype)


class Dropout:
    def __init__(self, rate, inverted):
        self.rate, self.inverted = rate, inverted

    def forward(self, params, x, run):
        if run is None:
            return x if self.inverted else x * (1 - self.rate), None
        # Drawn with the batch innermost, of images row by row.
        order = (2, 1, 3, 0) if x.ndim == 4 else (1, 0)
        drawn = run.draw(x.transpose(order).shape).transpose(np.argsort(order))
        factor = (drawn >= self.rate) / ((1 - self.rate) if self.inverted else 1)
        return x * factor, factor

    def backward(self, params, grad, factor):
        return grad * factor, {}


class BatchNorm:
    def __init__(self, momentum, epsilon, prefix=""):
        self.momentum, self.epsilon, self.prefix = momentum, epsilon, prefix

    def forward(self, params, x, run):
        axes = (0, 2, 3) if x.ndim == 4 else (0,)
        mine = {
            name: params[f"{self.prefix}{name}"] for name in ("weight", "bias", "running_mean", "running_var")
        }
        spread = {name: v[None, :, None, None] if x.ndim == 4 else v[None] for name, v in mine.items()}
        mean, variance = spread["running_mean"], spread["running_var"]
        if run is not None:
            mean, variance = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
        normal = (x - mean) / np.sqrt(variance + self.epsilon)
        unbiased = x.var(axis=axes, ddof=1) if x.size > x.shape[1] else np.zeros(x.shape[1])
        seen = {f"{self.prefix}running_mean": x.mean(axis=axes), f"{self.prefix}running_var": unbiased}
        return normal * spread["weight"] + spread["bias"], (x, normal, variance, axes, spread["weight"], seen)

    def backward(self, params, grad, cache):
        x, normal, variance, axes, weight, _ = cache
        count = x.size // x.shape[1]
        inner = grad * weight
        # The derivative of (x - mean) / deviation, mean and deviation being functions of every x.
        grad_x = (
            inner
            - inner.sum(axis=axes, keepdims=True) / count
            - normal * (inner * normal).sum(axis=axes, keepdims=True) / count
        ) / np.sqrt(variance + self.epsilon)
        grads = {
            f"{self.prefix}weight": (grad * normal).sum(axis=axes),
            f"{self.prefix}bias": grad.sum(axis=axes),
        }
        return grad_x, grads

    def statistics(self, cache):
        return cache[-1]


class Residual:
    def __init__(self, layer, params):
        relu = Activation(lambda x: x * (x > 0), lambda x: (x > 0) * 1.0)
        self.last = relu
        self.branch = [
            Conv(3, layer.stride, 1, "conv1."),
            BatchNorm(0.9, 1e-5, "bn1."),
            relu,
            Conv(3, 1, 1, "conv2."),
            BatchNorm(0.9, 1e-5, "bn2."),
        ]
        self.shortcut = (
            [Conv(1, layer.stride, 0, "downsample.0."), BatchNorm(0.9, 1e-5, "downsample.1.")]
            if "downsample.0.weight" in params
            else []
        )

    def forward(self, params, x, run):
        caches, total = [], 0.0
        for path in (self.branch, self.shortcut):
            y = x
            for layer in path:
                y, cache = layer.forward(params, y, run)
                caches.append(cache)
            total = total + y
        return self.last.forward(params, total, run)[0], (caches, total)

    def backward(self, params, grad, cache):
        caches, total = cache
        start, _ = self.last.backward(params, grad, total)
        grads, sum_x = {}, 0.0
        for path, kept in ((self.branch, caches[:5]), (self.shortcut, caches[5:])):
            upstream = start
            for layer, one in reversed(list(zip(path, kept, strict=True))):
                upstream, more = layer.backward(params, upstream, one)
                grads |= more
            sum_x = sum_x + upstream
        return sum_x, grads

    def statistics(self, cache):
        norms = [cache[0][i] for i in (1, 4, 6) if i < len(cache[0])]
        return {name: value for norm in norms for name, value in norm[-1].items()}


def twin_of(layer, params):
    if layer.type_name == "conv":
        return Conv(layer.kernel, layer.stride, layer.padding)
    if layer.type_name in ("max_pool", "average_pool"):
        return Pool(layer.size, layer.type_name == "average_pool")
    if layer.type_name == "dropout":
        return Dropout(layer.rate, layer.inverted)
    if layer.type_name == "batch_norm":
        return BatchNorm(layer.momentum, layer.epsilon)
    if layer.type_name == "residual":
        return Residual(layer, params)
    return (
        {"dense": Dense, "flatten": Flatten}[layer.type_name]()
        if layer.type_name in ("dense", "flatten")
        else activation(layer)
    )


def is_decayed(name):
    """Whether weight decay pulls at an array: at kernels and matrices, not at biases and normalisations."""
    return name.rpartition(".")[2] == "weight" and "bn" not in name and "downsample.1" not in name


# --- schedules and optimisers, from their sources -----------------------------------------------


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


# --- the run ------------------------------------------------------------------------------------


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
