"""Build the wheel and look whether everything that a run needs beside Python code is in it; then run it from an empty place."""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from assets import install, listed

ROOT = Path(__file__).resolve().parent.parent
DATA_SUFFIXES = {".json", ".toml", ".html", ".css", ".js", ".typ", ".svg", ".mako", ".txt"}
PACKAGES = ("api", "ledger", "signing")


def expected() -> set[str]:
    """Return the names of all modules and data files that git tracks below the packages."""
    tracked = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607  # git is on PATH
    return {name for name in tracked.stdout.split("\n") if Path(name).suffix in DATA_SUFFIXES | {".py"}} | installed()


def installed() -> set[str]:
    """Return the names of the third-party files, which git does not track."""
    files = (file for asset in listed() for file in asset.into.rglob("*"))
    return {file.relative_to(ROOT).as_posix() for file in files if file.is_file() and not file.name.startswith(".")}


def main() -> int:
    """Return 0 when the wheel is whole and its command starts from an empty folder."""
    install()
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        source = Path(folder) / "source"  # a copy: a build leaves its own folders behind in the tree it builds from
        subprocess.run(["git", "checkout-index", "--all", f"--prefix={source}/"], cwd=ROOT, check=True)  # noqa: S607  # git is on PATH
        for asset in listed():
            shutil.copytree(asset.into, source / asset.into.relative_to(ROOT))
        command = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, str(source)]
        subprocess.run(command, check=True)
        wheel = next(Path(folder).glob("tallystick-*.whl"))
        missing = sorted(expected() - set(zipfile.ZipFile(wheel).namelist()))
        if missing:
            print("not in the wheel:", *missing, sep="\n  ")
            return 1
        return start_from(wheel, Path(folder))


def start_from(wheel: Path, folder: Path) -> int:
    """Unpack the wheel away from the source tree and start its command there, with this environment's libraries."""
    home = folder / "installed"
    zipfile.ZipFile(wheel).extractall(home)  # a wheel that was built just now
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    code = f"import sys; sys.path[:0] = [{str(home)!r}]; sys.path.append({libraries!r}); import api.cli; sys.argv = ['tally', '--help']; api.cli.main()"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )  # our own command
    print(done.stdout.split("\n")[0] or done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
