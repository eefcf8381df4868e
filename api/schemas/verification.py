"""What identifies the file of a verification: computed from an upload, or as a browser computed it without sending the file."""

import hashlib
import re
from typing import BinaryIO

from ledger.core.evidence.verify_file import FileFacts
from ledger.errors import InvalidInput

_CHUNK = 1024 * 1024
_SHA256 = re.compile("[0-9a-f]{64}")


def uploaded_facts(file: BinaryIO) -> FileFacts:
    """Return hash and length of an upload."""
    hasher, length = hashlib.sha256(), 0
    while chunk := file.read(_CHUNK):
        hasher.update(chunk)
        length += len(chunk)
    return FileFacts(hasher.digest(), length)


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
