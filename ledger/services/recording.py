"""One event becomes one entry: drafted, committed, sealed and queued, in the transaction of its business rows (DESIGN section 3).

Promises: the entry stands on its subject's head; every value behind a commitment is in the vault under the record's key.
Leaves to others: the business rows (the services) and the index (the sequencer).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ledger.core.log.directory import format_instant
from ledger.core.log.entry import Actor, Draft, Entry, Subject, draft_entry
from ledger.core.log.hashing import leaf_hash
from ledger.core.log.pseudonym import pseudonym
from ledger.services.context import Act, Stores, Written
from ledger.services.log.stop import require_running
from ledger.services.opening import seal_opening
from ledger.storage.database import Connection
from ledger.storage.log import NewEntry, append_pending, subject_head
from ledger.storage.logs import LogRow
from ledger.storage.vault_fields import insert_fields
from signing.canonical import Json

Finish = Callable[[Entry], Entry]  # adds a signature to an entry before it is hashed


@dataclass(frozen=True)
class RecordKey:
    """The key under which a record's fields are sealed; erasing the record is destroying this key."""

    record_id: str
    key: bytes


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happened: `facts` are plain, `shared` are committed with openings in every receipt, `private` for their own party."""

    type: str
    log: LogRow
    subject_kind: str
    subject_id: str
    role: str
    record: RecordKey
    facts: Mapping[str, Json] = field(default_factory=dict)
    shared: Mapping[str, Json] = field(default_factory=dict)
    private: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Recorded:
    """The entry that was queued, by its id and leaf hash."""

    entry_id: str
    leaf_hash: bytes

    def written(self, resource_id: str) -> Written:
        return Written(resource_id=resource_id, entry_id=self.entry_id)


def record(tx: Connection, stores: Stores, act: Act, event: Event, finish: Finish = lambda entry: entry) -> Recorded:
    """Queue the entry of `event` on top of its subject's head, with its sealed fields; repeatable, as `Database.write` asks.

    Raises Conflict("subject.moved-on") when another transaction was first, InvalidInput when a value breaks the format,
    Unavailable("log.stopped") while the log waits to be re-verified.
    """
    require_running(tx, event.log.id)
    head = subject_head(tx, event.log.id, event.subject_kind, event.subject_id, lock=True)
    subject = Subject(event.subject_kind, event.subject_id, head.n + 1 if head else 1, head.leaf_hash if head else None)
    draft = _draft(stores, act, event, subject)
    entry, openings = draft_entry(draft, act.random(draft.salt_bytes))
    entry = finish(entry)
    data = entry.to_bytes()
    leaf = leaf_hash(data)
    new = NewEntry(
        entry_id=entry.id, data=data, leaf_hash=leaf, subject_kind=subject.kind, subject_id=subject.id, n=subject.n, prev_leaf_hash=subject.prev
    )  # fmt: skip
    append_pending(tx, event.log.id, new, at=entry.at)
    sealed = [
        seal_opening(event.record.key, record_id=event.record.record_id, entry_id=entry.id, opening=opening)
        for opening in openings
    ]
    insert_fields(tx, sealed)
    return Recorded(entry.id, leaf)


def _draft(stores: Stores, act: Act, event: Event, subject: Subject) -> Draft:
    name = pseudonym(stores.pseudonym_key, subject_kind=subject.kind, subject_id=subject.id, person_id=act.principal.id)
    return Draft(
        type=event.type,
        id=act.new_id(),
        at=format_instant(act.now),
        log=event.log.origin,
        institution=event.log.institution_id,
        actor=Actor(name, event.role),
        subject=subject,
        public=event.facts,
        committed=event.shared,
        private=event.private,
    )
