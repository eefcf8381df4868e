"""A registry's answer to a subject: about its own token, signed, and whole for the version; anything else is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from ledger.core.blacklist.checks import request_hash
from ledger.core.blacklist.details import SEALED_BYTES
from ledger.core.blacklist.identifiers import Identifier
from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.blacklist.listings import Listing, Severity, Standard, leaf_value, leaf_value_of
from ledger.core.blacklist.signed import Signed, digest
from ledger.core.blacklist.sorted_leaves import SortedLeaves
from ledger.core.blacklist.subject_access import (
    Held,
    SubjectAccess,
    SubjectAnswer,
    SubjectRequest,
    check_request,
    judge_subject_access,
    parse_signed_subject_answer,
    parse_signed_subject_request,
    parse_subject_access,
)
from ledger.core.blacklist.tree import Root, Token
from ledger.core.blacklist.versions import next_version
from ledger.core.log.directory import format_instant
from ledger.errors import Conflict, InvalidInput, LedgerError, VerificationFailed
from signing.canonical import Json, encode
from support.consortium import (
    CLEAN,
    LISTED,
    NOW,
    PARTNER,
    REGISTRY,
    Consortium,
    consortium,
    opening_of,
    receipt_about,
    sign,
    signer,
)

SEALED = bytes(SEALED_BYTES)
LISTING = Listing(
    id="01936f2e-7c1a-7b3a-9d52-0a4f6a1c2e10",
    institution="inst-1",
    epoch=consortium().epoch.id,
    token=consortium().name(LISTED).token,
    reason="forged-identity",
    standard=Standard.DOCUMENTED,
    severity=Severity.HIGH,
    evidence=bytes(32),
    details=sha256(SEALED).digest(),
    at=format_instant(NOW),
    expires_at=format_instant(NOW + timedelta(days=700)),
)
OLDER = replace(LISTING, id="01936f2e-0000-7b3a-9d52-0a4f6a1c2e10", details=sha256(b"older").digest())
SHOWN = Held(
    listing=Signed(LISTING, sign(LISTING, PARTNER)), shown="confirmed", state="disputed", notified=True,
    suspends_at=format_instant(NOW + timedelta(days=30)),
)  # fmt: skip
ENDED = Held(listing=Signed(OLDER, sign(OLDER, PARTNER)), shown="", state="revoked", notified=False, suspends_at=None)


def group_showing(*shown: Held) -> Consortium:
    """Return a consortium whose newest version shows these listings under their token."""
    bare = consortium(())
    value = leaf_value_of([(held.listing.record, held.shown) for held in shown])
    leaves = SortedLeaves(bare.leaves.changed({LISTING.token: value}))
    before, at = bare.version.record, bare.version.record.at
    version = next_version(bare.epoch.id, before, root=Root(leaves.root()), count=len(leaves), at=at)
    return replace(bare, leaves=leaves, version=Signed(version, sign(version, REGISTRY)))


GROUP = group_showing(SHOWN)


def access_about(identifier: Identifier, *held: Held) -> SubjectAccess:
    receipt, token, version = receipt_about(GROUP, identifier), GROUP.name(identifier).token, GROUP.version.record
    request = SubjectRequest(
        institution="inst-1",
        epoch=GROUP.epoch.id,
        token=token,
        version=version.number,
        check=request_hash(receipt.request.record),
        identity=bytes(32),
        nonce=bytes(32),
        at=format_instant(NOW),
    )
    answer = SubjectAnswer(
        request=digest(request),
        epoch=GROUP.epoch.id,
        token=token,
        version=version.number,
        root=version.root,
        listings=held,
        at=format_instant(NOW),
    )
    return SubjectAccess(
        receipt=receipt,
        opening=opening_of(GROUP, receipt, identifier),
        request=Signed(request, sign(request, PARTNER)),
        answer=Signed(answer, sign(answer, REGISTRY)),
    )


GOOD = access_about(LISTED, SHOWN, ENDED)


def answering(**changes: object) -> SubjectAccess:
    answer = replace(GOOD.answer.record, **changes)  # type: ignore[arg-type]  # by name
    return replace(GOOD, answer=Signed(answer, sign(answer, REGISTRY)))


def asking(**changes: object) -> SubjectAccess:
    """The registry answers another request than the check's own."""
    request = replace(GOOD.request.record, **changes)  # type: ignore[arg-type]  # by name
    moved = answering(request=digest(request))
    return replace(moved, request=Signed(request, sign(request, PARTNER)))


