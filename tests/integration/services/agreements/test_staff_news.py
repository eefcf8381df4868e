"""Mails to staff: who is told of what waits, once, at an address that stands in the vault alone (DESIGN sections 5, 6 and 9)."""

from dataclasses import replace
from functools import partial

import pytest

from ledger.core.agreements.identity import Paper
from ledger.core.applications.committee import Sitting
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.log.entry import read_trusted_entry
from ledger.core.log.permissions import Role
from ledger.messages.door import Channel, Message, Senders
from ledger.services.agreements.decide_identity import Decision, decide_identity
from ledger.services.agreements.submit_identity import Papers, submit_identity
from ledger.services.agreements.void import void
from ledger.services.applications.escalate import escalate
from ledger.services.applications.grant_delegation import NewDelegation, grant_delegation
from ledger.services.applications.name_sitting import name_sitting
from ledger.services.log.addresses import address_of
from ledger.services.log.change_address import AddressChange, change_address
from ledger.services.log.change_department import DepartmentChange, change_department
from ledger.services.log.follow_for_staff import READER, follow_for_staff
from ledger.services.log.list_people import list_people
from ledger.services.log.send_staff_news import Posting, send_staff_news
from ledger.storage.database import Connection
from ledger.storage.log import entries_of_subject
from ledger.storage.log import size as log_size
from ledger.storage.notices import read_cursor
from ledger.storage.staff_notices import StaffNoticeRow, staff_notices_of
from signing.canonical import Json
from support.approvals import Desk, staffed
from support.stage import WORKER, Stage, clean, party, person, refused

BORROWER = "borrower@example.com"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture
def desk(stage: Stage) -> Desk:
    """A lender whose people gave an address, but for Otto."""
    desk = staffed(stage.ledger, stage.now)
    for name in ("Olga", "Rita", "Hans"):
        reach(stage, desk, name, f"{name.lower()}@lender.example")
    return desk


def reach(stage: Stage, desk: Desk, name: str, email: str | None) -> None:
    who = desk.people[name].principal
    change_address(stage.stores, stage.act(who), AddressChange(who.id, email), stage.ledger.key)


def work(stage: Stage, *, mail: bool = True) -> None:
    """Let the worker cover what waits, follow the log for staff and send what is due."""
    stage.work()
    while follow_for_staff(stage.stores, stage.act(WORKER), stage.ledger.log):
        pass
    senders = stage.senders if mail else Senders({Channel.SMS: stage.outbox})
    posting = Posting(senders=senders, page=lambda path: f"https://desk.example{path}")
    send_staff_news(stage.stores, stage.act(WORKER), posting)


def mails(stage: Stage, name: str) -> list[Message]:
    return stage.messages(f"{name.lower()}@lender.example")


def notices(stage: Stage, desk: Desk, name: str) -> list[StaffNoticeRow]:
    who = desk.people[name].principal.id
    return stage.stores.database.read(lambda tx: staff_notices_of(tx, who))


def lender(stage: Stage, order: int = 2) -> dict[str, Json]:
    return {"role": "lender", "name": "Loan office", "key": stage.ledger.key.signer.public.to_json(), "order": order}


def test_officers_are_told_when_the_lender_s_turn_comes_and_once(stage: Stage, desk: Desk) -> None:
    stage.keys[stage.ledger.key.signer.public.key_id] = stage.ledger.key.signer
    made = stage.agreement(stage.keyed("borrower", "Lin"), lender(stage))
    work(stage)
    assert mails(stage, "Olga") == []
    stage.sign(made, 0)
    work(stage)
    work(stage)
    (told,) = mails(stage, "Olga")
    assert told.kind == "staff-countersign"
    assert stage.view(made).row.number in told.subject
    assert f"https://desk.example/staff/agreements/{made}" in told.body
    assert "Lin" not in told.subject + told.body
    assert mails(stage, "Rita") == [], "risk does not sign for the lender"
    assert [row.status for row in notices(stage, desk, "Olga")] == ["sent"]
    clean(stage)


