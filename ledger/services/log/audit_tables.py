"""Audit of what belongs to no single subject: rows of unknown logs, fields of unknown entries, counters, what waits.

Promises: number series are as long as the numbers given out; nothing hides in a log or under an entry that does not exist.
DESIGN sections 3 and 8; docs/audit.md lists the columns that are no evidence, with the reason.
"""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from ledger.core.log.audit_findings import Finding, Gathered, name_of
from ledger.core.log.audit_shown import NOTHING, show
from ledger.core.log.directory import check_zone, parse_numbering_rule
from ledger.core.log.entry import read_trusted_entry
from ledger.errors import InvalidInput, VerificationFailed
from ledger.services.context import Stores
from ledger.services.log.audit_token_tree import check_token_tree
from ledger.services.log.audit_world import log_rows
from ledger.storage.audit_reads import Read, distinct, orphan_vault_fields, stream
from ledger.storage.database import Connection

_OF_A_LOG = (
    "entry",
    "pending",
    "subject_head",
    "checkpoint",
    "log_status",
    "log_registration",
    "anchor_attempt",
    "anchor_status",
)

_NUMBERED = ("agreement", "application")  # tables whose rows take a number each; the series bears their name


def audit_tables(stores: Stores) -> Gathered:
    """Check the whole-table rules in one snapshot."""
    return stores.database.read(_audit)


def _audit(tx: Connection) -> Gathered:
    gathered = Gathered()
    _check_log_ids(tx, gathered)
    for entry_id, field in orphan_vault_fields(tx):
        name = f"{show('entry_id', entry_id)}/{show('field', field)}"
        _find(gathered, "row.without-entry", ("vault_field", name, "row"), NOTHING, "a field of no entry")
    _check_counters(tx, gathered)
    _check_pending(tx, gathered)
    check_token_tree(tx, gathered)
    return gathered


def _check_log_ids(tx: Connection, gathered: Gathered) -> None:
    known = {row.id for row in log_rows(tx)}
    for table in _OF_A_LOG:
        for log_id in distinct(tx, table, "log_id"):
            if log_id not in known:
                place = (table, f"log {show('log_id', log_id)}", "log_id")
                _find(gathered, "log.unknown", place, "a log of this installation", show("log_id", log_id))
    states = set(distinct(tx, "log_status", "log_id"))
    for log_id in sorted(known - states):
        _find(gathered, "row.missing", ("log_status", str(log_id), "row"), "the state of the log", NOTHING)


def _check_counters(tx: Connection, gathered: Gathered) -> None:
    """Each series is as long as what was numbered in its period; the rows were held against the log elsewhere."""
    periods = _Periods(tx)
    given: Counter[tuple[object, object, object]] = Counter()
    for table in _NUMBERED:
        for institution_id, at in stream(
            tx, Read(table=table, columns=("institution_id", "created_at"), order=("id",))
        ):
            given[institution_id, table, periods.of(institution_id, at)] += 1
    columns = ("institution_id", "kind", "period", "last")
    for institution_id, kind, period, last in stream(
        tx, Read(table="number_counter", columns=columns, order=columns[:3])
    ):
        expected = given.pop((institution_id, kind, period), 0)
        if last != expected:
            place = ("number_counter", name_of((institution_id, kind, period)), "last")
            _find(gathered, "row.differs", place, str(expected), show("last", last))
    for (institution_id, kind, period), expected in given.items():
        place = ("number_counter", name_of((institution_id, kind, period)), "row")
        _find(gathered, "row.missing", place, f"a series of {expected}", NOTHING)


class _Periods:
    """In which period of its institution's numbering rule a moment lies."""

    def __init__(self, tx: Connection) -> None:
        rows = stream(tx, Read(table="institution", columns=("id", "numbering_rule", "zone"), order=("id",)))
        self._rules = {row[0]: (row[1], row[2]) for row in rows}

    def of(self, institution_id: object, at: object) -> str:
        rule, zone = self._rules.get(institution_id, ("", ""))
        try:
            place: ZoneInfo = check_zone(str(zone))
            return parse_numbering_rule(str(rule)).period(datetime.fromisoformat(str(at)).astimezone(place).date())
        except (InvalidInput, ValueError, OverflowError):  # the ends of what a time can hold have no date elsewhere
            return "unknown"


def _check_pending(tx: Connection, gathered: Gathered) -> None:
    """Compare since when an entry waits with its own time; the rest is checked with its subject."""
    for entry_id, data, created_at in stream(
        tx, Read(table="pending", columns=("entry_id", "data", "created_at"), order=("id",))
    ):
        gathered.counts["pending"] += 1
        try:
            at = read_trusted_entry(data if isinstance(data, bytes) else b"").at
        except VerificationFailed:
            continue  # found with its subject
        if created_at != at:
            place = ("pending", show("entry_id", entry_id), "created_at")
            _find(gathered, "row.differs", place, at, show("created_at", created_at))


def _find(gathered: Gathered, code: str, place: tuple[str, str, str], expected: str, found: str) -> None:
    kind, record, field = place
    gathered.find(Finding(code=code, kind=kind, id=record, field=field, expected=expected, found=found))
