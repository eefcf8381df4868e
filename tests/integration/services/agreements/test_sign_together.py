"""Signatures that are handed in at the same moment: each judged and written as if it came alone."""

import hashlib
from dataclasses import replace

from ledger.core.log.keys import Owner, OwnerKind, ProofGrade, Proofing, Purpose
from ledger.core.log.revocation import Ground
from ledger.errors import Conflict, LedgerError, Unavailable
from ledger.services.agreements.sign_together import sign_together
from ledger.services.agreements.signing import Looked, Signing, check, look, write
from ledger.services.context import Once, Written
from ledger.services.enrolling import NewKey, NewRevocation
from ledger.services.log.enrol_key import enrol_key
from ledger.services.log.revoke_key import revoke_key
from ledger.services.log.stop import stop
from signing.errors import SigningError
from support.stage import OFFICER, Stage, refused

ROUTE = "POST /v1/agreements/…/signatures"


def handed_in(stage: Stage, agreement_id: str, place: int = 0, key: str = "") -> Signing:
    """Return what a party hands in, under an Idempotency-Key of its own unless one is given."""
    new = stage.signature(agreement_id, place)
    once = Once(
        key=key or f"key-{agreement_id}-{place}", route=ROUTE, body_sha256=hashlib.sha256(new.statement).digest()
    )
    return Signing(replace(stage.act(OFFICER), once=once), agreement_id, new)


def code_of(answer: Written | Exception) -> str:
    if isinstance(answer, Written):
        return "written"
    assert isinstance(answer, LedgerError | SigningError), answer
    return answer.code


def test_all_that_are_good_are_written_by_one_commit(any_stage: Stage) -> None:
    both = any_stage.agreement(any_stage.keyed("borrower", "Lin"), any_stage.keyed("guarantor", "Zhao"))
    other = any_stage.agreement(any_stage.keyed("borrower", "Wang"))
    signings = [handed_in(any_stage, both, 0), handed_in(any_stage, both, 1), handed_in(any_stage, other)]
    commits = any_stage.stores.database.commits
    answers = sign_together(any_stage.stores, signings)
    assert [code_of(answer) for answer in answers] == ["written"] * 3
    assert any_stage.stores.database.commits - commits == (1 if any_stage.stores.database.joins_writers else 0)
    assert [len(any_stage.view(each).signatures) for each in (both, other)] == [2, 1]
    assert {any_stage.view(each).state for each in (both, other)} == {"signed"}


def test_what_is_wrong_with_one_does_not_touch_the_others(any_stage: Stage) -> None:
    agreement = any_stage.agreement(*(any_stage.keyed("borrower", f"Party {place}") for place in range(3)))
    first, second, third = (handed_in(any_stage, agreement, place) for place in range(3))
    forged = replace(second, new=replace(second.new, signature=first.new.signature))
    elsewhere = replace(third, agreement_id="01936f2e-0000-7000-8000-000000000000")
    broken = replace(third, new=replace(third.new, statement=third.new.statement + b" "))
    answers = sign_together(any_stage.stores, [forged, elsewhere, broken, first])
    assert [code_of(answer) for answer in answers] == [
        "signature.wrong-key", "agreement.unknown", "encoding.not-canonical", "written"
    ]  # fmt: skip
    assert [each.signer_id for each in any_stage.view(agreement).signatures] == [any_stage.signer(agreement, 0)]


def test_one_request_that_comes_twice_in_one_call_is_done_once_and_answered_twice(any_stage: Stage) -> None:
    agreement = any_stage.agreement(any_stage.keyed("borrower", "Lin"))
    signing = handed_in(any_stage, agreement)
    answers = sign_together(any_stage.stores, [signing, signing])
    assert answers[0] == answers[1] == sign_together(any_stage.stores, [signing])[0]
    assert isinstance(answers[0], Written)


def test_two_requests_with_one_statement_are_one_signature_and_one_conflict(stage: Stage) -> None:
    agreement = stage.agreement(stage.keyed("borrower", "Lin"), stage.keyed("borrower", "Wang"))
    signing = handed_in(stage, agreement)
    again = replace(signing, act=replace(signing.act, once=Once(key="another", route=ROUTE, body_sha256=bytes(32))))
    answers = sign_together(stage.stores, [signing, again])
    assert [code_of(answer) for answer in answers] == ["written", "statement.nonce-used"]


def test_one_idempotency_key_for_two_bodies_in_one_call_is_refused_to_the_second(stage: Stage) -> None:
    agreement = stage.agreement(stage.keyed("borrower", "Lin"), stage.keyed("borrower", "Wang"))
    answers = sign_together(
        stage.stores, [handed_in(stage, agreement, 0, "shared-key"), handed_in(stage, agreement, 1, "shared-key")]
    )
    assert code_of(answers[0]) == "written"
    assert isinstance(answers[1], Conflict)
    assert len(stage.view(agreement).signatures) == 1


def test_a_record_whose_key_was_destroyed_and_a_log_that_was_stopped_are_told_to_each(stage: Stage) -> None:
    erased, kept = (stage.agreement(stage.keyed("borrower", name)) for name in ("Lin", "Wang"))
    signings = [handed_in(stage, erased), handed_in(stage, kept)]
    stage.stores.record_keys.destroy(stage.view(erased).document.record_id, at="2026-11-27T00:00:00.000Z")
    stop(stage.stores.database, stage.ledger.log.id, Unavailable("test", "told to"), at="2026-11-27T00:00:00.000Z")
    answers = sign_together(stage.stores, signings)
    assert [code_of(answer) for answer in answers] == ["record-key.destroyed", "log.stopped"]


def test_nobody_is_answered_nothing(stage: Stage) -> None:
    assert sign_together(stage.stores, []) == []


def test_key_that_is_revoked_while_its_signature_is_checked_signs_nothing(any_stage: Stage) -> None:
    stores, key = any_stage.stores, any_stage.ledger.key
    agreement = any_stage.agreement(any_stage.keyed("borrower", "Lin"))
    signing = handed_in(any_stage, agreement)
    pen = next(iter(any_stage.keys.values())).public
    proofing = Proofing(provider="desk", grade=ProofGrade.LENDERS_WORD)
    new = NewKey(
        key=pen, purpose=Purpose.SIGN, owner=Owner(OwnerKind.CUSTOMER, any_stage.signer(agreement)), proofing=proofing
    )
    enrol_key(stores, any_stage.act(OFFICER), new, key)
    looked = stores.database.read(lambda tx: look(tx, signing))
    assert isinstance(looked, Looked)
    checked = check(stores, signing, looked, stores.record_keys.get(looked.record_id))
    revoke_key(stores, any_stage.act(OFFICER), NewRevocation(key_id=pen.key_id, ground=Ground.LOST), key)
    refused(lambda: stores.database.write(lambda tx: write(tx, stores, signing, checked)), "key.revoked")
    assert not any_stage.view(agreement).signatures