def test_officer_whose_own_key_is_named_is_told_alone_and_nobody_of_a_program_s_key(stage: Stage, desk: Desk) -> None:
    reach(stage, desk, "Otto", "otto@lender.example")
    key = desk.people["Otto"].key.public.to_json()
    program = stage.keyed("lender", "Program", order=1)
    stage.agreement(party(), {"role": "lender", "name": "Otto", "key": key, "order": 1}, program)
    work(stage)
    assert [one.kind for one in mails(stage, "Otto")] == ["staff-countersign"]
    assert mails(stage, "Olga") == []


def test_withdrawal_that_needs_a_second_officer_is_mailed_to_the_others(stage: Stage, desk: Desk) -> None:
    reach(stage, desk, "Otto", "otto@lender.example")
    made = stage.agreement(stage.keyed("borrower", "Lin"), stage.keyed("guarantor", "Wang"))
    stage.sign(made, 0)
    otto, olga = (desk.people[name].principal for name in ("Otto", "Olga"))
    void(stage.stores, stage.act(otto), made, "the house burnt down")
    work(stage)
    assert [one.kind for one in mails(stage, "Olga")] == ["staff-void"]
    assert mails(stage, "Otto") == []
    void(stage.stores, stage.act(olga), made, "I agree")
    work(stage)
    assert len(mails(stage, "Olga")) == 1


def test_agreement_whose_rows_are_gone_keeps_nobody_else_from_being_told(stage: Stage, desk: Desk) -> None:
    assert desk.people
    gone = stage.agreement(party(person=person("gone")))

    def delete(tx: Connection) -> None:
        named = tx.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'agreement_state'"
        )
        for (name,) in named.fetchall():
            tx.exec_driver_sql(f'DROP TRIGGER "{name}"')
        tx.exec_driver_sql("DELETE FROM agreement_state WHERE agreement_id = ?", (gone,))

    stage.stores.database.write(delete)
    stage.agreement(party(), lender(stage, order=1))
    work(stage)
    assert [one.kind for one in stage.messages(BORROWER)] == ["invitation"]
    assert len(mails(stage, "Olga")) == 1


def test_what_a_colleague_did_meanwhile_is_not_mailed(stage: Stage, desk: Desk) -> None:
    stage.keys[stage.ledger.key.signer.public.key_id] = stage.ledger.key.signer
    made = stage.agreement(stage.keyed("borrower", "Lin"), lender(stage, order=1))
    stage.work()
    follow_for_staff(stage.stores, stage.act(WORKER), stage.ledger.log)
    stage.sign(made, 1)
    work(stage)
    assert mails(stage, "Olga") == []
    assert [row.status for row in notices(stage, desk, "Olga")] == ["dropped"]


def test_papers_to_check_are_mailed_to_officers_until_somebody_decides(stage: Stage, desk: Desk) -> None:
    made = stage.agreement(party(person=person("borrower", proofing=True)))
    stage.work()
    opened, confirmed = stage.enter(BORROWER)
    papers = Papers(paper=Paper.ID_CARD, files=(PICTURE,))
    who = confirmed.principal
    first = submit_identity(stage.stores, stage.act(who), made, opened.session_token, papers)
    work(stage)
    (told,) = mails(stage, "Olga")
    assert (told.kind, "https://desk.example/staff/identity" in told.body) == ("staff-identity", True)
    olga = desk.people["Olga"].principal
    refusal = Decision(accepted=False, reason="not legible")
    decide_identity(stage.stores, stage.act(olga), first, refusal, stage.ledger.key)
    stage.later(seconds=1)
    second = submit_identity(stage.stores, stage.act(who), made, opened.session_token, papers)
    decide_identity(stage.stores, stage.act(olga), second, Decision(accepted=True), stage.ledger.key)
    work(stage)
    assert [row.status for row in notices(stage, desk, "Olga")] == ["sent", "dropped"]


