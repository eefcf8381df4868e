"""A subject asks through an institution what is held on it: over real HTTP, whole, signed, once."""

from dataclasses import replace

import pytest

from ledger.core.blacklist.identifiers import parse_identifier
from ledger.core.blacklist.steps import Step
from ledger.core.blacklist.subject_access import SubjectAccess
from ledger.errors import Conflict, InvalidInput, LedgerError, NotAllowed
from ledger.partner.checking import Subject
from ledger.partner.subject_access import ask_what_is_held
from support.blacklist_service import BlacklistService, Checker
from support.consortium import TODAY

PERSON = parse_identifier("passport", "CHN:E20000001", TODAY)
IDENTITY = bytes([8]) * 32


def ask(checker: Checker) -> SubjectAccess:
    access, _ = ask_what_is_held(checker.desk(), checker.registry, checker.policy, Subject(PERSON, "held"), IDENTITY)
    return access


def test_what_is_held_is_answered_whole_and_counts_once(blacklist: BlacklistService) -> None:
    checker = replace(blacklist.third, policy=blacklist.third.policy)
    assert ask(checker).answer.record.listings == ()
    first = blacklist.home.list_subject(PERSON).signed.record.id
    second = blacklist.neighbour.list_subject(PERSON).signed.record.id
    blacklist.publish()
    blacklist.home.step(first, Step.REVOKE, "mistaken")
    blacklist.third.step(second, Step.DISPUTE, "by-subject", evidence=IDENTITY, identity=IDENTITY)
    access = ask(checker)
    held = {each.listing.record.id: (each.shown, each.state) for each in access.answer.record.listings}
    assert held == {first: ("proposed", "revoked"), second: ("proposed", "disputed")}
    with pytest.raises(Conflict) as replayed:
        checker.registry.post("subject-requests", {"request": access.request.to_json()}, once="a" * 16)
    assert replayed.value.code == "subject-request.replayed"
    blacklist.publish()
    held = {each.listing.record.id: (each.shown, each.state) for each in ask(checker).answer.record.listings}
    assert held == {first: ("", "revoked"), second: ("disputed", "disputed")}


def test_requests_by_strangers_or_at_an_old_version_are_refused(blacklist: BlacklistService) -> None:
    checker = blacklist.third
    good = ask(checker).request
    moved = replace(good, record=replace(good.record, nonce=bytes(32)))  # no longer what was signed
    foreign = replace(good, record=replace(good.record, institution=blacklist.home.partner.institution))
    for request, code in ((moved, "blacklist.signature"), (foreign, "listing.not-a-member")):
        with pytest.raises((InvalidInput, NotAllowed)) as error:
            checker.registry.post("subject-requests", {"request": request.to_json()}, once="b" * 16)
        assert error.value.code == code
    view = checker.synced()
    blacklist.publish()
    with pytest.raises(LedgerError) as old:
        ask_what_is_held(checker.desk(view), checker.registry, checker.policy, Subject(PERSON, "held"), IDENTITY)
    assert old.value.code == "subject-request.old-version"
