"""The arithmetic of a network taken apart: one output, one gradient, one update, and the code that did it."""