def test_decision_is_mailed_to_who_may_take_it_step_by_step(stage: Stage, desk: Desk) -> None:
    desk.enforce()
    loan = desk.apply(amount=10_000_000)
    work(stage)
    assert mails(stage, "Olga") == [], "a draft waits for nobody"
    desk.submit(loan)
    work(stage)
    (told,) = mails(stage, "Olga")
    assert (told.kind, desk.content_number(loan) in told.subject) == ("staff-decision", True)
    assert f"/staff/applications/{loan}" in told.body
    assert mails(stage, "Rita") == mails(stage, "Hans") == []
    desk.say("Olga", loan)
    work(stage)
    assert len(mails(stage, "Olga")) == 1
    assert [one.kind for one in mails(stage, "Rita")] == ["staff-decision"]
    assert notices(stage, desk, "Otto") == [], "who entered it does not decide it, and gave no address"
    clean(stage)


def test_committee_is_asked_for_first_and_then_its_members_are_told(stage: Stage, desk: Desk) -> None:
    members = ("Cora", "Carl", "Cleo", "Cyril", "Clara")
    for name in (*members, "Conny"):
        desk.hire(name, Role.COMMITTEE, *((Role.RISK,) if name == "Cora" else ()))
        reach(stage, desk, name, f"{name.lower()}@lender.example")
    desk.enforce()
    loan = desk.apply(amount=200_000_000)
    desk.submit(loan)
    work(stage)
    assert [one.kind for one in mails(stage, "Rita")] == [one.kind for one in mails(stage, "Hans")] == ["staff-sitting"]
    assert mails(stage, "Carl") == []
    ids = tuple(desk.people[name].principal.id for name in members)
    name_sitting(stage.stores, desk.act("Rita"), loan, Sitting(members=ids, chair=ids[0]))
    work(stage)
    assert [one.kind for one in mails(stage, "Carl")] == ["staff-decision"]
    assert [one.kind for one in mails(stage, "Cora")] == ["staff-sitting", "staff-decision"]
    assert mails(stage, "Conny") == []


def test_request_for_a_committee_is_dropped_once_it_was_named(stage: Stage, desk: Desk) -> None:
    members = ("Cora", "Carl", "Cleo", "Cyril", "Clara")
    for name in members:
        desk.hire(name, Role.COMMITTEE, *((Role.RISK,) if name == "Cora" else ()))
    desk.enforce()
    loan = desk.apply(amount=200_000_000)
    desk.submit(loan)
    stage.sequence()
    follow_for_staff(stage.stores, stage.act(WORKER), stage.ledger.log)
    ids = tuple(desk.people[name].principal.id for name in members)
    name_sitting(stage.stores, desk.act("Rita"), loan, Sitting(members=ids, chair=ids[0]))
    work(stage)
    assert [row.status for row in notices(stage, desk, "Hans")] == ["dropped"]


def test_step_that_was_escalated_is_mailed_to_the_role_that_may_decide_as_well(stage: Stage, desk: Desk) -> None:
    desk.enforce()
    loan = desk.apply(amount=10_000_000)
    desk.submit(loan)
    work(stage)
    stage.later(days=10)
    escalate(stage.stores, stage.act(WORKER))
    work(stage)
    assert [one.kind for one in mails(stage, "Hans")] == ["staff-decision"]
    assert len(mails(stage, "Olga")) == 1


def test_only_the_departments_of_the_step_are_told(stage: Stage, desk: Desk) -> None:
    steps = (
        replace(DEFAULT_POLICY.paths["two"].steps[0], departments=("retail",)),
        DEFAULT_POLICY.paths["two"].steps[1],
    )
    two = replace(DEFAULT_POLICY.paths["two"], steps=steps)
    desk.enforce(replace(DEFAULT_POLICY, paths={**DEFAULT_POLICY.paths, "two": two}).to_json())
    desk.hire("Oda", Role.OFFICER)
    reach(stage, desk, "Oda", "oda@lender.example")
    joined = DepartmentChange(desk.people["Oda"].principal.id, "retail", joined=True)
    change_department(stage.stores, stage.ledger.act(now=stage.now), joined, stage.ledger.key)
    desk.submit(desk.apply(amount=10_000_000))
    work(stage)
    assert len(mails(stage, "Oda")) == 1
    assert mails(stage, "Olga") == []


