"""Audit of each stored checkpoint by itself: its columns against its note, the note's signature, the registry's signature.

Promises: size, root and origin stand in the note that the log's key signed; once the log signs for its registry, every
later checkpoint does. Leaves the root that the entries give to `audit_log`. DESIGN sections 3 and 4.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from ledger.core.log.audit_findings import Finding
from ledger.core.log.audit_shown import NOTHING, show
from ledger.core.log.checkpoint import Checkpoint, open_checkpoint
from ledger.core.log.evm_checkpoint import Registry, log_checkpoint_digest
from ledger.core.log.note import VerifierKey
from ledger.errors import InvalidInput, LedgerError, VerificationFailed
from ledger.services.log.audit_world import log_row, registered_at
from ledger.storage.audit_reads import Read, stream
from ledger.storage.chain_setup import chain_of_installation
from ledger.storage.database import Connection
from ledger.storage.logs import LogRow
from signing.algorithms import recover_address
from signing.errors import SigningError

_COLUMNS = ("size", "root", "note", "evm_signature", "fence")


@dataclass(frozen=True)
class CheckpointRecord:
    """A row of `checkpoint`, with the root that its note signs (its own, where the note is bad)."""

    size: int
    root: object
    note: object
    evm_signature: object
    fence: object
    signed: Checkpoint | None
    error: str

    @property
    def signed_root(self) -> object:
        return self.signed.root if self.signed else self.root


@dataclass(frozen=True)
class Signing:
    """A log with what its checkpoints must be signed by."""

    log: LogRow
    key: VerifierKey | None
    registry: Registry | None
    registered_at: int | None  # the index of the entry that says so

    @classmethod
    def of(cls, tx: Connection, log_id: int) -> Self:
        log, binding = log_row(tx, log_id), chain_of_installation(tx)
        registry = Registry(binding.chain_id, binding.registry) if binding else None
        return cls(log, _key(log), registry, registered_at(tx, log))


def checkpoints_of(tx: Connection, log_id: int) -> Iterator[CheckpointRecord]:
    """Yield a log's checkpoints, smallest first, each opened under the log's key."""
    key = _key(log_row(tx, log_id))
    for raw in stream(tx, Read(table="checkpoint", columns=_COLUMNS, order=("size",), equal={"log_id": log_id})):
        size = raw[0] if isinstance(raw[0], int) else 0
        signed, error = _open(raw[2], key)
        _, root, note, evm_signature, fence = raw
        yield CheckpointRecord(size, root, note, evm_signature, fence, signed, error)


def check_record(signing: Signing, record: CheckpointRecord, before: CheckpointRecord | None) -> list[Finding]:
    """Return what is wrong with one checkpoint, without looking at entries."""
    if record.signed is None:
        return [
            _finding(signing, record, ("checkpoint.bad-note", "note"), "a note signed by the log's key", record.error)
        ]
    findings = []
    for name, noted, stored in (("size", record.signed.size, record.size), ("root", record.signed.root, record.root)):
        if noted != stored:
            findings.append(_finding(signing, record, ("row.differs", name), show(name, noted), show(name, stored)))
    if before is not None and not (
        isinstance(record.fence, int) and isinstance(before.fence, int) and before.fence <= record.fence
    ):
        expected = f"{show('fence', before.fence)} or more"
        findings.append(_finding(signing, record, ("checkpoint.fence", "fence"), expected, show("fence", record.fence)))
    return findings + _check_evm(signing, record, record.signed, before)


def _check_evm(
    signing: Signing, record: CheckpointRecord, signed: Checkpoint, before: CheckpointRecord | None
) -> list[Finding]:
    log, registry, value = signing.log, signing.registry, record.evm_signature
    covers = signing.registered_at is not None and signed.size > signing.registered_at
    if value is None and not covers and (before is None or before.evm_signature is None):
        return []
    if not isinstance(value, bytes) or registry is None or log.registry_log_id is None:
        expected = "a signature for the registry" if value is None else NOTHING
        return [
            _finding(
                signing,
                record,
                ("checkpoint.bad-evm-signature", "evm_signature"),
                expected,
                show("evm_signature", value),
            )
        ]
    try:
        digest = log_checkpoint_digest(registry, log.registry_log_id, size=signed.size, root=signed.root)
        signer = recover_address(digest, value)
    except (LedgerError, SigningError) as error:
        return [_finding(signing, record, ("checkpoint.bad-evm-signature", "evm_signature"), "a signature", error.code)]
    if signer == log.evm_address:
        return []
    return [
        _finding(
            signing,
            record,
            ("checkpoint.bad-evm-signature", "evm_signature"),
            show("key", log.evm_address),
            signer.hex(),
        )
    ]


def _open(note: object, key: VerifierKey | None) -> tuple[Checkpoint | None, str]:
    if key is None or not isinstance(note, bytes):
        return None, "no key of the log" if key is None else "not bytes"
    try:
        return open_checkpoint(note, key), ""
    except VerificationFailed as error:
        return None, error.code


def _key(log: LogRow) -> VerifierKey | None:
    try:
        return VerifierKey.parse(log.public_key)
    except InvalidInput:
        return None


def _finding(signing: Signing, record: CheckpointRecord, place: tuple[str, str], expected: str, found: str) -> Finding:
    origin, (code, field) = signing.log.origin, place
    return Finding(
        code=code,
        kind="checkpoint",
        id=f"{origin}@{record.size}",
        field=field,
        expected=expected,
        found=found,
        log=origin,
        first_bad_checkpoint=record.size,
    )
