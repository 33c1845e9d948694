"""Recorded runs beside each other: curves, settings, kernels and answers, and where the answers differ."""
