"""Small valid rows for tests of the storage floor."""

from hashlib import sha256

from sqlalchemy import Connection

from ledger.storage.agreements import AgreementRow, DocumentRow, SignerRow
from ledger.storage.directory import InstitutionRow
from ledger.storage.leases import acquire_lease, sequencer_lease
from ledger.storage.log import HeadRow, NewEntry
from ledger.storage.logs import CheckpointRow, NewLog, insert_log

AT = "2026-11-23T15:04:05.123Z"


def open_log(tx: Connection, origin: str = "example.com/log") -> int:
    return insert_log(
        tx,
        NewLog(
            origin=origin,
            institution_id="inst",
            kind="main",
            public_key=f"{origin}+key",
            evm_address=bytes(20),
            opened_at=AT,
        ),
    )


def lead(tx: Connection, log_id: int, holder: str = "a", now: str = AT) -> int:
    fence = acquire_lease(tx, sequencer_lease(log_id), holder, now, 10)
    assert fence is not None, "expected the lease to be free"
    return fence


def new_entry(subject: str, head: HeadRow | NewEntry | None = None, *, salt: str = "") -> NewEntry:
    """The entry after `head` of a subject, with bytes that its place decides."""
    n = 1 if head is None else head.n + 1
    data = f"{subject}/{n}/{salt}".encode()
    return NewEntry(
        entry_id=f"entry-{subject}-{n}{salt}",
        data=data,
        leaf_hash=sha256(data).digest(),
        subject_kind="agreement",
        subject_id=subject,
        n=n,
        prev_leaf_hash=None if head is None else head.leaf_hash,
    )


def checkpoint(log_id: int, size: int, fence: int) -> CheckpointRow:
    return CheckpointRow(log_id, size, sha256(bytes([size])).digest(), b"note", None, fence, AT)


def institution(code: str = "BANK") -> InstitutionRow:
    return InstitutionRow(f"id-{code}", code, "{code}-{year}-{seq:06}", "Asia/Shanghai", "{}", "k", "{}", "entry-1")


def document(number: int = 1, institution_id: str = "id-BANK") -> DocumentRow:
    digest = sha256(b"pdf").digest()
    return DocumentRow(
        f"doc-{number}", institution_id, digest, 3, 1, "application/pdf", f"object-{number}", f"record-{number}", "e"
    )


def agreement(number: int = 1, institution_id: str = "id-BANK") -> AgreementRow:
    return AgreementRow(f"agr-{number}", institution_id, f"N-{number}", f"doc-{number}", bytes(32), "entry-a", AT)


def signer(number: int = 1, name: str = "alice", ordinal: int = 1) -> SignerRow:
    return SignerRow(f"agr-{number}", name, ordinal, "borrower", "key-id", "ed25519", bytes(32))
