"""What a running service keeps in its folder, for tests that look for what must not be there."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def kept_files(folder: Path, *, but: str = "") -> Iterator[bytes]:
    """Yield the bytes of every file below `folder`, those with the suffix `but` left out; one that moves meanwhile is passed over."""
    for file in folder.rglob("*"):
        if file.suffix == but and but:
            continue
        with suppress(FileNotFoundError, IsADirectoryError):  # an upload is renamed when it is whole
            yield file.read_bytes()
