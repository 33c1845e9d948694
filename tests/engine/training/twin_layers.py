"""The twin's layers: forward returns the output and what backward needs; each as in a textbook."""

from __future__ import annotations

import numpy as np


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


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
