"""What ends or changes an agreement that is out: replacing, voiding, expiry; and reminders (DESIGN section 5)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from ledger.core.agreements.notice_text import Notice
from ledger.core.agreements.states import State
from ledger.core.log.directory import format_instant
from ledger.errors import LedgerError
from ledger.services.agreements.ask_for_link import ask_for_link
from ledger.services.agreements.browser import session_of, signer_principal
from ledger.services.agreements.deliver import deliver
from ledger.services.agreements.expire import GRACE, expire
from ledger.services.agreements.find import Search, find
from ledger.services.agreements.forget_messages import KEPT, forget_messages
from ledger.services.agreements.list_notices import list_notices
from ledger.services.agreements.remind import remind
from ledger.services.agreements.remind_due import remind_due
from ledger.services.agreements.replace_signer import Replacement, replace_signer
from ledger.services.agreements.void import void
from ledger.services.context import Once
from ledger.storage.agreements import StateRow, change_state
from signing.canonical import Json
from support.ledgers import INSTITUTION
from support.stage import OFFICER, SECOND_OFFICER, WORKER, Stage, clean, party, person, refused, types

BORROWER = "borrower@example.com"


def swap(stage: Stage, made: str, old: str, signer: dict[str, Json], reason: str = "moved abroad") -> str:
    change = Replacement(signer=signer, reason=reason)
    return replace_signer(stage.stores, stage.act(OFFICER), made, old, change).entry_id


def test_another_person_in_a_place_is_invited_and_the_one_before_is_out(stage: Stage) -> None:
    made = stage.agreement(party(), stage.keyed("lender", "Officer", order=2))
    stage.work()
    old = stage.signer(made)
    opened, confirmed = stage.enter(BORROWER)
    swap(stage, made, old, party(name="Zhao Min", person=person("zhao")))
    assert session_of(stage.stores, opened.session_token, stage.now) is None
    refused(lambda: stage.may_sign(made, old, confirmed.principal), "signer.replaced")
    refused(lambda: swap(stage, made, old, party(person=person("again"))), "signer.replaced")
    refused(lambda: stage.open(BORROWER), "signer.replaced")
    stage.work()
    assert [message.kind for message in stage.messages(BORROWER) if message.kind != "code"] == [
        "invitation",
        "opened",
        "replaced",
    ]
    _, newcomer = stage.enter("zhao@example.com")
    assert newcomer.principal.id == stage.signer(made) != old
    found = find(stage.stores, stage.act(OFFICER), Search(kind="name", value="Zhao Min"))
    assert [row.id for row in found] == [made]
    clean(stage)


def test_a_replacement_with_a_key_signs_and_completes_it(stage: Stage) -> None:
    made = stage.agreement(stage.keyed("borrower", "Lin"), party("guarantor", "Wang Wei"))
    stage.work()
    stage.sign(made, 0)
    refused(lambda: swap(stage, made, stage.signer(made, 0), party()), "signature.exists")
    swap(stage, made, stage.signer(made, 1), stage.keyed("guarantor", "Wang Hai"))
    stage.sign(made, 1)
    assert stage.view(made).state is State.SIGNED
    assert types(stage, made) == ["created", "sent", "signed", "signer-replaced", "signed"]
    clean(stage)


def test_a_replacement_keeps_the_rules_of_the_parties(stage: Stage) -> None:
    lender = stage.keyed("lender", "Officer")
    made = stage.agreement(party(), lender)
    old = stage.signer(made)
    refused(lambda: swap(stage, made, stage.signer(made, 1), party("witness")), "signers.invalid", "signers[0].role")
    for signer in (party("guarantor"), {**party(), "order": 0}, {"role": "borrower", "name": "Lin"}, lender):
        refused(lambda s=signer: swap(stage, made, old, s), "signers.invalid")  # type: ignore[misc]  # bound per turn
    refused(lambda: swap(stage, made, old, party(), reason=""), "reason.malformed")
    refused(lambda: swap(stage, made, made, party()), "signer.unknown")


def test_one_officer_voids_what_nobody_signed(stage: Stage) -> None:
    made = stage.agreement()
    draft = stage.agreement(stage.keyed("borrower", "Lin"), send=False)
    stage.work()
    for agreement in (made, draft):
        void(stage.stores, stage.act(OFFICER), agreement, "typed wrongly")
        assert stage.view(agreement).state is State.VOIDED
    stage.work()
    assert [message.kind for message in stage.messages(BORROWER)] == ["invitation", "voided"]
    refused(lambda: void(stage.stores, stage.act(OFFICER), made, "again"), "agreement.wrong-state")
    clean(stage)


def test_two_officers_void_what_somebody_signed_and_nobody_voids_what_all_signed(stage: Stage) -> None:
    made = stage.agreement(stage.keyed("borrower", "Lin"), stage.keyed("lender", "Officer"))
    stage.sign(made, 0)
    void(stage.stores, stage.act(OFFICER), made, "the house burnt down")
    assert stage.view(made).state is State.SIGNING
    refused(lambda: void(stage.stores, stage.act(OFFICER), made, "really"), "void.second-person")
    void(stage.stores, stage.act(SECOND_OFFICER), made, "I agree")
    assert stage.view(made).state is State.VOIDED
    assert types(stage, made)[-2:] == ["void-proposed", "voided"]
    whole = stage.agreement(stage.keyed("borrower", "Lin"))
    stage.sign(whole)
    refused(lambda: void(stage.stores, stage.act(OFFICER), whole, "too late"), "agreement.wrong-state")
    clean(stage)


def test_the_same_request_again_does_nothing_twice(stage: Stage) -> None:
    made = stage.agreement(stage.keyed("borrower", "Lin"), stage.keyed("lender", "Officer"))
    stage.sign(made, 0)
    once = Once(key="the same key", route="/void", body_sha256=bytes(32))
    first, again = (void(stage.stores, replace(stage.act(OFFICER), once=once), made, "fire") for _ in range(2))
    assert first == again
    assert types(stage, made).count("void-proposed") == 1


def test_what_was_not_signed_in_time_expires_a_little_later_and_its_parties_are_told(stage: Stage) -> None:
    made = stage.agreement(valid_days=3)
    signed = stage.agreement(stage.keyed("borrower", "Lin"), valid_days=3)
    stage.work()
    stage.sign(signed)
    deadline = stage.now + timedelta(days=3)
    stage.now = deadline + GRACE - timedelta(seconds=1)
    assert expire(stage.stores, stage.act(WORKER)) == 0
    stage.now = deadline + GRACE
    assert expire(stage.stores, stage.act(WORKER)) == 1
    assert expire(stage.stores, stage.act(WORKER)) == 0
    assert (stage.view(made).state, stage.view(signed).state) == (State.EXPIRED, State.SIGNED)
    stage.work()
    assert [message.kind for message in stage.messages(BORROWER)] == ["invitation", "expired"]
    clean(stage)


def test_two_workers_expire_an_agreement_once(any_stage: Stage) -> None:
    made = any_stage.agreement(valid_days=1)
    any_stage.now += timedelta(days=2)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: expire(any_stage.stores, any_stage.act(WORKER)), range(4)))
    assert sum(counts) == 1
    assert types(any_stage, made).count("expired") == 1


def test_a_reminder_waits_for_the_morning_where_the_person_is(stage: Stage) -> None:
    made = stage.agreement(party(), party("guarantor", "Ann", person=person("ann", zone="America/New_York")))
    stage.work()  # 23:04 in Shanghai, 10:04 in New York
    for place in (0, 1):
        remind(stage.stores, stage.act(OFFICER), made, stage.signer(made, place))
    stage.work()
    assert [message.kind for message in stage.messages("ann@example.com")] == ["invitation", "reminder"]
    assert [message.kind for message in stage.messages(BORROWER)] == ["invitation"]
    waiting = [
        line.row for line in list_notices(stage.stores, stage.act(OFFICER), made) if line.row.status == "waiting"
    ]
    assert [(row.kind, row.due_at) for row in waiting] == [(Notice.REMINDER, "2026-11-24T01:00:00.000Z")]
    stage.now = datetime.fromisoformat("2026-11-24T01:00:00.000Z")
    stage.work()
    assert [message.kind for message in stage.messages(BORROWER)] == ["invitation", "reminder"]
    refused(lambda: remind(stage.stores, stage.act(OFFICER), made, stage.signer(made)), "reminder.too-soon")
    clean(stage)


def test_a_reminder_that_failed_in_the_evening_is_tried_again_in_the_morning(stage: Stage) -> None:
    made = stage.agreement()
    stage.work()
    stage.now = datetime.fromisoformat("2026-11-24T12:59:55.000Z")  # 20:59:55 in Shanghai
    remind(stage.stores, stage.act(OFFICER), made, stage.signer(made))
    stage.outbox.fail()
    stage.work()
    stage.later(seconds=11)  # past nine in the evening
    stage.work()
    assert stage.messages(BORROWER, "reminder") == []
    stage.now = datetime.fromisoformat("2026-11-25T01:00:00.000Z")
    stage.work()
    assert len(stage.messages(BORROWER, "reminder")) == 1


def test_an_agreement_whose_key_is_gone_keeps_nobody_else_from_being_reminded(stage: Stage) -> None:
    gone = stage.agreement(party(person=person("gone")))
    stage.agreement()
    stage.work()
    stage.stores.record_keys.destroy(gone, at=format_instant(stage.now))
    stage.now = datetime.fromisoformat("2026-11-26T02:00:00.000Z")
    refused(lambda: remind_due(stage.stores, stage.act(WORKER)), "record-key.destroyed")
    stage.work()
    assert len(stage.messages(BORROWER, "reminder")) == 1


def test_nobody_is_reminded_whose_turn_it_is_not_or_who_signs_by_program(stage: Stage) -> None:
    made = stage.agreement(stage.keyed("borrower", "Lin"), party("guarantor", "Wang Wei", order=2))
    stage.work()
    refused(lambda: remind(stage.stores, stage.act(OFFICER), made, stage.signer(made, 1)), "signer.not-your-turn")
    refused(lambda: remind(stage.stores, stage.act(OFFICER), made, stage.signer(made, 0)), "reminder.no-address")
    refused(lambda: remind(stage.stores, stage.act(OFFICER), made, made), "signer.unknown")


def test_whoever_does_not_sign_is_reminded_after_two_and_five_days_and_then_left_alone(stage: Stage) -> None:
    stage.agreement()
    stage.work()
    sent: list[int] = []
    for day in range(1, 16):
        stage.later(days=1)
        if remind_due(stage.stores, stage.act(WORKER)):
            sent.append(day)
        stage.work()
    assert sent == [2, 5]


def test_a_reminder_for_somebody_who_signed_meanwhile_is_dropped(stage: Stage) -> None:
    made = stage.agreement(party(), stage.keyed("lender", "Officer"))
    stage.work()
    remind(stage.stores, stage.act(OFFICER), made, stage.signer(made))
    void(stage.stores, stage.act(OFFICER), made, "no longer wanted")
    stage.later(hours=12)
    stage.work()
    assert [message.kind for message in stage.messages(BORROWER)] == ["invitation", "voided"]
    fates = {line.row.kind: line.row.status for line in list_notices(stage.stores, stage.act(OFFICER), made)}
    assert fates["reminder"] == "dropped"


def test_what_has_served_is_forgotten_and_the_record_stays(stage: Stage) -> None:
    made, out = stage.agreement(), stage.agreement(party(person=person("out")), valid_days=180)
    stage.work()
    stage.enter(BORROWER)
    void(stage.stores, stage.act(OFFICER), made, "no longer wanted")
    stage.work()
    assert forget_messages(stage.stores, stage.now) == 0
    stage.now += KEPT + timedelta(days=8)
    assert forget_messages(stage.stores, stage.now) >= 4
    assert list_notices(stage.stores, stage.act(OFFICER), made) == []
    (kept,) = list_notices(stage.stores, stage.act(OFFICER), out)
    assert kept.row.kind == Notice.INVITATION, "who was invited to what is out is told of its end"
    assert types(stage, made) == ["created", "sent", "viewed", "voided"]
    clean(stage)


def test_party_gets_another_link_for_its_copy_by_the_message_it_has_years_later(any_stage: Stage) -> None:
    made = any_stage.agreement(party(), any_stage.keyed("lender", "Officer", order=2))
    any_stage.work()
    token = any_stage.link(BORROWER)
    any_stage.enter(BORROWER)
    complete = StateRow(made, State.COMPLETE, any_stage.view(made).changed_entry)
    any_stage.stores.database.write(lambda tx: change_state(tx, complete, expected=State.VIEWED))
    any_stage.now += timedelta(days=800)
    forget_messages(any_stage.stores, any_stage.now)
    ask_for_link(any_stage.stores, any_stage.act(), token)
    any_stage.work()
    (sent,) = any_stage.messages(BORROWER, "link")
    assert any_stage.view(made).row.number in sent.subject
    assert any_stage.open(BORROWER).agreement_id == made


def test_nobody_gets_another_link_to_what_has_ended_or_whose_place_was_taken(stage: Stage) -> None:
    ended, taken = stage.agreement(), stage.agreement(party(person=person("old")))
    stage.work()
    links = [stage.link(BORROWER), stage.link("old@example.com")]
    void(stage.stores, stage.act(OFFICER), ended, "no longer wanted")
    swap(stage, taken, stage.signer(taken), party(person=person("new")))
    stage.later(minutes=2)
    for token in links:
        ask_for_link(stage.stores, stage.act(), token)
    stage.work()
    assert stage.messages(BORROWER, "link") == stage.messages("old@example.com", "link") == []


def test_acts_on_one_agreement_come_one_after_another(any_stage: Stage) -> None:
    made = any_stage.agreement(party(), any_stage.keyed("lender", "Officer"))
    any_stage.work()

    def attempt(place: int) -> str:
        try:
            if place % 2:
                void(any_stage.stores, any_stage.act(OFFICER), made, "no")
            else:
                swap(any_stage, made, any_stage.signer(made, 0), party(person=person(f"new{place}")))
        except LedgerError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(attempt, range(6)))
    assert answers.count("done") >= 1
    assert types(any_stage, made).count("voided") == 1
    clean(any_stage)


def test_a_delivery_is_in_the_history_once_for_each_party_and_each_reading_in_the_access_log(stage: Stage) -> None:
    made = stage.agreement(stage.keyed("borrower", "Lin", person=person("lin")), stage.keyed("lender", "Officer"))
    stage.sign(made, 0)
    stage.sign(made, 1)
    who = signer_principal(made, stage.signer(made), INSTITUTION)
    refused(lambda: deliver(stage.stores, stage.act(who), made, version=1), "agreement.wrong-state")
    complete = StateRow(made, State.COMPLETE, stage.view(made).changed_entry)
    stage.stores.database.write(lambda tx: change_state(tx, complete, expected=State.SIGNED))
    assert deliver(stage.stores, stage.act(who), made, version=1) is not None
    stage.sequence()
    assert deliver(stage.stores, stage.act(who), made, version=1) is None
    other = signer_principal(made, stage.signer(made, 1), INSTITUTION)
    assert deliver(stage.stores, stage.act(other), made, version=1) is not None
    refused(lambda: deliver(stage.stores, stage.act(OFFICER), made, version=1), "permission.denied")
    assert types(stage, made).count("delivered") == 2
