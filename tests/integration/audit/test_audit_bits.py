"""One bit in any stored byte is found: tiles, bundles, documents, vault fields with their salts, checkpoints, record keys.

One flip lies in every object (or row) at once, at the same offset; each of them must be named by a finding of its own."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.core.log.audit_findings import Gathered
from ledger.services.log.audit_documents import audit_documents
from ledger.services.log.audit_log import audit_log
from ledger.services.log.audit_subjects import PROJECTIONS, Part, audit_subjects
from support.audited import Audited, audited_ledger

WHOLE = 160  # bytes of an object that are all flipped; of a longer one every 61st is, and its last 32
STEP, TAIL = 61, 32


@pytest.fixture
def audited(tmp_path: Path) -> Iterator[Audited]:
    with audited_ledger(tmp_path) as opened:
        opened.tamper("SELECT 1")  # drops the triggers
        yield opened


def is_flipped(offset: int, length: int) -> bool:
    return offset < length and (offset < WHOLE or offset % STEP == 0 or offset >= length - TAIL)


def flipped(data: bytes, offset: int) -> bytes:
    return data[:offset] + bytes([data[offset] ^ (1 << offset % 8)]) + data[offset + 1 :]


def test_flipped_bit_in_any_byte_of_any_tile_or_bundle_names_the_file(audited: Audited) -> None:
    folder = audited.folder / "objects"
    stores = audited.ledger.stores
    for log_id in (1, 2):
        kept = {name: (folder / name).read_bytes() for name in stores.objects.names(f"logs/{log_id}")}
        for offset in range(max(map(len, kept.values()))):
            wrong = {name for name, data in kept.items() if is_flipped(offset, len(data))}
            for name in wrong:
                (folder / name).write_bytes(flipped(kept[name], offset))
            if wrong:
                assert ids(audit_log(stores, log_id).gathered, "object.differs") == wrong
            for name in wrong:
                (folder / name).write_bytes(kept[name])


def test_flipped_bit_in_any_byte_of_a_document_names_the_document(audited: Audited) -> None:
    folder = audited.folder / "objects"
    stores = audited.ledger.stores
    kept = {name: (folder / name).read_bytes() for name in stores.objects.names("documents")}
    for offset in range(max(map(len, kept.values()))):
        wrong = {name: data for name, data in kept.items() if is_flipped(offset, len(data))}
        for name, data in wrong.items():
            (folder / name).write_bytes(flipped(data, offset))
        if wrong:
            assert len(ids(audit_documents(stores), "document.altered")) == len(wrong)
        for name, data in wrong.items():
            (folder / name).write_bytes(data)


def test_missing_file_is_named(audited: Audited) -> None:
    folder = audited.folder / "objects"
    for name in audited.ledger.stores.objects.names():
        data = (folder / name).read_bytes()
        (folder / name).unlink()
        codes = {finding.code for finding in audited.audit().findings}
        assert codes == {"object.missing"} if name.startswith("logs/") else codes == {"document.missing"}, name
        (folder / name).write_bytes(data)


@pytest.mark.parametrize("column", ["root", "note", "evm_signature"])
def test_flipped_bit_in_any_byte_of_a_checkpoint_names_the_checkpoint(audited: Audited, column: str) -> None:
    with sqlite3.connect(audited.database_file, isolation_level=None) as connection:
        query = f"SELECT rowid, {column} FROM checkpoint WHERE {column} IS NOT NULL AND log_id = 1"  # noqa: S608
        rows = connection.execute(query).fetchall()
        for offset in range(max(len(value) for _, value in rows)):
            update(
                connection, "checkpoint", column, [(flipped(v, offset) if offset < len(v) else v, r) for r, v in rows]
            )
            assert len(ids(audit_log(audited.ledger.stores, 1).gathered, kind="checkpoint")) == sum(
                offset < len(value) for _, value in rows
            )
        update(connection, "checkpoint", column, [(value, rowid) for rowid, value in rows])


def test_flipped_bit_in_any_byte_of_a_vault_field_or_salt_names_the_field(audited: Audited) -> None:
    kinds = tuple(PROJECTIONS)
    with sqlite3.connect(audited.database_file, isolation_level=None) as connection:
        rows = connection.execute("SELECT rowid, sealed FROM vault_field").fetchall()
        for offset in range(max(len(value) for _, value in rows)):
            changes = [(flipped(value, offset), rowid) for rowid, value in rows if is_flipped(offset, len(value))]
            update(connection, "vault_field", "sealed", changes)
            found: set[str] = set()
            for kind in kinds if changes else ():
                found |= ids(audit_subjects(audited.ledger.stores, Part(kind)), "vault.altered")
            assert len(found) == len(changes)
            update(connection, "vault_field", "sealed", [(value, rowid) for rowid, value in rows])


def test_flipped_bit_in_any_byte_of_a_record_key_names_the_key(audited: Audited) -> None:
    with sqlite3.connect(audited.folder / "record-keys" / "record-keys.db", isolation_level=None) as connection:
        rows = connection.execute("SELECT rowid, wrapped FROM record_key WHERE record_id <> ''").fetchall()
        used = len(rows) - 1  # the institution's own key seals nothing yet
        for offset in range(max(len(value) for _, value in rows)):
            update(connection, "record_key", "wrapped", [(flipped(value, offset), rowid) for rowid, value in rows])
            found: set[str] = set()
            for kind in PROJECTIONS:
                found |= ids(audit_subjects(audited.ledger.stores, Part(kind)), "record-key.altered")
            assert len(found) == used
        update(connection, "record_key", "wrapped", [(value, rowid) for rowid, value in rows])


def ids(gathered: Gathered, code: str | None = None, *, kind: str | None = None) -> set[str]:
    return {item.id for item in gathered.findings if code in {None, item.code} and kind in {None, item.kind}}


def update(connection: sqlite3.Connection, table: str, column: str, values: list[tuple[bytes, int]]) -> None:
    connection.execute("BEGIN")
    connection.executemany(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', values)  # noqa: S608
    connection.execute("COMMIT")
