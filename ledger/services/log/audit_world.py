"""What every part of an audit asks about the whole: the logs, institutions' keys, registrations, signed roots.

Promises: read in the transaction of the part that asks, from entries rather than from rows where an entry says it; a row
with a value of a wrong type is read as an empty one. DESIGN section 8.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from functools import lru_cache
from zoneinfo import ZoneInfo

from ledger.core.log.audit_directory import institution_key
from ledger.core.log.audit_entry import LogFacts
from ledger.core.log.audit_projection import Binding, World
from ledger.core.log.business_time import BusinessTime
from ledger.core.log.directory import parse_calendar
from ledger.core.log.entry import Entry, read_trusted_entry
from ledger.errors import LedgerError, VerificationFailed
from ledger.services.context import Stores
from ledger.storage.audit_reads import Read, columns_of, stream
from ledger.storage.blind_index import blind
from ledger.storage.database import Connection
from ledger.storage.figures import READER
from ledger.storage.logs import LogRow
from ledger.storage.notices import read_cursor
from signing.algorithms import PublicKey
from signing.canonical import decode
from signing.errors import SigningError

_BYTES = frozenset({"evm_address"})
_KEPT_ROOTS = 4096


def log_rows(tx: Connection) -> list[LogRow]:
    """Return all logs; a value of a wrong type is read as an empty one, and found by its own comparison."""
    names = [field.name for field in fields(LogRow)]
    return [_log(names, raw) for raw in stream(tx, Read(table="log", columns=names, order=("id",)))]


def log_row(tx: Connection, log_id: int) -> LogRow:
    return next(row for row in log_rows(tx) if row.id == log_id)


def facts_of(row: LogRow) -> LogFacts:
    return LogFacts(id=row.id, origin=row.origin, institution_id=row.institution_id)


def world_of(tx: Connection, stores: Stores) -> World:
    """Return what projections may ask, as of this transaction."""
    rows = log_rows(tx)
    return World(
        blind=lambda kind, value: blind(stores.index_key, kind, value),
        root_at=_root_reader(tx),
        institution_keys=_institution_keys(tx, rows),
        registered=_registered(tx, rows),
        binding=binding_of(tx),
        folded={row.origin: read_cursor(tx, READER, row.id) for row in rows},
        business=_business(tx),
        blacklist_keys=_blacklist_keys(tx, rows),
    )


def _business(tx: Connection) -> dict[str, BusinessTime]:
    """Return how each institution counts its time; one whose row cannot be read is found by its own comparison."""
    found: dict[str, BusinessTime] = {}
    for name, zone, calendar in stream(
        tx, Read(table="institution", columns=("id", "zone", "calendar"), order=("id",))
    ):
        try:
            found[str(name)] = BusinessTime(ZoneInfo(str(zone)), parse_calendar(decode(str(calendar).encode())))
        except (LedgerError, SigningError, ValueError, KeyError, OSError):
            continue
    return found


def binding_of(tx: Connection) -> Binding | None:
    """Return the chain and registry to which the row binds this installation, in the words of `log.registered`."""
    for raw in stream(tx, Read(table="chain_binding", columns=columns_of("chain_binding"), order=("id",))):
        row = dict(zip(columns_of("chain_binding"), raw, strict=True))
        words = {"genesis": row["genesis_hash"], "registry": row["registry"], "code_hash": row["code_hash"]}
        texts = {name: value.hex() if isinstance(value, bytes) else "" for name, value in words.items()}
        chain_id = row["chain_id"]
        return Binding(chain_id=chain_id if isinstance(chain_id, int) else 0, **texts)
    return None


def _log(names: list[str], raw: tuple[object, ...]) -> LogRow:
    values: dict[str, object] = dict(zip(names, raw, strict=True))
    registered = values["registry_log_id"]
    values["registry_log_id"] = registered if isinstance(registered, bytes) else None
    for name in names:
        if name not in {"id", "registry_log_id"}:
            wanted, empty = (bytes, b"") if name in _BYTES else (str, "")
            values[name] = values[name] if isinstance(values[name], wanted) else empty
    return LogRow(**values)  # type: ignore[arg-type]  # every type was checked just above


def _institution_keys(tx: Connection, rows: list[LogRow]) -> dict[str, PublicKey]:
    keys: dict[str, PublicKey] = {}
    for entry in _entries_of_kind(tx, rows, "institution"):
        key = institution_key(entry)
        if entry.type == "institution.opened" and key is not None:
            keys.setdefault(entry.institution, key)  # the first word counts: a second cannot replace the key
    return keys


def _blacklist_keys(tx: Connection, rows: list[LogRow]) -> dict[str, PublicKey]:
    """Return the keys of members and registries that entries name, by key id."""
    keys: dict[str, PublicKey] = {}
    for kind, name, place in (("blacklist-member", "key", {}), ("blacklist-epoch", "registry", {"n": 1})):
        for entry in _entries_of_kind(tx, rows, kind, place):  # of an epoch the first only: its versions are many
            with suppress(SigningError):  # what is no key is found where it stands
                key = PublicKey.from_json(entry.public.get(name))
                keys.setdefault(key.key_id, key)
    return keys


def _registered(tx: Connection, rows: list[LogRow]) -> dict[str, bytes]:
    registered: dict[str, bytes] = {}
    for entry in _entries_of_kind(tx, rows, "log"):
        value = entry.public.get("log_id")
        if entry.type == "log.registered" and isinstance(value, str):
            registered.setdefault(entry.log, bytes.fromhex(value))
    return registered


def registered_at(tx: Connection, log: LogRow) -> int | None:
    """Return the index of a log's `log.registered` entry: every checkpoint that covers it is signed for the registry."""
    equal: dict[str, object] = {"log_id": log.id, "subject_kind": "log"}
    for idx, data in stream(tx, Read(table="entry", columns=("idx", "data"), order=("subject_id", "n"), equal=equal)):
        if isinstance(idx, int) and isinstance(data, bytes) and b'"type":"log.registered"' in data:
            return idx
    return None


def _entries_of_kind(
    tx: Connection, rows: list[LogRow], kind: str, place: Mapping[str, object] | None = None
) -> Iterator[Entry]:
    for row in rows:
        for table in ("entry", "pending"):
            equal: dict[str, object] = {"log_id": row.id, "subject_kind": kind, **(place or {})}
            for raw in stream(tx, Read(table=table, columns=("data",), order=("subject_id", "n"), equal=equal)):
                try:
                    yield read_trusted_entry(raw[0] if isinstance(raw[0], bytes) else b"")
                except VerificationFailed:
                    continue  # found by its own reading


def _root_reader(tx: Connection) -> Callable[[int, int], bytes | None]:
    @lru_cache(_KEPT_ROOTS)
    def root_at(log_id: int, size: int) -> bytes | None:
        equal: dict[str, object] = {"log_id": log_id, "size": size}
        for raw in stream(tx, Read(table="checkpoint", columns=("root",), order=("size",), equal=equal)):
            return raw[0] if isinstance(raw[0], bytes) else None
        return None

    return root_at
