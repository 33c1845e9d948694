"""A run of five steps to write logs of."""

from tests.engine.runs.test_folder import path, recorded  # noqa: F401 - fixtures
