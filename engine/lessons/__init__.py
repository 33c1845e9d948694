"""Lessons: steps with a text each, what to do, and what is checked; a folder of TOML and Markdown each."""
