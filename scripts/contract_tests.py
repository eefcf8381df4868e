"""Run the contract tests (ape) or the static analysis (slither), with the tools that scripts/toolchain.py obtained."""

import os
import subprocess
import sys
from pathlib import Path

from toolchain import CONTRACTS, ROOT, ensure

TOOL = Path(sys.executable).parent


def main() -> int:
    """Return the exit status of the tests, or with --slither of the analysis."""
    forge = ensure()["forge"]
    if "--slither" in sys.argv[1:]:
        path = os.pathsep.join((str(forge.parent), str(TOOL), os.environ["PATH"]))
        return subprocess.run(
            [str(TOOL / "slither"), "."], cwd=CONTRACTS, env={**os.environ, "PATH": path}, check=False
        ).returncode
    return subprocess.run([str(TOOL / "ape"), "test", "tests/contracts"], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