def test_delegate_is_told(stage: Stage, desk: Desk) -> None:
    desk.enforce()
    until = stage.now.replace(year=stage.now.year + 1)
    new = NewDelegation(
        delegate_id=desk.people["Hans"].principal.id, role=Role.OFFICER, until=until, limit_minor=10**9, currency="CNY"
    )
    grant_delegation(stage.stores, desk.act("Olga"), new, stage.ledger.key)
    loan = desk.apply(amount=10_000_000)
    desk.submit(loan)
    work(stage)
    assert [one.kind for one in mails(stage, "Hans")] == ["staff-decision"]


def test_address_is_sealed_shown_to_administrators_changed_by_oneself_and_taken_away(stage: Stage, desk: Desk) -> None:
    olga = desk.people["Olga"].principal
    stage.sequence()
    entries = stage.stores.database.read(lambda tx: entries_of_subject(tx, stage.ledger.log.id, "person", olga.id))
    assert b"olga@" not in b"".join(row.data for row in entries)
    assert "person.address-set" in {read_trusted_entry(row.data).type for row in entries}
    line = next(one for one in list_people(stage.stores, stage.ledger.act()) if one.id == olga.id)
    assert line.email == "olga@lender.example"
    administrator = stage.ledger.act(now=stage.now)
    change_address(stage.stores, administrator, AddressChange(olga.id, "o@lender.example"), stage.ledger.key)
    assert address_of(stage.stores, olga.id) == "o@lender.example"
    reach(stage, desk, "Olga", None)
    assert address_of(stage.stores, olga.id) is None
    rita = desk.people["Rita"].principal
    change = AddressChange(olga.id, "rita@lender.example")
    refused(lambda: change_address(stage.stores, stage.act(rita), change, stage.ledger.key), "permission.denied")
    for wrong in ("olga", "olga@example.com\nBcc: all@example.com", "a..b@example.com"):
        bad = partial(change_address, stage.stores, stage.act(olga), AddressChange(olga.id, wrong), stage.ledger.key)
        refused(bad, "person.email", "email")
    absent = AddressChange("01936f2e-7c1a-7b3a-9d52-0a4f6a1c2e10", "x@lender.example")
    refused(lambda: change_address(stage.stores, administrator, absent, stage.ledger.key), "person.unknown")
    clean(stage)


def test_mail_that_fails_is_tried_again_and_one_that_nobody_can_send_is_a_dead_letter(stage: Stage, desk: Desk) -> None:
    stage.agreement(stage.keyed("borrower", "Lin", order=2), lender(stage, order=1))
    stage.sequence()
    follow_for_staff(stage.stores, stage.act(WORKER), stage.ledger.log)
    reach(stage, desk, "Olga", "olga@lender.example")
    stage.outbox.fail()
    work(stage)
    assert [(row.status, row.last_code) for row in notices(stage, desk, "Olga")] == [("waiting", "message.not-sent")]
    stage.later(seconds=11)
    work(stage, mail=False)
    assert [(row.status, row.last_code) for row in notices(stage, desk, "Olga")] == [("dead", "message.no-channel")]
    unreached = {one.name: one.is_unreached for one in list_people(stage.stores, stage.ledger.act())}
    assert (unreached["Olga"], unreached["Rita"]) == (True, False)


def test_where_nobody_gave_an_address_the_log_is_passed_over_at_once(stage: Stage) -> None:
    staffed(stage.ledger, stage.now)
    stage.agreement(stage.keyed("borrower", "Lin", order=2), lender(stage, order=1))
    assert follow_for_staff(stage.stores, stage.act(WORKER), stage.ledger.log) == 0
    assert stage.stores.database.read(
        lambda tx: read_cursor(tx, READER, stage.ledger.log.id)
    ) == stage.stores.database.read(lambda tx: log_size(tx, stage.ledger.log.id))


def test_whoever_took_the_address_away_meanwhile_gets_none(stage: Stage, desk: Desk) -> None:
    stage.agreement(stage.keyed("borrower", "Lin", order=2), lender(stage, order=1))
    stage.sequence()
    follow_for_staff(stage.stores, stage.act(WORKER), stage.ledger.log)
    reach(stage, desk, "Olga", None)
    work(stage)
    assert [row.status for row in notices(stage, desk, "Olga")] == ["dropped"]
    assert stage.outbox.messages == []
