"""Audit of documents: every stored file decrypted, hashed and held against its row, and the store searched for others.

Promises: one file in memory at a time; a file that is missing, does not open or has other bytes is a finding; a file that
nobody names is a note (a crash between storing and recording leaves one). DESIGN sections 3 and 10.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from ledger.core.log.audit_findings import Finding, Gathered, Note
from ledger.core.log.audit_shown import NOTHING, show
from ledger.errors import InvalidInput, NotFound, VerificationFailed
from ledger.services.agreements.stored_document import DOCUMENT_HEADER
from ledger.services.applications.attach import ATTACHMENT_HEADER
from ledger.services.context import Stores
from ledger.storage.audit_reads import Read, stream
from ledger.storage.database import Connection
from ledger.storage.frames import unseal
from ledger.storage.record_keys import KeyState

BATCH = 200
FOLDER = "documents"
# For each table whose rows name stored bytes: which column names the record they are sealed under, and the header of its files.
TABLES: Mapping[str, tuple[str, bytes]] = {
    "document": ("record_id", DOCUMENT_HEADER),
    "attachment": ("application_id", ATTACHMENT_HEADER),
}


def audit_documents(stores: Stores) -> Gathered:
    """Check every document; names are listed before rows are read, so that a new file is never called unnamed."""
    names = set(stores.objects.names())
    return stores.database.read(lambda tx: _audit(tx, stores, names))


def _audit(tx: Connection, stores: Stores, names: set[str]) -> Gathered:
    gathered = Gathered()
    rows = (row for table in TABLES for row in _rows(tx, table))
    while batch := list(islice(rows, BATCH)):
        states = stores.record_keys.states([row.record_id for row in batch if isinstance(row.record_id, str)])
        for row in batch:
            names.discard(str(row.object_name))
            gathered.counts["documents"] += 1
            state = states.get(row.record_id) if isinstance(row.record_id, str) else None
            _check(stores, gathered, row, state)
    for name in sorted(names):
        if not name.startswith("logs/"):
            gathered.note(Note("object.unnamed", "object", name, "no record names this object"))
    return gathered


def _rows(tx: Connection, table: str) -> Iterator["_Document"]:
    column, header = TABLES[table]
    columns = ("id", "sha256", "byte_length", "object_name", column)
    for raw in stream(tx, Read(table=table, columns=columns, order=("id",))):
        yield _Document(table, header, *raw)


@dataclass(frozen=True)
class _Document:
    kind: str
    header: bytes
    id: object
    sha256: object
    byte_length: object
    object_name: object
    record_id: object


def _check(stores: Stores, gathered: Gathered, row: _Document, state: KeyState | None) -> None:
    def find(code: str, field: str, expected: str, found: str) -> None:
        name = show("id", row.id)
        gathered.find(Finding(code=code, kind=row.kind, id=name, field=field, expected=expected, found=found))

    if state is not None and state.destroyed_at is not None and state.key is None:
        return  # declared erased: its bytes can no longer be read by anybody
    if state is None or state.key is None:
        find("document.no-key", "record_id", "the key of its record", NOTHING)
        return
    try:
        sealed = stores.objects.get(str(row.object_name))
        data = unseal(state.key, sealed, header=row.header + str(row.id).encode())
    except (NotFound, InvalidInput):
        find("document.missing", "object_name", show("object_name", row.object_name), NOTHING)
        return
    except VerificationFailed as error:
        find("document.altered", "content", show("sha256", row.sha256), error.code)
        return
    digest = hashlib.sha256(data).digest()
    if digest != row.sha256:
        find("document.differs", "sha256", show("sha256", row.sha256), digest.hex())
    if len(data) != row.byte_length:
        find("document.differs", "byte_length", show("byte_length", row.byte_length), str(len(data)))
