"""What runs here: versions and processor, for bug reports and the record of a run."""

from __future__ import annotations

import os
import platform

from engine import VERSION

PACKAGES = ("numpy", "PyQt5", "PyQt5-Qt5", "pyqtgraph", "safetensors", "onnx", "pillow")
"""The packages whose versions matter in a bug report; none of them is loaded for it."""


def versions() -> dict[str, str]:
    """Return the versions of the program, of Python and of its packages, the system and the processor."""
    from importlib.metadata import PackageNotFoundError, version  # it brings the parser of e-mails

    found = {"Kernelscope": VERSION, "Python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    found["system"] = platform.platform()
    found["processor"] = f"{platform.machine()}, {os.cpu_count()} logical processors, {_kernels()}"
    return found


def as_text() -> str:
    """Return ``versions`` as lines that can be pasted into a bug report."""
    return "\n".join(f"{name} {value}" for name, value in versions().items())


def _kernels() -> str:
    """Return which matrix kernels NumPy's BLAS has chosen for this processor."""
    import numpy as np  # noqa: F401 - brings its BLAS, which is asked
    from threadpoolctl import threadpool_info

    for library in threadpool_info():
        if library.get("user_api") == "blas":
            name = library.get("internal_api", "BLAS")
            return f"{name} {library.get('version')} with {library.get('architecture', 'unnamed')} kernels"
    return "unknown BLAS"
