"""A small real ledger for tests: a database, objects and record keys in a folder, and one institution opened through the service.

The keys are derived from published words, so another process can open the same ledger; they protect nothing.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path

from ledger.core.log.checkpoint import Checkpoint, open_checkpoint
from ledger.core.log.directory import DEFAULT_NUMBERING_RULE, Calendar
from ledger.core.log.evm_checkpoint import Registry
from ledger.core.log.hashing import leaf_hash
from ledger.core.log.note import VerifierKey
from ledger.core.log.permissions import Principal, Role
from ledger.core.log.tiles import bundles_to_write as bundles_of
from ledger.core.log.tiles import decode_bundle, parse_tile_path, tile_bytes, tiles_to_write
from ledger.services.context import Act, Stores
from ledger.services.log.institution_key import InstitutionKey
from ledger.services.log.log_signers import LogSigners
from ledger.services.log.open_institution import LogKeys, NewInstitution, open_institution
from ledger.services.log.tree import object_name
from ledger.storage.database import Database
from ledger.storage.log import EntryRow, HeadRow, NewEntry, append_many, entries_between, size
from ledger.storage.logs import LogRow, checkpoints_after, log_by_origin
from ledger.storage.objects import Objects
from ledger.storage.record_keys import RecordKeys
from signing.algorithms import Suite
from signing.keys.signer import EvmSigner, open_signer
from support.fixed_keys import ORIGIN, verifier_key
from support.trees import naive_root

INSTITUTION = "lender-7"
ACCESS_ORIGIN = f"{ORIGIN}/access"
NOW = datetime(2026, 11, 23, 15, 4, 5, 123000, tzinfo=UTC)
REGISTRY = Registry(31_337, bytes(19) + b"\x07")
_IDS = count(1)


def new_id() -> str:
    """Return a UUIDv7 that is new in this process."""
    return f"01936f2e-{os.getpid() & 0xFFFF:04x}-7000-8000-{next(_IDS):012x}"


def secret_of(words: str) -> bytes:
    return sha256(b"published test key: " + words.encode()).digest()


def log_signers(origin: str = ORIGIN, registry: Registry | None = REGISTRY) -> LogSigners:
    note = open_signer(Suite.ED25519, secret_of(origin), purpose="log")
    assert not isinstance(note, EvmSigner)
    return LogSigners(note=note, evm=EvmSigner(secret_of(f"{origin} evm"), purpose="log-evm"), registry=registry)


@dataclass(frozen=True)
class Ledger:
    """An opened ledger with its main log, the keys to it and its first administrator."""

    stores: Stores
    log: LogRow
    signers: LogSigners
    administrator: Principal
    key: InstitutionKey

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey.parse(self.log.public_key)

    def act(self, principal: Principal | None = None, now: datetime = NOW) -> Act:
        return Act(principal=principal or self.administrator, now=now, new_id=new_id, random=os.urandom)

    def auditor(self) -> Act:
        return self.act(Principal("auditor-1", INSTITUTION, frozenset({Role.AUDITOR}), "person"))

    def append(self, new: Sequence[NewEntry]) -> list[str]:
        """Queue entries and return their ids."""
        self.stores.database.write(lambda tx: append_many(tx, self.log.id, new, at="2026-11-23T15:04:05.123Z"))
        return [item.entry_id for item in new]

    def rows(self) -> list[EntryRow]:
        return self.stores.database.read(
            lambda tx: list(entries_between(tx, self.log.id, 0, size(tx, self.log.id))),
        )


@contextmanager
def ledger_in(folder: Path, database_url: str, *, objects: Objects | None = None) -> Iterator[Ledger]:
    """Open the ledger of a migrated database, opening its institution first when there is none."""
    stores = open_stores(folder, Database(database_url, pool_size=8), objects)
    try:
        yield open_ledger(stores)
    finally:
        stores.record_keys.close()
        stores.database.close()


def open_stores(folder: Path, database: Database, objects: Objects | None = None) -> Stores:
    return Stores(
        database=database,
        objects=objects or Objects((folder / "objects").as_uri()),
        record_keys=RecordKeys(folder / "record-keys", secret_of("record keys")),
        pseudonym_key=secret_of("pseudonyms"),
        index_key=secret_of("index"),
    )


def open_ledger(stores: Stores) -> Ledger:
    administrator = Principal("person-1", INSTITUTION, frozenset({Role.ADMINISTRATOR}), "person")
    signer = open_signer(Suite.ED25519, secret_of("institution"), purpose="institution")
    assert not isinstance(signer, EvmSigner)
    key = InstitutionKey(INSTITUTION, signer)
    if stores.database.read(lambda tx: log_by_origin(tx, ORIGIN)) is None:
        act = Act(principal=administrator, now=NOW, new_id=new_id, random=os.urandom)
        open_institution(stores, act, _institution(), key)
    log = stores.database.read(lambda tx: log_by_origin(tx, ORIGIN))
    assert log is not None
    return Ledger(stores, log, log_signers(), administrator, key)


def _institution() -> NewInstitution:
    return NewInstitution(
        code="LEND7",
        name="Lender Seven",
        numbering_rule=DEFAULT_NUMBERING_RULE,
        zone="Asia/Shanghai",
        calendar=Calendar(),
        main=_log_keys(ORIGIN),
        access=_log_keys(ACCESS_ORIGIN),
        administrator_name="Ada Admin",
    )


def _log_keys(origin: str) -> LogKeys:
    return LogKeys(origin=origin, public_key=verifier_key(origin).encode(), evm_address=log_signers(origin).evm.address)


def small_entries(number: int, *, start: int = 0, width: int = 40) -> list[NewEntry]:
    """Return first entries of `number` subjects, each of `width` bytes at least. The log does not read their bytes."""
    return [_entry(f"{place:08}", None, width) for place in range(start, start + number)]


def chain_of_entries(subject: str, number: int, head: NewEntry | None = None) -> list[NewEntry]:
    """Return `number` entries of one subject, each on top of the one before."""
    chained: list[NewEntry] = []
    for _ in range(number):
        head = _entry(subject, head, 40)
        chained.append(head)
    return chained


def _entry(subject: str, head: HeadRow | NewEntry | None, width: int) -> NewEntry:
    n = head.n + 1 if head else 1
    data = f"entry {n} of {subject} ".encode().ljust(width, b".")
    return NewEntry(
        entry_id=f"entry-{subject}-{n}",
        data=data,
        leaf_hash=leaf_hash(data),
        subject_kind="agreement",
        subject_id=subject,
        n=n,
        prev_leaf_hash=head.leaf_hash if head else None,
    )


def check_whole(ledger: Ledger) -> int:
    """Assert that rows, tiles, bundles and every checkpoint agree, by slow and plain means; return the signed size."""
    rows = ledger.rows()
    assert [row.idx for row in rows] == list(range(len(rows)))
    leaves = [leaf_hash(row.data) for row in rows]
    assert leaves == [row.leaf_hash for row in rows]
    checkpoints = ledger.stores.database.read(lambda tx: checkpoints_after(tx, ledger.log.id, 0))
    for row in checkpoints:
        expected = Checkpoint(ledger.log.origin, row.size, naive_root(leaves[: row.size]))
        assert open_checkpoint(row.note, ledger.verifier) == expected
        assert row.root == expected.root
    signed = checkpoints[-1].size if checkpoints else 0
    _check_files(ledger, rows, leaves, signed)
    return signed


def _check_files(ledger: Ledger, rows: list[EntryRow], leaves: Sequence[bytes], signed: int) -> None:
    def read(path: str) -> bytes:
        assert parse_tile_path(path).path == path
        return ledger.stores.objects.get(object_name(ledger.log.id, path))

    def node(level: int, index: int) -> bytes:
        return naive_root(leaves[index << level : (index + 1) << level])

    for tile in tiles_to_write(0, signed):
        assert read(tile.path) == tile_bytes(tile, node)
    for bundle in bundles_of(0, signed):
        first = bundle.index * 256
        assert decode_bundle(read(bundle.path), bundle.width) == [
            row.data for row in rows[first : first + bundle.width]
        ]
