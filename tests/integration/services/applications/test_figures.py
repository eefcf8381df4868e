"""The figures counted from a real trail: what people did in which time, stamped with a checkpoint; and the fold audited and made anew."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from ledger.core.applications.decide import Verdict
from ledger.core.applications.figures_report import Waiting
from ledger.core.log.permissions import Principal, Role
from ledger.errors import InvalidInput, NotAllowed, Unavailable
from ledger.services.applications.fold_figures import fold_figures
from ledger.services.applications.read_figures import Span, read_figures
from ledger.services.context import Act
from ledger.services.log.audit import Scope, audit
from ledger.services.log.sequence import Turn, sequence
from ledger.storage.audit_reads import Read, columns_of, stream
from ledger.storage.logs import latest_checkpoint
from support.approvals import Desk
from support.ledgers import INSTITUTION, NOW

SPAN = Span(since=NOW - timedelta(days=1), until=NOW + timedelta(days=30))
MINUTE = 60
TABLES = ("approval_fact", "approval_stage")


def reader(desk: Desk, *roles: Role) -> Act:
    return desk.ledger.act(
        Principal("reader", INSTITUTION, frozenset(roles or (Role.AUDITOR,)), "person"), now=desk.now
    )


def covered(desk: Desk) -> None:
    ledger = desk.ledger
    sequence(ledger.stores, ledger.log, ledger.signers, Turn(holder="test", now=desk.now))


def folded(desk: Desk) -> int:
    covered(desk)
    total = 0
    while count := fold_figures(desk.ledger.stores, desk.ledger.log):
        total += count
    return total


def rows(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    reads = {name: Read(table=name, columns=columns_of(name), order=columns_of(name)[:2]) for name in TABLES}
    return desk.ledger.stores.database.read(lambda tx: {name: list(stream(tx, read)) for name, read in reads.items()})


def busy(desk: Desk) -> None:
    """One loan by rules, one by two people, one returned, one that waits since too long."""
    desk.automate()
    desk.submit(desk.apply(amount=4_000_000, identity="330106199203154415"))
    loan = desk.apply()
    desk.submit(loan)
    covered(desk)
    desk.later(minutes=2)
    desk.say("Olga", loan)
    desk.later(minutes=4)
    desk.say("Rita", loan)
    other = desk.apply()
    desk.submit(other)
    covered(desk)
    desk.later(minutes=3)
    desk.say("Olga", other, Verdict.RETURN, conditions=("a payslip",))
    desk.submit(desk.apply())
    desk.later(days=10)


@pytest.fixture
def counted(desk: Desk) -> Desk:
    busy(desk)
    folded(desk)
    return desk


def test_figures_say_what_was_done_and_at_which_checkpoint(counted: Desk) -> None:
    found = read_figures(counted.ledger.stores, reader(counted), SPAN)
    newest = counted.ledger.stores.database.read(lambda tx: latest_checkpoint(tx, counted.ledger.log.id))
    assert newest is not None
    assert (found.stamp.size, found.stamp.root) == (newest.size, newest.root)
    figures = found.figures[0]
    assert figures.moved == {"submitted": 4, "approved": 2, "returned": 1}
    assert figures.automated == {"approved": 1}
    assert {name: str(value) for name, value in figures.rates().items()} == {
        "approval_rate": "1.0000",
        "return_rate": "0.2500",
        "automation_rate": "0.5000",
    }
    people = counted.people
    assert {name: (times.count, times.p50, times.p90) for name, times in figures.approvers.items()} == {
        people["Olga"].principal.id: (2, 2 * MINUTE, 3 * MINUTE),
        people["Rita"].principal.id: (1, 4 * MINUTE, 4 * MINUTE),
    }
    assert (figures.stages["officer"].count, figures.stages["risk"].total, figures.bottleneck) == (
        2,
        4 * MINUTE,
        "officer",
    )
    assert figures.waiting == {"officer": Waiting(count=1, overdue=1)}


def test_period_and_policy_narrow_what_is_counted(counted: Desk) -> None:
    place = columns_of("approval_fact").index("policy_id")
    policy = next(str(row[place]) for row in rows(counted)["approval_fact"] if row[place])
    spans = (
        Span(since=SPAN.since, until=SPAN.until, policy_id=policy),
        Span(since=SPAN.since, until=SPAN.until, policy_id="another"),
        Span(since=NOW + timedelta(days=20), until=NOW + timedelta(days=30)),
    )
    same, other, later = read_figures(counted.ledger.stores, reader(counted), *spans).figures
    assert same.moved["submitted"] == 4
    assert (other.moved, other.stages, other.waiting, later.moved) == ({}, {}, {}, {})


def test_fold_is_audited_row_by_row_and_made_anew_from_the_log(counted: Desk) -> None:
    ledger, before = counted.ledger, rows(counted)
    assert audit(ledger.stores, None, Scope(1, lambda: ledger.stores), lambda _: None).findings == ()
    ledger.stores.database.write(
        lambda tx: tx.execute(text("UPDATE approval_fact SET seconds = 1 WHERE seconds = 120"))
    )
    ledger.stores.database.write(lambda tx: tx.execute(text("DELETE FROM approval_stage WHERE stage = 'officer'")))
    findings = audit(ledger.stores, None, Scope(1, lambda: ledger.stores), lambda _: None).findings
    assert {(each.code, each.kind, each.field) for each in findings} >= {("row.differs", "approval_fact", "seconds")}
    assert "approval_stage" in {each.kind for each in findings}
    assert fold_figures(ledger.stores, ledger.log, anew=True)
    while fold_figures(ledger.stores, ledger.log):
        pass
    assert rows(counted) == before


def test_fold_in_small_steps_gives_the_same_rows(desk: Desk) -> None:
    desk.automate()
    for _ in range(3):
        loan = desk.apply()
        desk.submit(loan)
        folded(desk)
        desk.later(minutes=1)
        desk.say("Olga", loan)
        folded(desk)
    before = rows(desk)
    fold_figures(desk.ledger.stores, desk.ledger.log, anew=True)
    while fold_figures(desk.ledger.stores, desk.ledger.log):
        pass
    assert rows(desk) == before


def test_figures_are_for_those_who_may_see_them_and_of_a_real_period(counted: Desk) -> None:
    stores = counted.ledger.stores
    with pytest.raises(NotAllowed):
        read_figures(stores, reader(counted, Role.OFFICER), SPAN)
    with pytest.raises(InvalidInput, match="ends after it begins"):
        read_figures(stores, reader(counted), Span(since=SPAN.until, until=SPAN.since))


def test_nothing_counted_yet_is_said_so(desk: Desk) -> None:
    with pytest.raises(Unavailable, match="nothing has been counted yet"):
        read_figures(desk.ledger.stores, reader(desk), SPAN)
