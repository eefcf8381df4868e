"""Rows held against what the log says they must be, field by field.

Promises: a missing row, an extra row and every differing column is one finding each, named by table, key and column; a
column whose value the log no longer tells (erased) is passed over. Leaves to others: what is expected (the projections).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ledger.core.log.audit_findings import Finding, name_of
from ledger.core.log.audit_shown import NOTHING, show


@dataclass(frozen=True)
class Untold:
    """The value of a column that the log does not tell."""


@dataclass(frozen=True)
class Hashed:
    """Bytes of which the log tells the SHA-256."""

    sha256: bytes

    def is_of(self, found: object) -> bool:
        return isinstance(found, bytes) and sha256(found).digest() == self.sha256


UNTOLD: Final = Untold()
Value = str | int | bytes | None | Untold | Hashed

KEYS: Mapping[str, tuple[str, ...]] = {
    "institution": ("id",),
    "log": ("origin",),
    "person": ("id",),
    "person_address": ("entry_id",),
    "role_grant": ("id",),
    "api_key": ("id",),
    "enrolled_key": ("key_id", "institution_id"),
    "document": ("id",),
    "agreement": ("id",),
    "application": ("id",),
    "application_version": ("application_id", "version"),
    "application_state": ("application_id",),
    "approval_fact": ("log_id", "idx"),
    "approval_stage": ("application_id",),
    "decision": ("entry_id",),
    "sitting": ("entry_id",),
    "condition_fulfilled": ("application_id", "place"),
    "condition_report": ("entry_id",),
    "escalation": ("entry_id",),
    "attachment": ("id",),
    "evidence": ("entry_id",),
    "department_member": ("id",),
    "policy": ("id",),
    "rule_set": ("id",),
    "delegation": ("id",),
    "agreement_state": ("agreement_id",),
    "agreement_signer": ("agreement_id", "signer_id"),
    "agreement_signature": ("agreement_id", "signer_id"),
    "signer_seat": ("agreement_id", "signer_id"),
    "agreement_submitted": ("agreement_id",),
    "agreement_sent": ("agreement_id",),
    "agreement_authority": ("entry_id",),
    "sealed_version": ("agreement_id", "version"),
    "void_proposal": ("entry_id",),
    "webhook_endpoint": ("id",),
    "blacklist_epoch": ("id",),
    "blacklist_member": ("entry_id",),
    "listing": ("id",),
    "listing_clock": ("listing_id",),
    "listing_state": ("listing_id",),
    "listing_step": ("entry_id",),
    "token_version": ("epoch_id", "number"),
    "blind_index": ("institution_id", "kind", "digest", "subject_kind", "subject_id"),
    "log_registration": ("log_id",),
}


@dataclass(frozen=True, kw_only=True)
class ExpectedRow:
    """A row that an entry makes: what its columns must hold, and where the entry stands."""

    table: str
    values: Mapping[str, Value]
    log: str | None
    index: int | None

    @property
    def key(self) -> tuple[object, ...]:
        return tuple(self.values[name] for name in KEYS[self.table])


@dataclass(frozen=True)
class FoundRows:
    """The rows of one table about one subject, as raw tuples in the order of `columns`."""

    table: str
    columns: Sequence[str]
    rows: Sequence[tuple[object, ...]]


def compare_rows(expected: Iterable[ExpectedRow], found: Iterable[FoundRows]) -> list[Finding]:
    """Return what differs between the rows that must be and the rows that are."""
    left = {(row.table, *row.key): row for row in expected}
    findings: list[Finding] = []
    extra: list[tuple[str, dict[str, object]]] = []
    for rows in found:
        places = [rows.columns.index(name) for name in KEYS[rows.table]]
        for raw in rows.rows:
            row = left.pop((rows.table, *(raw[place] for place in places)), None)
            if row is None:
                extra.append((rows.table, dict(zip(rows.columns, raw, strict=True))))
            else:
                findings += _differing(row, rows.columns, raw)
    # A row whose key was altered is one missing row and one extra row: say so as the column that differs.
    for table, raw_row in extra:
        twin = _closest(table, raw_row, left)
        if twin is None:
            findings.append(_extra(table, raw_row))
        else:
            del left[twin.table, *twin.key]
            findings += _differing(twin, tuple(raw_row), tuple(raw_row.values()))
    return findings + [_missing(row) for row in left.values()]


def row_without_entry(table: str, columns: Sequence[str], raw: tuple[object, ...]) -> Finding:
    """Return the finding of a row about a subject of which no log knows."""
    return _extra(table, dict(zip(columns, raw, strict=True)))


def _differing(row: ExpectedRow, columns: Sequence[str], raw: Sequence[object]) -> list[Finding]:
    findings = []
    for name, found in zip(columns, raw, strict=True):
        expected = row.values.get(name, UNTOLD)
        if _differs(expected, found):
            findings.append(
                Finding(
                    code="row.differs",
                    kind=row.table,
                    id=name_of(row.key),
                    field=name,
                    expected=expected.sha256.hex() if isinstance(expected, Hashed) else show(name, expected),
                    found=show(name, found),
                    log=row.log,
                    index=row.index,
                )
            )
    return findings


def _differs(expected: Value, found: object) -> bool:
    if isinstance(expected, Hashed):
        return not expected.is_of(found)
    return not isinstance(expected, Untold) and (type(found) is not type(expected) or found != expected)


def _closest(
    table: str, raw: Mapping[str, object], left: Mapping[tuple[object, ...], ExpectedRow]
) -> ExpectedRow | None:
    def alike(row: ExpectedRow) -> int:
        return sum(raw.get(name) == value for name, value in row.values.items())

    def told(row: ExpectedRow) -> int:
        return sum(not isinstance(value, Untold) for value in row.values.values())

    candidates = [row for row in left.values() if row.table == table]
    best = max(candidates, key=alike, default=None)
    return best if best is not None and alike(best) * 2 >= told(best) else None


def _extra(table: str, raw: Mapping[str, object]) -> Finding:
    return Finding(
        code="row.without-entry",
        kind=table,
        id=name_of(raw[name] for name in KEYS[table]),
        field="row",
        expected=NOTHING,
        found="a row that no entry makes",
    )


def _missing(row: ExpectedRow) -> Finding:
    return Finding(
        code="row.missing",
        kind=row.table,
        id=name_of(row.key),
        field="row",
        expected="the row that the entry makes",
        found=NOTHING,
        log=row.log,
        index=row.index,
    )
