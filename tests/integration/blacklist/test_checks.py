"""The thin path over real HTTP: list, sync, check, verify the receipt offline; and what evaluators and registry refuse."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.wiring import ids
from ledger.core.blacklist.checks import CheckRequest, Item
from ledger.core.blacklist.identifiers import parse_identifier
from ledger.core.blacklist.judging import judge_check
from ledger.core.blacklist.policy import parse_check_policy
from ledger.core.blacklist.receipts import parse_check_opening, parse_check_receipt
from ledger.core.blacklist.signed import Signed
from ledger.core.blacklist.tokens import ask
from ledger.core.log.directory import format_instant
from ledger.errors import Conflict, InvalidInput, LedgerError, NotAllowed, Unavailable
from ledger.partner.asking import ask_evaluators
from ledger.partner.buckets import Buckets
from ledger.partner.checking import Subject
from ledger.partner.listing import prepare_listing
from support.blacklist_service import FRAUDSTER, HONEST, BlacklistService, Checker, with_partner
from support.consortium import STATEMENT, STRETCH, TODAY, sign, signer
from support.oprf import scalar_named

ELSEWHERE = parse_identifier("phone", "13812345678", TODAY)


def test_a_listed_subject_is_found_and_a_clean_one_is_proved_clean(blacklist: BlacklistService) -> None:
    prepared = blacklist.home.list_subject(FRAUDSTER)
    blacklist.publish()
    hit, clean = blacklist.neighbour.check(FRAUDSTER, HONEST)
    assert (hit.listed, clean.listed) == (True, False)
    ((shown, details),) = [pair for pair in hit.details() if pair[0].id == prepared.signed.record.id]
    assert (shown.state, shown.institution) == ("proposed", blacklist.home.partner.institution)
    assert isinstance(details, dict)
    assert details["reason"] == "forged-identity"
    policy = parse_check_policy(blacklist.neighbour.registry.get("policy"))
    for result in (hit, clean):
        receipt = parse_check_receipt(result.receipt.to_bytes())
        verdict = judge_check(receipt, parse_check_opening(result.opening.to_bytes()), policy)
        assert verdict.listed == result.listed
        assert verdict.facts.epoch.is_co_located


def test_a_delta_brings_a_copy_to_the_same_place_as_a_full_sync(blacklist: BlacklistService) -> None:
    before = blacklist.neighbour.synced()
    blacklist.home.list_subject(HONEST, replace(STATEMENT, reason="impersonation"))
    number = blacklist.publish()
    after, whole = blacklist.neighbour.synced(before), blacklist.neighbour.synced()
    assert after.version.record.number == number == whole.version.record.number
    assert after.records == whole.records != before.records
    assert after.details == whole.details


@pytest.mark.parametrize("number", ["99999999999999999999", "-1", "1.5", "x", ""])
@pytest.mark.parametrize(
    ("path", "name"), [("changes", "since"), ("details", "since"), ("buckets/100001010011", "version")]
)
def test_a_number_that_none_can_have_is_refused(blacklist: BlacklistService, path: str, name: str, number: str) -> None:
    epoch = blacklist.neighbour.epoch.id.hex()
    with pytest.raises(InvalidInput) as error:
        blacklist.neighbour.registry.get(f"epochs/{epoch}/{path}", **{name: number})
    assert error.value.code == "request.invalid"


def refused(checker: Checker, **changes: object) -> str:
    with pytest.raises(LedgerError) as error:
        with_partner(checker, **changes).check(HONEST)
    return error.value.code


def test_a_check_against_an_old_version_on_purpose_is_refused(blacklist: BlacklistService) -> None:
    old = blacklist.neighbour.synced()
    blacklist.publish()
    assert blacklist.neighbour.check(HONEST, view=old)  # the last but one
    blacklist.publish()
    with pytest.raises(Conflict) as error:
        blacklist.neighbour.check(HONEST, view=old)
    assert error.value.code == "check.old-version"


def test_a_request_from_another_time_is_refused(blacklist: BlacklistService) -> None:
    late = datetime.now(UTC) - timedelta(minutes=3)  # noqa: TID251  # held against the evaluators' real clock
    with pytest.raises(InvalidInput) as error:
        with_partner(blacklist.neighbour, now=lambda: late).check(HONEST)
    assert error.value.code == "check.stale"


def test_a_replayed_request_is_refused(blacklist: BlacklistService) -> None:
    (result,) = blacklist.neighbour.check(HONEST)
    request = result.receipt.request
    index = result.receipt.answers[0].record.evaluator
    with pytest.raises(Conflict) as error:
        blacklist.neighbour.evaluators.answer(index, request.to_bytes())
    assert error.value.code == "check.replayed"


def test_an_institution_that_is_no_member_or_signs_with_another_key_gets_no_answer(blacklist: BlacklistService) -> None:
    with pytest.raises(Unavailable, match=r"check\.not-a-member"):
        with_partner(blacklist.neighbour, institution="01936f2e-7c1a-7b3a-9d52-0a4f6a1c2e10").check(HONEST)
    with pytest.raises(Unavailable, match=r"blacklist\.signature"):
        with_partner(blacklist.neighbour, signer=signer("stranger")).check(HONEST)


def test_malformed_points_are_refused(blacklist: BlacklistService) -> None:
    (result,) = blacklist.neighbour.check(HONEST)
    good = result.receipt.request.to_bytes()
    blinded = result.receipt.request.record.items[0].blinded.hex().encode()
    for bad in (b"00" * 32, b"01" + b"00" * 31, b"ff" * 32):
        with pytest.raises(InvalidInput) as error:
            blacklist.neighbour.evaluators.answer(1, good.replace(blinded, bad))
        assert error.value.code == "check-request.malformed"


def test_a_quota_is_shared_among_the_evaluators(blacklist: BlacklistService) -> None:
    """300 a day, 2 of 3: each evaluator grants 200, so t of n together grant 300."""
    checker = blacklist.neighbour
    desk = checker.desk()
    item = Item(blinded=ask(HONEST, STRETCH, scalar_named("quota")).blinded, applicant=bytes(32), consent=bytes(32))
    request = CheckRequest(
        epoch=desk.epoch.id,
        institution=checker.partner.institution,
        reason="portfolio",
        version=desk.view.version.record.number,
        root=desk.view.version.record.root,
        items=(item,) * 201,
        at=format_instant(checker.partner.now()),
        nonce=checker.partner.random(32),
    )
    signed = Signed(request, sign(request, signer("neighbour", "blacklist-partner")))
    with pytest.raises(Unavailable, match=r"check\.quota"):
        ask_evaluators(desk.evaluators, desk.epoch, signed, [1, 2, 3])


def test_a_listing_by_another_s_key_or_for_debt_is_refused(blacklist: BlacklistService) -> None:
    with pytest.raises(InvalidInput) as error:
        blacklist.home.list_subject(HONEST, replace(STATEMENT, reason="overdue-debt"))
    assert error.value.code == "listing.overdue-debt"
    desk = blacklist.home.desk()
    prepared = prepare_listing(desk, Subject(HONEST, "x"), STATEMENT, ids.new_id())
    with pytest.raises(NotAllowed) as refusal:
        blacklist.neighbour.registry.post("listings", prepared.to_json(), once="a" * 16)
    assert refusal.value.code == "listing.not-a-member"


def test_a_bucket_proves_what_the_whole_list_proves(blacklist: BlacklistService) -> None:
    blacklist.home.list_subject(FRAUDSTER)
    blacklist.publish()
    snapshot = blacklist.neighbour.synced()
    buckets = Buckets(blacklist.neighbour.registry, snapshot.version)
    for identifier in (FRAUDSTER, HONEST, ELSEWHERE):
        (whole,) = blacklist.neighbour.check(identifier, view=snapshot)
        (part,) = blacklist.neighbour.check(identifier, view=buckets)
        assert part.opening.proof == whole.opening.proof
        assert part.listed == whole.listed
        assert part.details() == whole.details()
