"""Sweeps: many runs whose settings are varied by a plan, trained by many processes, ranked by validation."""
