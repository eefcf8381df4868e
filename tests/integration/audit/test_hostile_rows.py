"""Every column of approvals, ceremonies and the blacklist holds for once what none of our code writes: another type, another form, nothing.

Each read that a route or a worker makes ends with an answer or with one of our codes, and so do both audits; none with a traceback.
One value is tried in each column, the next one in the next: what breaks a read breaks it in some column of each shape.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest

from ledger.services.applications.audit_approvals import audit_approvals
from ledger.services.context import Stores
from ledger.services.log.audit_subjects import TABLES, Part, audit_subjects
from ledger.services.log.audit_tables import audit_tables
from support.audited import Audited, audited_ledger
from support.audited_blacklist import fill_blacklist
from support.audited_review import fill_review
from support.hostile_reads import Reads, concerned, of_agreements, of_applications, of_blacklist
from support.hostile_rows import Change, changed, changes, faults, loosened, undone

EACH = 1  # of the values, in each column
REVIEW = ("application", "policy", "ruleset", "delegation", "institution")
CEREMONY = ("agreement", "webhook")
BLACKLIST = ("blacklist-epoch", "blacklist-member", "listing")
BESIDE = {
    "agreement": ("invitation", "signer_session", "one_time_code", "notice"),
    "listing": ("token_node", "token_leaf", "token_change"),
}
CASES = [(kind, table) for kind in (*REVIEW, *CEREMONY, *BLACKLIST) for table in (*TABLES[kind], *BESIDE.get(kind, ()))]


@dataclass(frozen=True)
class Opened:
    """A ledger without guards, and what is read of it."""

    stores: Stores
    connection: sqlite3.Connection
    reads: Mapping[str, Reads]


@pytest.fixture(scope="module")
def lender(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with audited_ledger(tmp_path_factory.mktemp("lender")) as audited:
        fill_review(audited)
        yield from _opened(
            audited, {**dict.fromkeys(REVIEW, of_applications), **dict.fromkeys(CEREMONY, of_agreements)}
        )


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with audited_ledger(tmp_path_factory.mktemp("registry"), filled=False) as audited:
        fill_blacklist(audited)
        yield from _opened(audited, dict.fromkeys(BLACKLIST, of_blacklist))


def _opened(audited: Audited, of: Mapping[str, Callable[[Audited, Stores], Reads]]) -> Iterator[Opened]:
    stores, connection = undone(audited.ledger.stores, audited.database_file), loosened(audited.database_file)
    reads = {make: make(audited, stores) for make in set(of.values())}
    yield Opened(stores, connection, {kind: reads[make] for kind, make in of.items()})
    connection.close()
    stores.database.close()


def test_reads_of_rows_that_nobody_touched_are_answered(lender: Opened, registry: Opened) -> None:
    for here in (lender, registry):
        for kind, reads in here.reads.items():
            assert faults({**reads, **_audits(here.stores, kind)}) == []


@pytest.mark.repeats
@pytest.mark.parametrize(("kind", "table"), CASES)
def test_no_value_in_a_row_is_answered_with_a_traceback(kind: str, table: str, request: pytest.FixtureRequest) -> None:
    here: Opened = request.getfixturevalue("registry" if kind in BLACKLIST else "lender")
    reads = {**here.reads[kind], **_audits(here.stores, kind)}
    found = {change: faulty for change in _some(table) if (faulty := _after(here.connection, change, reads))}
    assert not found


def _audits(stores: Stores, kind: str) -> Reads:
    approvals = {"audit approvals": lambda: audit_approvals(stores)} if kind in REVIEW else {}
    return {
        "audit": lambda: audit_subjects(stores, Part(kind)),
        "audit tables": lambda: audit_tables(stores),
        **approvals,
    }


def _some(table: str) -> Iterator[Change]:
    columns: dict[str, list[Change]] = {}
    for change in changes(table):
        columns.setdefault(change.column, []).append(change)
    for place, tried in enumerate(columns.values()):
        yield from (tried[(place * EACH + turn) % len(tried)] for turn in range(EACH))


def _after(connection: sqlite3.Connection, change: Change, reads: Reads) -> list[str]:
    with changed(connection, change) as row:
        return [] if row is None else faults(concerned(reads, row))


def test_a_time_at_the_end_of_all_times_is_a_finding(lender: Opened) -> None:
    with changed(lender.connection, Change("application", "created_at", "9999-12-31T23:59:59.999Z")) as row:
        assert row is not None
        assert faults(_audits(lender.stores, "application")) == []
        assert audit_tables(lender.stores).findings
