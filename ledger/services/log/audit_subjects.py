"""Audit of subjects: their entries read, chained and opened, and every row about them held against what they say.

Promises: entries and rows are walked side by side in the order of the subject's id, in one snapshot, so that a row without
entry and an entry without row are both found; memory of one page of entries and the subject at hand. DESIGN section 8.
"""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby

from ledger.core.agreements.expected import project_agreement
from ledger.core.applications.expected import project_applications
from ledger.core.blacklist.expected import project_blacklist
from ledger.core.log.audit_directory import project_directory
from ledger.core.log.audit_entry import EntryRecord, LogFacts, Placed, check_chain, head_without_entry, read_record
from ledger.core.log.audit_findings import Gathered
from ledger.core.log.audit_projection import Projection, Told, World
from ledger.core.log.audit_rows import FoundRows, compare_rows, row_without_entry
from ledger.services.context import Stores
from ledger.services.log.audit_vault import Values, Vault
from ledger.services.log.audit_world import facts_of, log_rows, world_of
from ledger.storage.audit_reads import Raw, Read, columns_of, stream
from ledger.storage.database import Connection

BATCH = 500  # entries whose vault fields are fetched at once: below the parameter limit of every SQLite

# For each kind of subject: the tables about it, with the column that names the subject.
TABLES: Mapping[str, Mapping[str, str]] = {
    "agreement": {
        "agreement": "id",
        "agreement_state": "agreement_id",
        "agreement_signer": "agreement_id",
        "agreement_signature": "agreement_id",
        "document": "record_id",
        "sealed_version": "agreement_id",
        "signer_seat": "agreement_id",
        "agreement_submitted": "agreement_id",
        "agreement_sent": "agreement_id",
        "agreement_authority": "agreement_id",
        "void_proposal": "agreement_id",
    },
    "application": {
        "application": "id",
        "application_version": "application_id",
        "application_state": "application_id",
        "approval_fact": "application_id",
        "approval_stage": "application_id",
        "decision": "application_id",
        "sitting": "application_id",
        "condition_fulfilled": "application_id",
        "condition_report": "application_id",
        "escalation": "application_id",
        "attachment": "application_id",
        "evidence": "application_id",
    },
    "blacklist-epoch": {"blacklist_epoch": "id", "token_version": "epoch_id"},
    "blacklist-member": {"blacklist_member": "institution_id"},
    "listing": {
        "listing": "id",
        "listing_state": "listing_id",
        "listing_step": "listing_id",
        "listing_clock": "listing_id",
    },
    "policy": {"policy": "id"},
    "ruleset": {"rule_set": "id"},
    "delegation": {"delegation": "id"},
    "institution": {"institution": "id", "log": "institution_id"},
    "key": {"enrolled_key": "key_id"},
    "webhook": {"webhook_endpoint": "id"},
    "person": {
        "person": "id",
        "person_address": "person_id",
        "role_grant": "principal_id",
        "department_member": "principal_id",
        "api_key": "principal_id",
    },
}
PROJECTIONS: Mapping[str, Callable[[Sequence[Told], World], Projection]] = {
    "agreement": project_agreement,
    "application": project_applications,
    "blacklist-epoch": project_blacklist,
    "blacklist-member": project_blacklist,
    "listing": project_blacklist,
    "policy": project_applications,
    "ruleset": project_applications,
    "delegation": project_applications,
    "institution": project_directory,
    "key": project_directory,
    "person": project_directory,
    "webhook": project_directory,
    "log": project_directory,
}

_COLUMNS = ("subject_id", "entry_id", "leaf_hash", "data", "n")


@dataclass(frozen=True)
class Part:
    """The subjects of one kind with first <= id < last (None: no bound)."""

    kind: str
    first: str | None = None
    last: str | None = None


def audit_subjects(stores: Stores, part: Part) -> Gathered:
    """Check one part in one snapshot; heads, entries, waiting entries and rows are all of the same moment."""
    return stores.database.read(lambda tx: _audit(tx, stores, part))


def _audit(tx: Connection, stores: Stores, part: Part) -> Gathered:
    gathered = Gathered()
    audit = _PartAudit(
        part=part,
        gathered=gathered,
        vault=Vault.of(tx, stores, gathered),
        world=world_of(tx, stores),
        heads=_Heads.of(tx, part),
        tables=[*_tables(tx, part)],
    )
    for batch in _batches(_subjects(tx, part)):
        audit.check(batch)
    audit.finish()
    return gathered


@dataclass
class _Subject:
    """The rows of one subject's entries over all logs, in the order of log and n, those still waiting last."""

    id: str
    records: list[EntryRecord]


def _subjects(tx: Connection, part: Part) -> Iterator[_Subject]:
    logs = [facts_of(row) for row in log_rows(tx)]
    records = heapq.merge(
        *(_records(tx, log, table, part) for log in logs for table in ("entry", "pending")), key=_place
    )
    for subject_id, group in groupby(records, key=lambda record: str(record.subject_id)):
        yield _Subject(subject_id, list(group))


def _place(record: EntryRecord) -> tuple[str, int]:
    return str(record.subject_id), record.log.id


def _records(tx: Connection, log: LogFacts, table: str, part: Part) -> Iterator[EntryRecord]:
    equal: dict[str, object] = {"log_id": log.id, "subject_kind": part.kind}
    columns = (*_COLUMNS, "idx") if table == "entry" else _COLUMNS
    read = Read(table=table, columns=columns, order=("subject_id", "n"), equal=equal, first=part.first, last=part.last)
    for raw in stream(tx, read):
        index = raw[5] if table == "entry" else None
        yield EntryRecord(
            log=log, index=index if isinstance(index, int) else None, subject_id=raw[0], entry_id=raw[1], leaf_hash=raw[2], data=raw[3], n=raw[4], kind=part.kind
        )  # fmt: skip


