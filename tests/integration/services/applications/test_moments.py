"""Things taken from another moment or another person, on a real ledger: refused by the services, and named by the replay where they got past."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.core.applications.decide import Verdict
from ledger.services.applications.decide import NewDecision, decide
from ledger.services.applications.issue_decision import Wanted, issue_decision
from signing.canonical import Json, decode
from signing.envelope import Signature
from support.approvals import CHAIN_ID, Desk, cn_identity
from support.checks import Asked, real_check
from support.insider import write_entry
from support.ledgers import INSTITUTION
from support.stage import refused

CLEAN, OTHER = cn_identity(701), cn_identity(702)


@pytest.fixture
def loan(desk: Desk) -> str:
    made = desk.apply(identity=CLEAN)
    desk.submit(made)
    return made


def signed(desk: Desk, name: str, loan: str) -> NewDecision:
    """Return an approval that was signed and not sent yet."""
    staff = desk.people[name]
    wanted = Wanted(verdict=Verdict.APPROVE, key_id=staff.key.public.key_id)
    data = issue_decision(desk.ledger.stores, desk.act(name), loan, wanted, chain_id=CHAIN_ID).to_bytes()
    signature = Signature(staff.key.public.suite, staff.key.public.key_id, staff.key.sign(data))
    return NewDecision(statement=data, signature=signature, chain_id=CHAIN_ID)


def test_approval_signed_before_a_return_does_not_count_for_the_next_submission(desk: Desk, loan: str) -> None:
    desk.hire("Oscar", *desk.people["Olga"].principal.roles)
    kept = signed(desk, "Olga", loan)
    desk.say("Oscar", loan, Verdict.RETURN, conditions=("a payslip",))
    desk.submit(loan)  # nothing was corrected: it is the same content, handed in again
    refused(lambda: decide(desk.ledger.stores, desk.act("Olga"), loan, kept), "decision.outdated")
    desk.say("Olga", loan)
    desk.say("Rita", loan)
    assert desk.codes() == set()
    assert desk.state(loan).state == "approved"


def checked(desk: Desk, loan: str, **changes: Json) -> None:
    """Put a clean check on record with a real receipt of this loan's applicant, or what `changes` make of it."""
    asked = Asked(institution=INSTITUTION, identity=CLEAN, application=desk.content_number(loan), at=desk.now)
    real = real_check(asked)
    desk.check(loan, CLEAN)
    told = desk.ledger.stores.database.read(lambda tx: _newest_check(desk, tx, loan))
    values: dict[str, Json] = {"check": told, "receipt": decode(real.receipt), "opening": decode(real.opening)}
    write_entry(desk, loan, "checked", {**values, **changes, "author": "Otto"})


def _newest_check(desk: Desk, tx: object, loan: str) -> Json:
    from ledger.services.applications.at_hand import at_hand_of  # noqa: PLC0415  # only here

    return at_hand_of(tx, desk.ledger.stores, loan).checks[-1].to_json()  # type: ignore[arg-type]  # a connection


@pytest.mark.parametrize("what", ["nothing", "garbage", "another's", "another application's", "other words"])
def test_check_that_no_receipt_proves_is_named(desk: Desk, loan: str, what: str) -> None:
    asked = Asked(institution=INSTITUTION, identity=OTHER, application=desk.content_number(loan), at=desk.now)
    other = real_check(asked if what == "another's" else replace(asked, identity=CLEAN, application="ALPHA-2026-999"))
    forged: dict[str, dict[str, Json]] = {
        "nothing": {},
        "garbage": {"receipt": {}, "opening": {}},
        "another's": {"receipt": decode(other.receipt), "opening": decode(other.opening)},
        "another application's": {"receipt": decode(other.receipt), "opening": decode(other.opening)},
        "other words": {"check": {"applicant": "0a" * 32, "listed": False, "receipt_sha256": "00" * 32, "checked_at": "2026-11-23T15:04:05.123Z"}},
    }  # fmt: skip
    checked(desk, loan, **forged[what])
    assert desk.codes(loan) == (set() if what == "nothing" else {"approval.check-unproved"})


def test_draft_of_long_ago_counts_from_the_day_that_it_is_handed_in(desk: Desk) -> None:
    draft = desk.apply(amount=15_000_000, identity=CLEAN)
    desk.later(days=100)
    desk.check(draft, CLEAN)
    desk.submit(draft)
    second = desk.apply(amount=15_000_000, identity=CLEAN)
    desk.submit(second)
    assert [desk.state(loan).path for loan in (draft, second)] == ["two", "three"]
    assert desk.codes() == set()


@pytest.mark.parametrize(("apart", "path"), [(timedelta(0), "three"), (timedelta(milliseconds=1), "two")])
def test_loans_are_added_up_within_ninety_days_to_the_millisecond(desk: Desk, apart: timedelta, path: str) -> None:
    first = desk.apply(amount=15_000_000, identity=CLEAN)
    desk.submit(first)
    desk.now += timedelta(days=90) + apart
    second = desk.apply(amount=15_000_000, identity=CLEAN)
    desk.submit(second)
    assert desk.state(second).path == path
    assert desk.codes() == set()
