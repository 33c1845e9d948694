"""A convolutional neural network written from scratch in NumPy; needs no window."""

VERSION = "0.1.0"
