"""Runs that differ in what is chosen for them, on the same images in the same order, and which is better."""
