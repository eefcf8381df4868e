"""Finds the published test vectors and PDFs that are read from beside the repository and never copied into it.

Promises: a folder that exists, or a skipped test with the reason; in CI (CI=true) a missing folder is a failure.
"""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def vectors(name: str) -> Path:
    """Return the folder of one family of vectors, for example `rfc6962`."""
    return _folder("TALLY_VECTORS", "vectors") / name


def pdfs() -> Path:
    """Return the folder of published PDFs."""
    return _folder("TALLY_PDFS", "pdfs")


def _folder(variable: str, name: str) -> Path:
    given = os.environ.get(variable)  # noqa: TID251  # the one place where tests are told where shared data lies
    folder = Path(given) if given else REPOSITORY.parent / "shared" / name
    if not folder.is_dir():
        _missing(f"no {name} at {folder}: set {variable} to the folder that holds them")
    return folder


def _missing(reason: str) -> None:
    if os.environ.get("CI") == "true":  # noqa: TID251  # in CI a vector that is not run is a failure
        pytest.fail(reason)
    pytest.skip(reason, allow_module_level=True)
