"""The store of record keys, outside the ledger's database and its backups: destroying a key erases what it sealed.

Promises: keys are wrapped under a master key (AES-256-GCM), durable before `create` returns, and gone for good, but for
a tombstone, once `destroy` returns. Leaves who may destroy to the services, and the backups' life to the operator.
DESIGN 3 "Record keys", ADR 0043.

A folder with one small SQLite file of its own (full sync, deleted bytes overwritten, concurrent creations share a sync).
"""

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Connection, LargeBinary, MetaData, Table, Text, bindparam, insert, select, text, update

from ledger.errors import Conflict, InvalidInput, LedgerError, NotFound, Unavailable, VerificationFailed
from ledger.storage.database import Database
from ledger.storage.kept import Kept
from ledger.storage.rows import changed, insert_ignore

TAG = b"tally/record-key/v1\n"
KEY_BYTES = 32
NONCE = 12
_CHECK = ""  # the row that tells a wrong master at once; no record has an empty id

_KEYS = Table(
    "record_key",
    MetaData(),
    Column("record_id", Text, primary_key=True),
    Column("wrapped", LargeBinary),
    Column("destroyed_at", Text),
)


@dataclass(frozen=True)
class KeyState:
    """What the store holds of one record: its key, when that was destroyed, or a row that does not open."""

    key: bytes | None
    destroyed_at: str | None
    is_altered: bool = False


class RecordKeys:
    """The opened key store of one installation; thread-safe."""

    def __init__(self, folder: Path, master: bytes, *, random: Callable[[int], bytes] = os.urandom) -> None:
        """Open or make the store; VerificationFailed("record-key.wrong-master") when it is under another master."""
        if len(master) != KEY_BYTES:
            raise InvalidInput("record-key.master", f"expected a master key of {KEY_BYTES} bytes, got {len(master)}")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / "record-keys.db"
        if not file.exists():
            os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
        self._random = random
        self._master = AESGCM(master)
        self._database = Database(f"sqlite:///{file}", pool_size=4, secure_delete=True)
        self._database.write(self._prepare)
        self._check_master()

    def create(self, record_id: str) -> bytes:
        """Make and keep the 32-byte key of a new record; Conflict("record-key.exists") when it has or had one."""
        if not record_id:
            raise InvalidInput("record-key.record", "expected a record id, got an empty one")
        key = self._random(KEY_BYTES)
        values = {"record_id": record_id, "wrapped": self._wrap(record_id, key)}
        if not self._database.write(lambda tx: insert_ignore(tx, _KEYS, values)):
            raise Conflict("record-key.exists", f"expected a new record, got {record_id}, which has or had a key")
        return key

    def get(self, record_id: str) -> bytes:
        """Return a record's key.

        Raises NotFound("record-key.missing"), NotFound("record-key.destroyed"),
        VerificationFailed("record-key.altered").
        """
        key = self.get_each([record_id])[record_id]
        if isinstance(key, LedgerError):
            raise key
        return key

    def get_each(self, record_ids: Collection[str]) -> dict[str, bytes | LedgerError]:
        """Return the key of each record, or why `get` would raise, in one read."""
        rows = self._database.read(lambda tx: {each: _row(tx, each) if each else None for each in record_ids})
        return {each: self._key_or_error(each, row) for each, row in rows.items()}

    def _key_or_error(self, record_id: str, row: tuple[bytes | None, str | None] | None) -> bytes | LedgerError:
        try:
            return self._key(record_id, row)
        except LedgerError as error:
            return error

    def _key(self, record_id: str, row: tuple[bytes | None, str | None] | None) -> bytes:
        if row is None:
            raise NotFound("record-key.missing", f"expected a key of record {record_id}, the key store has none")
        wrapped, destroyed_at = row
        if wrapped is None:
            raise NotFound("record-key.destroyed", f"the key of record {record_id} was destroyed at {destroyed_at}")
        return self._unwrap(record_id, wrapped, "record-key.altered")

    def states(self, record_ids: Sequence[str]) -> dict[str, KeyState]:
        """Return what the store holds of these records, in one read; records that never had a key are absent."""
        rows = self._database.read(lambda tx: tx.execute(_STATES, {"ids": list(record_ids)}).all())
        return {row[0]: self._state(row[0], row[1], row[2]) for row in rows}

    def _state(self, record_id: str, wrapped: object, destroyed_at: str | None) -> KeyState:
        if wrapped is None:
            return KeyState(None, destroyed_at, is_altered=destroyed_at is None)
        try:
            key = self._unwrap(record_id, wrapped if isinstance(wrapped, bytes) else b"", "record-key.altered")
        except VerificationFailed:
            return KeyState(None, destroyed_at, is_altered=True)
        return KeyState(key, destroyed_at, is_altered=destroyed_at is not None)

    def destroyed_at(self, record_id: str) -> str | None:
        """Return when a record's key was destroyed, None when it was not."""
        row = self._database.read(lambda tx: _row(tx, record_id))
        return None if row is None else row[1]

    def destroy(self, record_id: str, *, at: str) -> None:
        """Destroy a record's key for good and leave a tombstone; repeating is harmless.

        Raises NotFound("record-key.missing"), Unavailable("record-key.busy") when old bytes may still lie in the
        write-ahead file: destroy again.
        """
        alive = (_KEYS.c.record_id == record_id) & _KEYS.c.wrapped.is_not(None)
        erase = update(_KEYS).where(alive).values(wrapped=None, destroyed_at=at)
        if not record_id or (
            not self._database.write(lambda tx: changed(tx, erase)) and self.destroyed_at(record_id) is None
        ):
            raise NotFound("record-key.missing", f"expected a key of record {record_id}, the key store has none")
        if not self._database.empty_write_ahead():
            raise Unavailable("record-key.busy", "expected no reader while old bytes are overwritten: destroy again")

    def close(self) -> None:
        self._database.close()

    def _prepare(self, tx: Connection) -> None:
        _KEYS.create(tx, checkfirst=True)
        if _row(tx, _CHECK) is None:
            tx.execute(insert(_KEYS), {"record_id": _CHECK, "wrapped": self._wrap(_CHECK, bytes(KEY_BYTES))})

    def _check_master(self) -> None:
        row = self._database.read(lambda tx: _row(tx, _CHECK))
        try:
            self._unwrap(_CHECK, (row and row[0]) or b"", "record-key.wrong-master")
        except VerificationFailed:
            self.close()
            raise

    def _wrap(self, record_id: str, key: bytes) -> bytes:
        nonce = self._random(NONCE)
        return nonce + self._master.encrypt(nonce, key, TAG + record_id.encode())

    def _unwrap(self, record_id: str, wrapped: bytes, code: str) -> bytes:
        try:
            return self._master.decrypt(wrapped[:NONCE], wrapped[NONCE:], TAG + record_id.encode())
        except (InvalidTag, ValueError) as error:
            raise VerificationFailed(
                code,
                f"expected {record_id or 'the key store'} wrapped under this master key, got another or other bytes",
            ) from error


# Plain text, so that a value of a wrong type is seen by the audit as it is.
_STATES = text("SELECT record_id, wrapped, destroyed_at FROM record_key WHERE record_id IN :ids").bindparams(
    bindparam("ids", expanding=True)
)


def _row(tx: Connection, record_id: str) -> tuple[bytes | None, str | None] | None:
    row = _KEY_OF.first(tx, {"record_id": record_id})
    return None if row is None else (row[0], row[1])


_KEY_OF = Kept(select(_KEYS.c.wrapped, _KEYS.c.destroyed_at).where(_KEYS.c.record_id == bindparam("record_id")))
