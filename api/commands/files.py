"""Reading and writing the files that people name: bounded, never over an existing one unasked, `-` for standard input and output."""

import hashlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.commands.outcome import say_bytes
from api.commands.progress import Advance
from ledger.errors import InvalidInput
from signing.canonical import Json

STANDARD: Final = Path("-")

MOST_JSON_BYTES: Final = 100_000

_CHUNK_BYTES = 1 << 20


def read_file(path: Path, *, most: int) -> bytes:
    """Return the bytes of a file, or of standard input for `-`; raise InvalidInput: file.unreadable, file.too-large."""
    try:
        if path == STANDARD:
            data = sys.stdin.buffer.read(most + 1)
        else:
            with path.open("rb") as file:
                data = file.read(most + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(data) > most:
        raise InvalidInput("file.too-large", f"{path}: expected at most {most:,} bytes; is it the right file?")
    return data


@dataclass(frozen=True)
class Hashed:
    """SHA-256 and length of a file, and its bytes where they were to be kept."""

    sha256: bytes
    length: int
    kept: bytes | None


def hash_file(path: Path, advance: Advance, *, keep: int = 0) -> Hashed:
    """Return SHA-256 and length of a file of any size, and its bytes if it is a PDF of at most `keep`; nothing more is held in memory.

    Raises InvalidInput("file.unreadable").
    """
    hasher, length = hashlib.sha256(), 0
    kept: bytearray | None = bytearray()
    try:
        with sys.stdin.buffer if path == STANDARD else path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                hasher.update(chunk)
                kept = None if kept is None or not _is_kept(kept or chunk, length + len(chunk), keep) else kept + chunk
                length += len(chunk)
                advance(len(chunk))
    except OSError as error:
        raise unreadable(path, error) from error
    return Hashed(hasher.digest(), length, None if kept is None else bytes(kept))


def _is_kept(start: bytes | bytearray, length: int, keep: int) -> bool:
    return length <= keep and start.startswith(b"%PDF-")


def write_file(path: Path, data: bytes, *, force: bool = False) -> None:
    """Write a whole file, or to standard output for `-`; raise InvalidInput("file.exists") unless `force`."""
    if path == STANDARD:
        say_bytes(data)
        return
    try:
        if force:
            _replace(path, data)
            return
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        message = f"{path} is there already; choose another name with -o, or add --force to replace it"
        raise InvalidInput("file.exists", message) from error
    except OSError as error:
        raise InvalidInput("file.not-written", f"{path} cannot be written: {error.strerror}") from error


def unreadable(path: Path, error: OSError) -> InvalidInput:
    return InvalidInput("file.unreadable", f"{path} cannot be read: {error.strerror}")


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(data)
    beside.replace(path)


def read_json(path: Path) -> Json:
    """Return the JSON value of a file; raise InvalidInput("json.malformed") naming it."""
    try:
        value: Json = json.loads(read_file(path, most=MOST_JSON_BYTES))
    except ValueError as error:
        raise InvalidInput("json.malformed", f"{path}: expected JSON ({error})") from error
    return value
