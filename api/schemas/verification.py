"""What identifies the file of a verification: computed from an upload, or as a browser computed it without sending the file."""

import hashlib
import re
from typing import BinaryIO

from ledger.core.evidence.verify_file import FileFacts
from ledger.errors import InvalidInput

MOST_SEALED_BYTES = 50 * 1024 * 1024  # what the inspection of a sealed file accepts
_CHUNK = 1024 * 1024
_SHA256 = re.compile("[0-9a-f]{64}")


def uploaded(file: BinaryIO) -> FileFacts | bytes:
    """Return the bytes of an upload that may be a sealed file, hash and length of any other."""
    head = file.read(_CHUNK)
    if head.startswith(b"%PDF-"):
        head += file.read(MOST_SEALED_BYTES - len(head) + 1)
        if len(head) <= MOST_SEALED_BYTES:
            return head
    hasher, length = hashlib.sha256(head), len(head)
    while chunk := file.read(_CHUNK):
        hasher.update(chunk)
        length += len(chunk)
    return FileFacts(hasher.digest(), length)


def facts_of(given: FileFacts | bytes) -> FileFacts:
    """Return hash and length of what was given."""
    return given if isinstance(given, FileFacts) else FileFacts(hashlib.sha256(given).digest(), len(given))


def stated_facts(sha256: str | None, byte_length: int | None) -> FileFacts:
    """Return what the caller computed; raise InvalidInput where it is missing or no SHA-256."""
    if sha256 is None or byte_length is None:
        raise InvalidInput(
            "verification.needs-file", "send the file, or its sha256 and its length in bytes", field="file"
        )
    if not _SHA256.fullmatch(sha256):
        message = "expected a SHA-256 of 64 lower-case hexadecimal digits"
        raise InvalidInput("verification.sha256", message, field="sha256")
    return FileFacts(bytes.fromhex(sha256), byte_length)
