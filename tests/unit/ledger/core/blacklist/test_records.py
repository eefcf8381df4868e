"""Epochs, versions, requests, answers, receipts: read strictly, refused with a code of their own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.core.blacklist import checks, epochs, receipts, versions
from ledger.core.blacklist.admission import (
    Member,
    check_epoch,
    check_fresh,
    check_member,
    check_quota,
    check_version,
    quota_share,
)
from ledger.core.blacklist.signed import MAX_RECORD_BYTES, Signed, read_json
from ledger.core.blacklist.tree import EMPTY_ROOT, Root
from ledger.core.log.instants import instant
from ledger.errors import Conflict, InvalidInput, LedgerError, NotAllowed, VerificationFailed
from signing.canonical import Json
from support.consortium import (
    CLEAN,
    EVALUATORS,
    NOW,
    PARTNER,
    REGISTRY,
    answer_of,
    consortium,
    opening_of,
    plan_of,
    receipt_about,
    request_about,
    sign,
    signed_answer,
    signed_request,
    signer,
)

GROUP = consortium()
EPOCH = GROUP.epoch
REQUEST = request_about(GROUP, CLEAN)
SIGNED_REQUEST = signed_request(REQUEST)
SIGNED_ANSWER = signed_answer(answer_of(GROUP, REQUEST, 1))
RECEIPT = receipt_about(GROUP, CLEAN)
OPENING = opening_of(GROUP, RECEIPT, CLEAN)
VERSION = GROUP.version.record


def changed(value: dict[str, Json], *path: str | int, to: Json) -> dict[str, Any]:
    """A JSON value with one member set to something else, at any depth."""
    copied: Any = {**value}
    at = copied
    for step in path[:-1]:
        at[step] = at[step].copy()
        at = at[step]
    at[path[-1]] = to
    return copied  # type: ignore[no-any-return]  # a JSON object


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(LedgerError) as error:
        work()
    return error.value.code


def test_records_survive_their_json() -> None:
    assert epochs.parse_signed_epoch(GROUP.signed_epoch.to_json()) == GROUP.signed_epoch
    assert epochs.parse_plan(EPOCH.plan.to_json()) == EPOCH.plan
    assert versions.parse_version(GROUP.version.to_json()) == GROUP.version
    assert checks.parse_signed_request(SIGNED_REQUEST.to_json()) == SIGNED_REQUEST
    assert checks.parse_signed_answer(SIGNED_ANSWER.to_json()) == SIGNED_ANSWER
    assert read_json(GROUP.signed_epoch.to_bytes(), "x.y") == GROUP.signed_epoch.to_json()
    assert read_json(GROUP.version.to_bytes(), "x.y") == GROUP.version.to_json()


def test_share_keys_follow_from_the_commitments() -> None:
    assert dict(EPOCH.share_keys) == GROUP.key.share_keys
    assert EPOCH.public_key == GROUP.key.public


def test_evaluators_of_one_institution_are_co_located() -> None:
    together = tuple(replace(evaluator, institution="inst-1") for evaluator in EPOCH.plan.evaluators)
    assert not EPOCH.is_co_located
    assert epochs.Epoch(replace(EPOCH.plan, evaluators=together), EPOCH.commitments).is_co_located


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("tag",), "tally/blacklist-epoch/v2"),
        (("purpose",), "scoring"),
        (("purpose",), 1),
        (("number",), 0),
        (("threshold",), 4),
        (("threshold",), 3),
        (("opens_at",), "2028-01-01T00:00:00.000Z"),
        (("opens_at",), "2026-01-01"),
        (("opens_at",), "2026-02-30T00:00:00.000Z"),
        (("commitments",), []),
        (("commitments", 0), "00" * 32),
        (("evaluators",), []),
        (("evaluators", 0, "index"), 2),
        (("evaluators", 0, "key"), EVALUATORS[2].public.to_json()),
        (("stretch", "passes"), 0),
        (("more",), 1),
    ],
)
def test_a_malformed_epoch_is_refused(path: tuple[str | int, ...], to: Json) -> None:
    assert refused(lambda: epochs.parse_epoch(changed(EPOCH.to_json(), *path, to=to))) == "epoch.malformed"


def test_a_plan_s_tag_is_checked() -> None:
    assert refused(lambda: epochs.parse_plan(changed(EPOCH.plan.to_json(), "tag", to="x"))) == "epoch.malformed"


def test_an_epoch_needs_every_evaluator_s_signature() -> None:
    signed = GROUP.signed_epoch
    assert refused(replace(signed, signatures=signed.signatures[:2]).check) == "epoch.not-all-signed"
    forged = (*signed.signatures[:2], sign(EPOCH, signer("stranger")))
    assert refused(replace(signed, signatures=forged).check) == "blacklist.signature"


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("record", "tag"), "x"),
        (("record", "number"), 0),
        (("record", "number"), 1),
        (("record", "root"), "00" * 32),
        (("record", "previous"), "00" * 32),
        (("record", "at"), 5),
        (("signature",), None),
    ],
)
def test_a_malformed_version_is_refused(path: tuple[str | int, ...], to: Json) -> None:
    assert (
        refused(lambda: versions.parse_version(changed(GROUP.version.to_json(), *path, to=to))) == "version.malformed"
    )


def test_versions_follow_one_another_or_the_registry_has_forked() -> None:
    third = versions.next_version(EPOCH.id, VERSION, root=Root(VERSION.root), count=VERSION.count, at=VERSION.at)
    versions.check_follows(VERSION, third)
    for other in (
        replace(third, number=4),
        replace(third, previous=bytes(32)),
        replace(third, epoch=bytes(32)),
    ):
        assert refused(lambda other=other: versions.check_follows(VERSION, other)) == "version.forked"  # type: ignore[misc]  # bound now


def test_the_first_version_names_none_before() -> None:
    first = versions.next_version(EPOCH.id, None, root=EMPTY_ROOT, count=0, at=VERSION.at)
    assert (first.number, first.previous) == (1, versions.NO_VERSION)


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("record", "tag"), "x"),
        (("record", "reason"), "curiosity"),
        (("record", "items"), []),
        (("record", "items", 0, "blinded"), "00" * 32),
        (("record", "items", 0, "blinded"), "01" + "00" * 31),
        (("record", "items", 0, "applicant"), "00"),
        (("record", "nonce"), "00"),
        (("record", "version"), 0),
        (("record", "at"), "now"),
        (("record", "identifier"), "11010519491231002X"),
        (("signature", "suite"), "rsa"),
    ],
)
def test_a_malformed_request_is_refused(path: tuple[str | int, ...], to: Json) -> None:
    value = changed(SIGNED_REQUEST.to_json(), *path, to=to)
    assert refused(lambda: checks.parse_signed_request(value)) == "check-request.malformed"


def test_a_batch_past_the_limit_is_refused() -> None:
    item = REQUEST.items[0].to_json()
    value = changed(SIGNED_REQUEST.to_json(), "record", "items", to=[item] * (checks.MAX_ITEMS + 1))
    assert refused(lambda: checks.parse_signed_request(value)) == "check-request.malformed"


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("record", "tag"), "x"),
        (("record", "evaluator"), 0),
        (("record", "elements"), []),
        (("record", "elements", 0), "ff" * 32),
        (("record", "proof"), "00" * 64),
        (("record", "proof"), "00"),
        (("record", "newest"), True),
    ],
)
def test_a_malformed_answer_is_refused(path: tuple[str | int, ...], to: Json) -> None:
    value = changed(SIGNED_ANSWER.to_json(), *path, to=to)
    assert refused(lambda: checks.parse_signed_answer(value)) == "check-answer.malformed"


def test_malformed_receipts_and_openings_are_refused() -> None:
    for data in (b"", b"{}", b"{ }", RECEIPT.to_bytes()[:-1], OPENING.to_bytes(), b"x" * 10):
        assert refused(lambda data=data: receipts.parse_check_receipt(data)) == "check-receipt.malformed"  # type: ignore[misc]  # bound now
    for data in (b"", b"{}", RECEIPT.to_bytes(), OPENING.to_bytes().replace(b'"item":0', b'"item":-1')):
        assert refused(lambda data=data: receipts.parse_check_opening(data)) == "check-opening.malformed"  # type: ignore[misc]  # bound now
    later = RECEIPT.to_bytes().replace(b"check-receipt/v1", b"check-receipt/v2")
    assert refused(lambda: receipts.parse_check_receipt(later)) == "check-receipt.malformed"
    later = OPENING.to_bytes().replace(b"check-opening/v1", b"check-opening/v2")
    assert refused(lambda: receipts.parse_check_opening(later)) == "check-opening.malformed"


def test_a_record_past_the_limit_is_refused() -> None:
    assert refused(lambda: read_json(b" " * (MAX_RECORD_BYTES + 1), "x.y")) == "x.y"


def test_a_signature_by_another_key_is_refused() -> None:
    assert refused(lambda: SIGNED_REQUEST.check(REGISTRY.public)) == "blacklist.signature"
    moved = Signed(SIGNED_REQUEST.record, sign(GROUP.version.record, PARTNER))
    assert refused(lambda: moved.check(PARTNER.public)) == "blacklist.signature"


def test_only_members_are_answered() -> None:
    member = Member("inst-1", PARTNER.public, 100)
    assert check_member(REQUEST, {"inst-1": member}) is member
    with pytest.raises(NotAllowed) as error:
        check_member(REQUEST, {})
    assert error.value.code == "check.not-a-member"


def test_another_or_a_closed_epoch_is_refused() -> None:
    check_epoch(REQUEST, EPOCH, NOW)
    assert refused(lambda: check_epoch(replace(REQUEST, epoch=bytes(32)), EPOCH, NOW)) == "check.wrong-epoch"
    assert refused(lambda: check_epoch(REQUEST, EPOCH, NOW + timedelta(days=200))) == "check.closed-epoch"


def test_a_request_from_another_time_is_refused() -> None:
    check_fresh(REQUEST, NOW + timedelta(seconds=120))
    for seconds in (121, -121):
        moved = NOW + timedelta(seconds=seconds)
        with pytest.raises(InvalidInput) as error:
            check_fresh(REQUEST, moved)
        assert error.value.code == "check.stale"


def test_only_the_newest_two_versions_are_answered() -> None:
    before = VERSION
    newest = versions.next_version(EPOCH.id, before, root=Root(bytes(31) + b"\x02"), count=3, at=before.at)
    check_version(REQUEST, before, None)
    check_version(REQUEST, newest, before)
    third = versions.next_version(EPOCH.id, newest, root=Root(bytes(31) + b"\x03"), count=3, at=before.at)
    with pytest.raises(Conflict) as error:
        check_version(REQUEST, third, newest)
    assert error.value.code == "check.old-version"
    assert refused(lambda: check_version(replace(REQUEST, root=bytes(32)), newest, before)) == "check.wrong-root"


@pytest.mark.parametrize(
    ("quota", "threshold", "evaluators", "share"), [(300, 2, 3, 200), (100, 2, 3, 67), (10, 1, 1, 10), (0, 2, 3, 0)]
)
def test_an_evaluator_grants_its_share_of_a_quota(quota: int, threshold: int, evaluators: int, share: int) -> None:
    assert quota_share(quota, threshold, evaluators) == share


def test_a_quota_that_is_used_up_is_refused() -> None:
    check_quota(60, 7, 67)
    assert refused(lambda: check_quota(60, 8, 67)) == "check.quota"


def test_times_have_one_spelling() -> None:
    assert instant("2026-11-26T09:30:00.000Z") == NOW
    for text in ("2026-11-26T09:30:00Z", "2026-11-26T09:30:00.000+00:00", "2026-02-30T00:00:00.000Z"):
        assert refused(lambda text=text: instant(text)) == "instant.malformed"  # type: ignore[misc]  # bound now


def test_an_unknown_evaluator_has_no_key() -> None:
    with pytest.raises(VerificationFailed):
        EPOCH.evaluator(4)
    assert EPOCH.evaluator(3).key == EVALUATORS[3].public
    assert plan_of().threshold == 2
