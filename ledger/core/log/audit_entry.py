"""One subject's entries held against their rows and against each other: what each row says of itself, and the chain.

Promises: every column of an entry's row is compared with the entry's own bytes; n and prev lead from each entry to the one
before; the subject's head is the last of them. Leaves to others: the tree (audit_tree) and what the entries mean. DESIGN 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.core.log.audit_findings import Finding
from ledger.core.log.audit_shown import NOTHING, show
from ledger.core.log.entry import Entry, parse_entry, read_trusted_entry
from ledger.core.log.hashing import leaf_hash
from ledger.errors import VerificationFailed


@dataclass(frozen=True, kw_only=True)
class LogFacts:
    """What every entry of a log must say."""

    id: int
    origin: str
    institution_id: str


@dataclass(frozen=True, kw_only=True)
class EntryRecord:
    """A row of `entry` (or of `pending`, `index` None) as it was read."""

    log: LogFacts
    index: int | None
    entry_id: object
    leaf_hash: object
    data: object
    kind: object
    subject_id: object
    n: object

    @property
    def table(self) -> str:
        return "pending" if self.index is None else "entry"

    @property
    def name(self) -> str:
        return show("entry_id", self.entry_id)


@dataclass(frozen=True, kw_only=True)
class Placed:
    """An entry that could be read, with the leaf hash of its bytes and its place (None while it waits)."""

    entry: Entry
    leaf: bytes
    log: LogFacts
    index: int | None


def read_record(record: EntryRecord) -> tuple[Placed | None, list[Finding]]:
    """Return the entry of a row, and what differs between the row and the entry's own bytes."""
    data = record.data if isinstance(record.data, bytes) else b""
    leaf = leaf_hash(data)
    findings = []
    if record.leaf_hash != leaf:
        findings.append(_differs(record, "leaf_hash", leaf, record.leaf_hash))
    try:
        # Bytes that the row's own hash vouches for were parsed strictly when they were written.
        entry = parse_entry(data) if findings else read_trusted_entry(data)
    except VerificationFailed as error:
        return None, [*findings, _finding(record, "entry.malformed", "data", "an entry", error.code)]
    return Placed(entry=entry, leaf=leaf, log=record.log, index=record.index), findings + _columns(record, entry)


def _columns(record: EntryRecord, entry: Entry) -> list[Finding]:
    subject, log = entry.subject, record.log
    if (record.entry_id, record.kind, record.subject_id, record.n, log.origin, log.institution_id) == (
        entry.id, subject.kind, subject.id, subject.n, entry.log, entry.institution,
    ):  # fmt: skip
        return []
    pairs = (
        ("entry_id", entry.id, record.entry_id),
        ("subject_kind", subject.kind, record.kind),
        ("subject_id", subject.id, record.subject_id),
        ("n", subject.n, record.n),
    )
    findings = [_differs(record, name, own, found) for name, own, found in pairs if own != found]
    if entry.log != log.origin:
        findings.append(_finding(record, "row.differs", "log_id", f"the log {entry.log}", f"the log {log.origin}"))
    if entry.institution != log.institution_id:
        findings.append(
            _finding(
                record, "entry.wrong-institution", "data", show("institution", log.institution_id), entry.institution
            )
        )
    return findings


def check_chain(entries: Sequence[Placed], head: tuple[object, object] | None) -> list[Finding]:
    """Return where the entries of one subject in one log, in the order of n, do not follow each other, or the head not them."""
    findings = []
    n, prev = 0, None
    for placed in entries:
        subject = placed.entry.subject
        if subject.n != n + 1:
            findings.append(_broken(placed, "n", str(n + 1), str(subject.n)))
        elif subject.prev != prev:
            findings.append(_broken(placed, "prev", show("prev", prev), show("prev", subject.prev)))
        n, prev = subject.n, placed.leaf
    if not entries:
        return findings
    last = entries[-1]
    for name, expected, found in zip(("n", "leaf_hash"), (n, prev), head or (None, None), strict=True):
        if expected != found:
            findings.append(_head(last, name, show(name, expected), show(name, found)))
    return findings


def head_without_entry(origin: str, kind: object, subject_id: object) -> Finding:
    """Return the finding of a head of a subject that has no entries."""
    name = f"{show('kind', kind)}/{show('id', subject_id)}"
    return Finding(
        code="row.without-entry",
        kind="subject_head",
        id=name,
        field="row",
        expected=NOTHING,
        found="a head",
        log=origin,
    )


def _head(last: Placed, field: str, expected: str, found: str) -> Finding:
    subject = last.entry.subject
    name = f"{subject.kind}/{subject.id}"
    return Finding(
        code="head.differs", kind="subject_head", id=name, field=field, expected=expected, found=found, log=last.log.origin, index=last.index
    )  # fmt: skip


def _broken(placed: Placed, field: str, expected: str, found: str) -> Finding:
    return Finding(
        code="chain.broken", kind="entry", id=placed.entry.id, field=field, expected=expected, found=found, log=placed.log.origin, index=placed.index
    )  # fmt: skip


def _differs(record: EntryRecord, field: str, expected: object, found: object) -> Finding:
    return _finding(record, "row.differs", field, show(field, expected), show(field, found))


def _finding(record: EntryRecord, code: str, field: str, expected: str, found: str) -> Finding:
    return Finding(
        code=code, kind=record.table, id=record.name, field=field, expected=expected, found=found, log=record.log.origin, index=record.index
    )  # fmt: skip
