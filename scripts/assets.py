"""Obtain what a run needs and neither the repository nor a Python package brings: contract fonts, the pages' libraries.

`scripts/install_assets` runs this. It puts the files that `scripts/assets/assets.toml` lists into git-ignored folders, from the packages that
`scripts/assets/package-lock.json` pins. A package is fetched by npm only while one of its files is missing or altered; its bytes
must have the locked hash, nothing else of it is kept, and none of its scripts run. Names of other packages become relative addresses
where assets.toml says so, since browsers follow no others. It may be run many times at once.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from toolchain import BUILD, ROOT, ToolMissingError, npm_command

ASSETS = ROOT / "scripts" / "assets"


@dataclass(frozen=True)
class Package:
    """One package: exactly which bytes (version and Subresource Integrity), which of its files, and the folder that holds them alone."""

    name: str
    version: str
    integrity: str
    into: Path
    files: tuple[str, ...]
    imports: tuple[tuple[str, Path], ...] = ()  # another package's name, and the folder that holds it

    @property
    def marker(self) -> Path:
        return self.into / ".installed"

    def wants(self, path: str) -> bool:
        return any(_is_part(path, file) for file in self.files)


def listed() -> tuple[Package, ...]:
    """Return what assets.toml asks for, at the locked versions."""
    asked = tomllib.loads((ASSETS / "assets.toml").read_text(encoding="utf-8"))["package"]
    locked = json.loads((ASSETS / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return tuple(
        Package(
            name=item["name"],
            version=locked[f"node_modules/{item['name']}"]["version"],
            integrity=locked[f"node_modules/{item['name']}"]["integrity"],
            into=ROOT / item["into"],
            files=tuple(item["files"]),
            imports=tuple((name, ROOT / folder) for name, folder in item.get("imports", {}).items()),
        )
        for item in asked
    )


def obtained(package: Package) -> tuple[Path, ...]:
    """Return the files of a package that lie in place, unaltered; none when any is missing, altered or of another version."""
    try:
        told = json.loads(package.marker.read_text(encoding="utf-8"))
        if (told["integrity"], told["files"], told.get("imports", [])) != _asked(package):
            return ()
        paths = {package.into / name: digest for name, digest in told["sha256"].items()}
        whole = all(hashlib.sha256(path.read_bytes()).hexdigest() == digest for path, digest in paths.items())
    except (OSError, ValueError, KeyError):
        return ()
    return tuple(paths) if whole else ()


def install() -> tuple[Path, ...]:
    """Fetch what is missing; return every file, by its place in the repository."""
    with _one_at_a_time():
        for package in listed():
            if not obtained(package):
                print(f"· fetching {package.name} {package.version}", file=sys.stderr)
                _fetch(package)
    return tuple(path for package in listed() for path in obtained(package))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "assets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(package: Package) -> None:
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        asked = f"{package.name}@{package.version}"
        command = [*npm_command(), "pack", asked, "--ignore-scripts", "--silent", "--pack-destination", folder]
        done = subprocess.run(command, cwd=ASSETS, check=False, capture_output=True, text=True)
        found = list(Path(folder).glob("*.tgz"))
        if done.returncode != 0 or len(found) != 1:
            raise ToolMissingError(f"npm could not fetch {asked}; is a package registry reachable?\n{done.stderr}")
        check_integrity(package, found[0])
        unpack(package, found[0], Path(folder) / "files")


def check_integrity(package: Package, archive: Path) -> None:
    """Raise ToolMissingError unless the archive's bytes have the locked hash."""
    algorithm, _, expected = package.integrity.partition("-")
    with archive.open("rb") as file:
        digest = hashlib.file_digest(file, algorithm).digest()
    if base64.b64encode(digest).decode() != expected:
        raise ToolMissingError(f"{package.name} {package.version}: expected the bytes of package-lock.json, got others")


def unpack(package: Package, archive: Path, staging: Path) -> None:
    """Write the wanted files, and last the marker that vouches for them: after a crash in between, all is fetched again."""
    digests: dict[str, str] = {}
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            name = member.name.partition("/")[2]
            source = tar.extractfile(member) if member.isfile() and package.wants(name) else None
            if source is None:
                continue
            path = staging / name
            if not path.resolve().is_relative_to(staging.resolve()):
                raise ToolMissingError(f"{package.name} {package.version}: {member.name} leaves its folder")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(addressed(package, name, source.read()))
            digests[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    missing = [file for file in package.files if not any(_is_part(name, file) for name in digests)]
    if missing:
        raise ToolMissingError(f"{package.name} {package.version} has no {', '.join(missing)}")
    shutil.rmtree(package.into, ignore_errors=True)
    shutil.copytree(staging, package.into)
    told = {**dict(zip(("integrity", "files", "imports"), _asked(package), strict=True)), "sha256": digests}
    package.marker.write_text(json.dumps(told, indent=1), encoding="utf-8")


def addressed(package: Package, name: str, data: bytes) -> bytes:
    """Return a file of the package with the names of other packages as relative addresses, whole words in quotes only."""
    for other, folder in package.imports:
        relative = os.path.relpath(folder, (package.into / name).parent).replace(os.sep, "/").encode()
        for quote in (b"'", b'"'):
            data = data.replace(b"from " + quote + other.encode() + b"/", b"from " + quote + relative + b"/")
    return data


def _asked(package: Package) -> tuple[str, list[str], list[str]]:
    return package.integrity, list(package.files), [name for name, _ in package.imports]


def _is_part(name: str, file: str) -> bool:
    return name == file or (file.endswith("/") and name.startswith(file))


def main() -> int:
    """Obtain everything and say where it is."""
    try:
        found = install()
    except (ToolMissingError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{len(found)} third-party files are in place", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