def test_an_answer_survives_its_bytes_and_holds() -> None:
    found = parse_subject_access(GOOD.to_bytes())
    assert found == GOOD
    assert judge_subject_access(found, GROUP.policy).listed
    assert parse_signed_subject_request(GOOD.request.to_json()) == GOOD.request
    nothing = access_about(CLEAN)
    assert not judge_subject_access(nothing, GROUP.policy).listed
    assert leaf_value([(LISTING.id, "confirmed", SEALED)]) == leaf_value_of([(LISTING, "confirmed")])


def test_a_listing_of_an_institution_that_left_is_the_registry_s_word() -> None:
    gone = replace(LISTING, institution="left")
    held = replace(SHOWN, listing=Signed(gone, sign(gone, signer("left"))))
    judge_subject_access(answering(listings=(held,)), GROUP.policy)


@pytest.mark.parametrize(
    ("access", "code"),
    [
        (lambda: answering(listings=()), "subject-answer.incomplete"),
        (lambda: answering(listings=(SHOWN, replace(ENDED, shown="proposed"))), "subject-answer.incomplete"),
        (lambda: answering(listings=(replace(SHOWN, shown="proposed"),)), "subject-answer.incomplete"),
        (lambda: access_about(CLEAN, SHOWN), "subject-answer.other-subject"),
        (lambda: answering(token=Token(bytes(32))), "subject-answer.other-subject"),
        (lambda: answering(root=bytes(32)), "subject-answer.other-subject"),
        (lambda: asking(version=1), "subject-answer.other-subject"),
        (lambda: answering(request=bytes(32)), "subject-answer.other-request"),
        (lambda: asking(check=bytes(32)), "subject-answer.other-request"),
        (lambda: replace(GOOD, answer=Signed(GOOD.answer.record, sign(GOOD.answer.record, PARTNER))), "blacklist.signature"),
        (lambda: replace(GOOD, request=Signed(GOOD.request.record, sign(GOOD.request.record, REGISTRY))), "blacklist.signature"),
        (lambda: answering(listings=(replace(SHOWN, listing=Signed(LISTING, sign(LISTING, REGISTRY))),)), "blacklist.signature"),
        (lambda: replace(GOOD, opening=opening_of(GROUP, receipt_about(GROUP, CLEAN), CLEAN)), "check.other-receipt"),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_hold_is_refused(access: Callable[[], SubjectAccess], code: str) -> None:
    policy: CheckPolicy = GROUP.policy
    with pytest.raises(VerificationFailed) as error:
        judge_subject_access(access(), policy)
    assert error.value.code == code


def test_a_request_is_fresh_and_at_the_newest_version() -> None:
    request = GOOD.request.record
    check_request(request, request.version, NOW)
    with pytest.raises(Conflict) as old:
        check_request(request, request.version + 1, NOW)
    with pytest.raises(InvalidInput) as stale:
        check_request(request, request.version, NOW + timedelta(minutes=11))
    assert (old.value.code, stale.value.code) == ("subject-request.old-version", "subject-request.stale")


@pytest.mark.parametrize("change", [{"tag": "x"}, {"token": "00"}, {"version": 0}, {"more": 1}])
def test_malformed_requests_answers_and_files_are_refused(change: dict[str, Json]) -> None:
    for signed, parse in (
        (GOOD.request.to_json(), parse_signed_subject_request),
        (GOOD.answer.to_json(), parse_signed_subject_answer),
    ):
        record = signed["record"]
        assert isinstance(record, dict)
        with pytest.raises(InvalidInput) as error:
            parse({**signed, "record": {**record, **change}})
        assert error.value.code.endswith(".malformed")
    with pytest.raises(LedgerError):
        parse_subject_access(
            encode({"tag": "tally/subject-access/v2", "receipt": 1, "opening": 1, "request": 1, "answer": 1})
        )


@pytest.mark.parametrize("change", [{"shown": "revoked"}, {"state": ""}, {"notified": 1}, {"listing": {}}])
def test_a_malformed_listing_in_an_answer_is_refused(change: dict[str, Json]) -> None:
    held = {**SHOWN.to_json(), **change}
    with pytest.raises(InvalidInput):
        parse_signed_subject_answer(
            {**GOOD.answer.to_json(), "record": {**GOOD.answer.record.to_json(), "listings": [held]}}
        )