def _batches(subjects: Iterator[_Subject]) -> Iterator[list[_Subject]]:
    batch: list[_Subject] = []
    held = 0
    for subject in subjects:
        batch.append(subject)
        held += len(subject.records)
        if held >= BATCH:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


@dataclass
class _PartAudit:
    part: Part
    gathered: Gathered
    vault: Vault
    world: World
    heads: "_Heads"
    tables: list["_Table"]

    def check(self, batch: Sequence[_Subject]) -> None:
        read = [(subject.id, list(self._read(subject))) for subject in batch]
        everything = [placed for _, entries in read for placed in entries]
        values: dict[str, Values] = {}
        for start in range(0, len(everything), BATCH):
            values.update(self.vault.open(everything[start : start + BATCH]))
        for subject_id, entries in read:
            self._check_chains(subject_id, entries)
            self._check_rows(subject_id, [Told(placed, values[placed.entry.id]) for placed in entries])

    def _read(self, subject: _Subject) -> Iterator[Placed]:
        for record in subject.records:
            placed, findings = read_record(record)
            for finding in findings:
                self.gathered.find(finding)
            if placed is not None:
                yield placed

    def _check_chains(self, subject_id: str, entries: Sequence[Placed]) -> None:
        self.gathered.counts["subjects"] += 1
        heads = self.heads.take(subject_id, self.gathered)
        for log_id, group in groupby(entries, key=lambda placed: placed.log.id):
            for finding in check_chain(list(group), heads.pop(log_id, None)):
                self.gathered.find(finding)
        for log_id in heads:
            self.gathered.find(head_without_entry(self.heads.origins[log_id], self.part.kind, subject_id))

    def _check_rows(self, subject_id: str, history: Sequence[Told]) -> None:
        project = PROJECTIONS.get(self.part.kind)
        projection = project(history, self.world) if project else Projection()
        found = [table.take(subject_id, self.gathered) for table in self.tables]
        self.gathered.counts["rows"] += sum(len(rows.rows) for rows in found)
        expected = [row for row in projection.rows if row.table not in projection.untold]
        known = [rows for rows in found if rows.table not in projection.untold]
        for finding in chain(projection.findings, compare_rows(expected, known)):
            self.gathered.find(finding)

    def finish(self) -> None:
        """Whatever was not asked for is about a subject that no log knows."""
        for table in self.tables:
            table.take(None, self.gathered)
        self.heads.take(None, self.gathered)


def _tables(tx: Connection, part: Part) -> Iterator["_Table"]:
    for name, column in TABLES.get(part.kind, {}).items():
        yield _Table.of(tx, name, column, part, {})
    yield _Table.of(tx, "blind_index", "subject_id", part, {"subject_kind": part.kind})


@dataclass
class _Table:
    """One table's rows in the order of the subject they are about."""

    name: str
    columns: tuple[str, ...]
    subject_at: int
    rows: Iterator[Raw]
    ahead: Raw | None = field(default=None)

    @classmethod
    def of(cls, tx: Connection, name: str, column: str, part: Part, equal: dict[str, object]) -> "_Table":
        columns = columns_of(name)
        read = Read(table=name, columns=columns, order=(column,), equal=equal, first=part.first, last=part.last)
        rows = stream(tx, read)
        return cls(name, columns, columns.index(column), rows, next(rows, None))

    def take(self, subject_id: str | None, gathered: Gathered) -> FoundRows:
        """Return the rows about a subject; those about subjects before it belong to none (None: all that are left)."""
        found: list[Raw] = []
        while self.ahead is not None:
            about = _named(self.ahead[self.subject_at])
            if subject_id is not None and about > subject_id:
                break
            if about == subject_id:
                found.append(self.ahead)
            else:
                gathered.find(row_without_entry(self.name, self.columns, self.ahead))
            self.ahead = next(self.rows, None)
        return FoundRows(self.name, self.columns, found)


def _named(value: object) -> str:
    """Return a subject's id as entries write it: an epoch's is kept as bytes."""
    return value.hex() if isinstance(value, bytes) else str(value)


@dataclass
class _Heads:
    """The heads of all logs in the order of their subjects."""

    kind: str
    origins: Mapping[int, str]
    rows: Iterator[tuple[str, int, object, object]]
    ahead: tuple[str, int, object, object] | None

    @classmethod
    def of(cls, tx: Connection, part: Part) -> "_Heads":
        logs = {row.id: row.origin for row in log_rows(tx)}
        rows = heapq.merge(*(_heads_of(tx, log_id, part) for log_id in logs), key=lambda row: row[:2])
        return cls(part.kind, logs, rows, next(rows, None))

    def take(self, subject_id: str | None, gathered: Gathered) -> dict[int, tuple[object, object]]:
        """Return the subject's heads by log."""
        found: dict[int, tuple[object, object]] = {}
        while self.ahead is not None and (subject_id is None or self.ahead[0] <= subject_id):
            about, log_id, n, leaf = self.ahead
            if about == subject_id:
                found[log_id] = (n, leaf)
            else:
                gathered.find(head_without_entry(self.origins[log_id], self.kind, about))
            self.ahead = next(self.rows, None)
        return found


def _heads_of(tx: Connection, log_id: int, part: Part) -> Iterator[tuple[str, int, object, object]]:
    equal: dict[str, object] = {"log_id": log_id, "kind": part.kind}
    read = Read(
        table="subject_head",
        columns=("id", "n", "leaf_hash"),
        order=("id",),
        equal=equal,
        first=part.first,
        last=part.last,
    )
    for raw in stream(tx, read):
        yield str(raw[0]), log_id, raw[1], raw[2]
