"""Links and codes through the services: forwarded, opened twice, replayed, guessed, late (DESIGN section 5)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from ledger.core.agreements.ceremony import Step
from ledger.core.agreements.invitation import INVITATION_LIFE, SESSION_LIFE
from ledger.core.agreements.one_time_code import CODE_LIFE, MAX_ATTEMPTS, MOST_FAILURES_PER_DAY, MOST_PER_HOUR
from ledger.core.agreements.states import State
from ledger.core.log.permissions import VISITOR
from ledger.errors import LedgerError, Unavailable
from ledger.messages.door import Channel, Message, Senders, Told
from ledger.services.agreements.ask_for_link import ask_for_link
from ledger.services.agreements.browser import session_of
from ledger.services.agreements.confirm_code import confirm_code
from ledger.services.agreements.hand_over import hand_over
from ledger.services.agreements.open_invitation import Opened, open_invitation
from ledger.services.agreements.send_code import send_code
from ledger.services.agreements.signer_place import doorstep
from ledger.services.agreements.standing import ceremony_of
from support.stage import Stage, party, person, refused

BORROWER = "borrower@example.com"


def test_a_sent_agreement_invites_its_party_once_and_the_code_makes_the_browser_the_signer(stage: Stage) -> None:
    made = stage.agreement()
    stage.work()
    stage.work()
    (invitation,) = stage.messages(BORROWER)
    assert (invitation.kind, invitation.channel) == ("invitation", Channel.EMAIL)
    assert stage.view(made).row.number in invitation.subject
    opened = stage.open(BORROWER)
    waiting = session_of(stage.stores, opened.session_token, stage.now)
    assert waiting is not None
    assert waiting.principal == VISITOR
    confirmed = confirm_code(stage.stores, stage.act(), opened.session_token, stage.code(opened, BORROWER))
    session = session_of(stage.stores, opened.session_token, stage.now)
    assert session is not None
    assert session.principal == confirmed.principal
    assert (session.principal.kind, session.principal.agreement_id) == ("signer", made)
    assert stage.view(made).state is State.VIEWED
    assert ceremony_of(stage.view(made)).seat(session.principal.id).done == {Step.VIEWED}


def test_an_opened_link_opens_in_no_other_browser_and_the_way_on_is_a_new_link(stage: Stage) -> None:
    stage.agreement()
    stage.work()
    token = stage.link(BORROWER)
    mine = stage.open(BORROWER)
    refused(lambda: open_invitation(stage.stores, stage.act(), token), "link.used")
    refused(lambda: open_invitation(stage.stores, stage.act(), token, present="0" * 64), "link.used")
    again = open_invitation(stage.stores, stage.act(), token, present=mine.session_token)
    assert again == mine
    stage.later(minutes=2)
    ask_for_link(stage.stores, stage.act(), token)
    stage.work()
    assert len(stage.messages(BORROWER, "link")) == 1
    assert session_of(stage.stores, mine.session_token, stage.now) is not None
    other = stage.open(BORROWER)
    assert session_of(stage.stores, mine.session_token, stage.now) is None
    assert session_of(stage.stores, other.session_token, stage.now) is not None


def test_a_forwarded_link_grants_nothing_without_the_code_that_goes_to_its_owner(stage: Stage) -> None:
    made = stage.agreement()
    stage.work()
    forwarded = stage.open(BORROWER)
    session = session_of(stage.stores, forwarded.session_token, stage.now)
    assert session is not None
    assert (session.is_confirmed, session.principal) == (False, VISITOR)
    refused(lambda: confirm_code(stage.stores, stage.act(), forwarded.session_token, "000000"), "code.none")
    assert stage.view(made).state is State.SENT


def test_a_code_is_worth_nothing_in_another_browser(stage: Stage) -> None:
    stage.agreement(party(), party("guarantor", "Wang Wei"))
    stage.work()
    mine = stage.open(BORROWER)
    theirs = stage.open("guarantor@example.com")
    code, other = stage.code(mine, BORROWER), stage.code(theirs, "guarantor@example.com")
    if code != other:
        refused(lambda: confirm_code(stage.stores, stage.act(), theirs.session_token, code), "code.wrong")
    confirm_code(stage.stores, stage.act(), mine.session_token, code)


def test_a_code_is_good_once(stage: Stage) -> None:
    stage.agreement()
    stage.work()
    opened = stage.open(BORROWER)
    code = stage.code(opened, BORROWER)
    assert confirm_code(stage.stores, stage.act(), opened.session_token, code).entry_id is not None
    refused(lambda: confirm_code(stage.stores, stage.act(), opened.session_token, code), "code.used")


@pytest.mark.parametrize("moved", [CODE_LIFE, -timedelta(hours=1)])
def test_a_code_of_another_time_is_out_of_date_late_or_from_a_clock_that_was_ahead(
    stage: Stage, moved: timedelta
) -> None:
    stage.agreement()
    stage.work()
    opened = stage.open(BORROWER)
    code = stage.code(opened, BORROWER)
    stage.now += moved
    expected = "code.expired" if moved > timedelta(0) else "session.ended"
    refused(lambda: confirm_code(stage.stores, stage.act(), opened.session_token, code), expected)


def confirming(stage: Stage, opened: Opened, code: str) -> Callable[[], object]:
    return lambda: confirm_code(stage.stores, stage.act(), opened.session_token, code)


def another(code: str) -> str:
    return "111111" if code != "111111" else "222222"


def test_guessing_ends_after_five_attempts_at_a_code_and_twenty_in_a_day(stage: Stage) -> None:
    stage.agreement()
    stage.work()
    opened = stage.open(BORROWER)
    for _ in range(MOST_FAILURES_PER_DAY // MAX_ATTEMPTS):
        code = stage.code(opened, BORROWER)
        for _ in range(MAX_ATTEMPTS):
            refused(confirming(stage, opened, another(code)), "code.wrong")
        stage.later(minutes=15)
    refused(confirming(stage, opened, stage.code(opened, BORROWER)), "code.locked")


def test_a_code_that_was_guessed_at_five_times_is_worth_nothing(stage: Stage) -> None:
    stage.agreement()
    stage.work()
    opened = stage.open(BORROWER)
    code = stage.code(opened, BORROWER)
    for _ in range(MAX_ATTEMPTS):
        refused(confirming(stage, opened, another(code)), "code.wrong")
    refused(confirming(stage, opened, code), "code.expired")


def test_codes_are_sent_at_most_once_a_minute_over_all_browsers_of_one_person(stage: Stage) -> None:
    stage.agreement()
    stage.work()
    first = stage.open(BORROWER)
    stage.code(first, BORROWER)
    token = hand_over(stage.stores, stage.act(), first.session_token)
    second = open_invitation(stage.stores, stage.act(), token)
    refused(lambda: send_code(stage.stores, stage.act(), second.session_token, stage.senders), "code.too-often")
    stage.later(seconds=61)
    stage.code(second, BORROWER)


def test_going_on_in_another_browser_keeps_the_place_but_asks_for_a_code_there(stage: Stage) -> None:
    made = stage.agreement()
    stage.work()
    first, confirmed = stage.enter(BORROWER)
    token = hand_over(stage.stores, stage.act(), first.session_token)
    second = open_invitation(stage.stores, stage.act(), token)
    assert session_of(stage.stores, first.session_token, stage.now) is None
    session = session_of(stage.stores, second.session_token, stage.now)
    assert session is not None
    assert not session.is_confirmed
    assert Step.VIEWED in ceremony_of(stage.view(made)).seat(confirmed.principal.id).done
    stage.later(minutes=11)
    third = hand_over(stage.stores, stage.act(), second.session_token)
    stage.later(minutes=11)
    refused(lambda: open_invitation(stage.stores, stage.act(), third), "link.expired")


def test_a_link_and_a_session_end(stage: Stage) -> None:
    stage.agreement()
    stage.work()
    token, start = stage.link(BORROWER), stage.now
    stage.now = start + INVITATION_LIFE
    refused(lambda: open_invitation(stage.stores, stage.act(), token), "link.expired")
    stage.now = start
    opened = stage.open(BORROWER)
    stage.now = start + SESSION_LIFE
    assert session_of(stage.stores, opened.session_token, stage.now) is None
    refused(lambda: send_code(stage.stores, stage.act(), opened.session_token, stage.senders), "session.ended")


def test_an_older_link_is_dead_once_a_newer_one_was_sent(stage: Stage) -> None:
    stage.agreement()
    stage.work()
    old = stage.link(BORROWER)
    stage.later(minutes=2)
    ask_for_link(stage.stores, stage.act(), old)
    stage.work()
    refused(lambda: open_invitation(stage.stores, stage.act(), old), "link.replaced")
    stage.open(BORROWER)


def test_asking_for_links_tells_nothing_and_is_limited(stage: Stage) -> None:
    stage.agreement()
    stage.work()
    token = stage.link(BORROWER)
    ask_for_link(stage.stores, stage.act(), "f" * 64)
    for _ in range(3):
        ask_for_link(stage.stores, stage.act(), token)
    stage.work()
    assert stage.messages(BORROWER, "link") == []
    refused(lambda: ask_for_link(stage.stores, stage.act(), "no link"), "link.unknown")


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "A" * 64])
def test_what_is_no_link_opens_nothing(stage: Stage, token: str) -> None:
    refused(lambda: open_invitation(stage.stores, stage.act(), token), "link.unknown")
    assert session_of(stage.stores, token, stage.now) is None
    assert session_of(stage.stores, None, stage.now) is None


def test_a_code_goes_by_the_way_that_is_wanted_known_and_offered(stage: Stage) -> None:
    stage.agreement(party(person=person("borrower", phone="+8613800138000")))
    stage.work()
    opened = stage.open(BORROWER)
    sent = send_code(stage.stores, stage.act(), opened.session_token, stage.senders)
    assert (sent.channel, sent.address, sent.wait_seconds) == (Channel.SMS, "+86…00", 60)
    stage.later(minutes=2)
    by_mail = send_code(stage.stores, stage.act(), opened.session_token, stage.senders, Channel.EMAIL)
    assert (by_mail.channel, by_mail.address) == (Channel.EMAIL, "b…@example.com")
    stage.later(minutes=2)
    none = Senders({})
    refused(lambda: send_code(stage.stores, stage.act(), opened.session_token, none), "code.no-channel")


def test_codes_that_could_not_be_sent_say_so_and_count_in_the_hour(stage: Stage) -> None:
    stage.agreement()
    stage.work()
    opened = stage.open(BORROWER)
    for _ in range(MOST_PER_HOUR):
        stage.outbox.fail()
        refused(lambda: send_code(stage.stores, stage.act(), opened.session_token, stage.senders), "message.not-sent")
    refused(lambda: send_code(stage.stores, stage.act(), opened.session_token, stage.senders), "code.too-often")
    stage.later(hours=1, minutes=1)
    stage.code(opened, BORROWER)


class FullOutbox:
    """Takes nothing, and so tells nobody."""

    def offers(self, channel: Channel) -> bool:
        return channel is Channel.EMAIL

    def hand_over(self, message: Message, told: Told) -> None:
        raise Unavailable("message.not-sent", f"too many messages wait; this {message.kind} is not among them ({told})")


def test_a_code_that_nobody_took_is_not_said_to_be_on_its_way(stage: Stage) -> None:
    stage.agreement()
    stage.work()
    opened = stage.open(BORROWER)
    refused(lambda: send_code(stage.stores, stage.act(), opened.session_token, FullOutbox()), "message.not-sent")
    step = doorstep(stage.stores, stage.act(), opened.session_token)
    assert (step.is_sending, step.delivery_failed, step.wait_seconds) == (False, True, 0)


def test_of_many_browsers_that_open_one_link_at_once_one_gets_in(any_stage: Stage) -> None:
    any_stage.agreement()
    any_stage.work()
    token = any_stage.link(BORROWER)

    def attempt(_: int) -> str:
        try:
            return open_invitation(any_stage.stores, any_stage.act(), token).session_token
        except LedgerError as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(attempt, range(6)))
    assert sorted(answers, key=len)[:5] == ["link.used"] * 5


def test_of_many_guesses_at_once_no_more_than_five_are_heard(any_stage: Stage) -> None:
    any_stage.agreement()
    any_stage.work()
    opened = any_stage.open(BORROWER)
    code = any_stage.code(opened, BORROWER)
    guess = "111111" if code != "111111" else "222222"

    def attempt(_: int) -> str:
        try:
            confirm_code(any_stage.stores, any_stage.act(), opened.session_token, guess)
        except LedgerError as error:
            return error.code
        return "let in"

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(attempt, range(12)))
    assert answers == ["code.expired"] * 7 + ["code.wrong"] * 5


def test_a_code_used_by_two_requests_at_once_confirms_once(any_stage: Stage) -> None:
    any_stage.agreement()
    any_stage.work()
    opened = any_stage.open(BORROWER)
    code = any_stage.code(opened, BORROWER)

    def attempt(_: int) -> str:
        try:
            return str(confirm_code(any_stage.stores, any_stage.act(), opened.session_token, code).entry_id is not None)
        except LedgerError as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(attempt, range(4)))
    assert answers == ["True", "code.used", "code.used", "code.used"]


def test_no_secret_is_kept_in_the_database(stage: Stage) -> None:
    stage.agreement()
    stage.work()
    token = stage.link(BORROWER)
    opened = stage.open(BORROWER)
    code = stage.code(opened, BORROWER)
    found = stage.stores.database.read(
        lambda tx: [
            str(row)
            for table in ("invitation", "signer_session", "one_time_code", "notice")
            for row in tx.exec_driver_sql(f"SELECT * FROM {table}")  # noqa: S608  # our own tables
        ]
    )
    text = "\n".join(found)
    assert text
    for secret in (token, opened.session_token, f"'{code}'", BORROWER):
        assert secret not in text
