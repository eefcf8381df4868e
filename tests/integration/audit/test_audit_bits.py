"""One bit in any stored byte is found: tiles, bundles, documents, vault fields with their salts, checkpoints, record keys.

One flip lies in every object (or row) at once, each round in the next byte of it; each must be named by a finding of its own."""

import sqlite3
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest

from ledger.core.log.audit_findings import Gathered
from ledger.services.log.audit_documents import audit_documents
from ledger.services.log.audit_log import audit_log
from ledger.services.log.audit_subjects import PROJECTIONS, Part, audit_subjects
from support.audited import Audited, audited_ledger

WHOLE = 160  # bytes of an object that are all flipped; of a longer one every 61st is, and its last 32
STEP, TAIL = 61, 32
VAULT = """SELECT v.rowid, e.subject_kind, v.sealed FROM vault_field AS v
    JOIN (SELECT entry_id, subject_kind FROM entry UNION ALL SELECT entry_id, subject_kind FROM pending) AS e
    ON e.entry_id = v.entry_id"""

Name = TypeVar("Name")
pytestmark = pytest.mark.repeats


@pytest.fixture
def audited(tmp_path: Path) -> Iterator[Audited]:
    with audited_ledger(tmp_path) as opened:
        opened.tamper("SELECT 1")  # drops the triggers
        yield opened


def is_flipped(offset: int, length: int) -> bool:
    return offset < length and (offset < WHOLE or offset % STEP == 0 or offset >= length - TAIL)


def rounds(kept: Mapping[Name, bytes]) -> Iterator[dict[Name, bytes]]:
    """Yield all of `kept` with one bit flipped in each, again and again until every byte to flip was; short ones end first."""
    places = {name: [at for at in range(len(data)) if is_flipped(at, len(data))] for name, data in kept.items()}
    for turn in count():
        wrong = {name: flipped(kept[name], some[turn]) for name, some in places.items() if turn < len(some)}
        if not wrong:
            return
        yield wrong


def flipped(data: bytes, offset: int) -> bytes:
    return data[:offset] + bytes([data[offset] ^ (1 << offset % 8)]) + data[offset + 1 :]


def test_flipped_bit_in_any_byte_of_any_tile_or_bundle_names_the_file(audited: Audited) -> None:
    folder = audited.folder / "objects"
    stores = audited.ledger.stores
    for log_id in (1, 2):
        kept = {name: (folder / name).read_bytes() for name in stores.objects.names(f"logs/{log_id}")}
        for wrong in rounds(kept):
            for name, data in wrong.items():
                (folder / name).write_bytes(data)
            assert ids(audit_log(stores, log_id).gathered, "object.differs") == set(wrong)
            for name in wrong:
                (folder / name).write_bytes(kept[name])


def test_flipped_bit_in_any_byte_of_a_document_names_the_document(audited: Audited) -> None:
    folder = audited.folder / "objects"
    stores = audited.ledger.stores
    kept = {name: (folder / name).read_bytes() for name in stores.objects.names("documents")}
    for wrong in rounds(kept):
        for name, data in wrong.items():
            (folder / name).write_bytes(data)
        assert len(ids(audit_documents(stores), "document.altered")) == len(wrong)
        for name in wrong:
            (folder / name).write_bytes(kept[name])


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
        query = f"SELECT rowid, {column} FROM checkpoint WHERE {column} IS NOT NULL AND log_id = 1"  # noqa: S608  # our own names
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
    with sqlite3.connect(audited.database_file, isolation_level=None) as connection:
        kept = {rowid: sealed for rowid, _, sealed in connection.execute(VAULT)}
        kinds = {rowid: kind for rowid, kind, _ in connection.execute(VAULT)}
        assert set(kinds.values()) <= set(PROJECTIONS)
        for wrong in rounds(kept):
            update(connection, "vault_field", "sealed", [(value, rowid) for rowid, value in wrong.items()])
            found: set[str] = set()
            for kind in {kinds[rowid] for rowid in wrong}:
                found |= ids(audit_subjects(audited.ledger.stores, Part(kind)), "vault.altered")
            assert len(found) == len(wrong)
            update(connection, "vault_field", "sealed", [(kept[rowid], rowid) for rowid in wrong])


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
    connection.executemany(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', values)  # noqa: S608  # our own names
    connection.execute("COMMIT")
