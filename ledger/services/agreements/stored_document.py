"""Stored documents: the encrypted bytes of one document row, put and read back."""

import hashlib

from ledger.errors import VerificationFailed
from ledger.services.context import Stores
from ledger.storage.agreements import DocumentRow
from ledger.storage.frames import seal, unseal

DOCUMENT_HEADER = b"tally/document/v1\n"  # followed by the document's id: a frame file cannot stand in for another
MEDIA_TYPE = "application/pdf"


def put_document(stores: Stores, key: bytes, row: DocumentRow, data: bytes) -> None:
    """Store the encrypted bytes, before the transaction that names them: a crash in between leaves an object nobody names."""
    stores.objects.put(row.object_name, seal(key, data, header=DOCUMENT_HEADER + row.id.encode()))


def open_document(stores: Stores, key: bytes, row: DocumentRow) -> bytes:
    """Return the bytes, checked against the recorded SHA-256.

    Raises VerificationFailed("document.altered" | "document.wrong-key-or-altered"), NotFound, Unavailable.
    """
    data = unseal(key, stores.objects.get(row.object_name), header=DOCUMENT_HEADER + row.id.encode())
    if digest_of(data) != row.sha256:
        raise VerificationFailed(
            "document.altered", f"expected SHA-256 {row.sha256.hex()}, the stored bytes give {digest_of(data).hex()}"
        )
    return data


def digest_of(document: bytes) -> bytes:
    """Return the SHA-256 that names a document."""
    return hashlib.sha256(document).digest()
