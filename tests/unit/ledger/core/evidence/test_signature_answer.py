"""Answer 2: each way in which a signature can be other than it seems."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from ledger.core.evidence.answers import Answer, AnswerName, Verdict
from ledger.core.evidence.trust import InstitutionKey, TrustPolicy
from ledger.core.evidence.verify_file import verify
from ledger.core.log.checkpoint import Checkpoint
from signing.canonical import Json
from signing.statement_parts import Head, SeenCheckpoint
from support.evidence_material import AGREEMENT, FILE, INSTITUTION, LEADING, NOW, Built, Plan, build, party, signer_of
from support.trees import flip, leaves_of, naive_root

SOUND = build()


def answer_of(built: Built, material: bytes | None = None, policy: TrustPolicy | None = None) -> Answer:
    return verify(FILE, material or built.material, policy or built.policy, now=NOW)[AnswerName.SIGNATURES]


def codes(answer: Answer) -> list[str]:
    return [reason.code for reason in answer.reasons]


def signature_json(n: int) -> dict[str, Json]:
    [opening] = [item for item in SOUND.package.receipts[n - 1].openings if item.field == "signature"]
    assert isinstance(opening.value, dict)
    return opening.value


def statement_text(n: int) -> str:
    [opening] = [item for item in SOUND.package.receipts[n - 1].openings if item.field == "statement"]
    assert isinstance(opening.value, str)
    return opening.value


def test_sound_signatures_name_their_signers_and_whose_word_it_is() -> None:
    answer = answer_of(SOUND)
    assert answer.verdict is Verdict.YES
    valid = [reason.facts for reason in answer.reasons if reason.code == "signatures.valid"]
    assert [(facts["name"], facts["role"]) for facts in valid] == [
        ("王小明", "borrower"),
        ("Li Hua", "guarantor"),
        ("Example Bank", "lender"),
    ]
    assert [facts["key_id"] for facts in valid] == [party(place).pen.key_id for place in range(3)]
    assert codes(answer).count("signatures.lenders-word") == 3


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"agreement": "another"}, "statement.wrong-agreement"),
        ({"document_sha256": bytes(32)}, "statement.wrong-document"),
        ({"document_bytes": 1}, "statement.wrong-document"),
        ({"terms_sha256": bytes(32)}, "statement.wrong-terms"),
        ({"consent_sha256": bytes(32)}, "statement.wrong-consent"),
        ({"chain_id": 1}, "statement.wrong-chain"),
        ({"log": "another.example/log"}, "statement.wrong-log"),
        ({"signer": "s-2"}, "signatures.signer-differs"),
        ({"role": "guarantor"}, "statement.wrong-signer"),
        ({"key_id": party(1).pen.key_id}, "statement.wrong-signer"),
        ({"expires_at": "2026-11-23T15:04:02.000Z"}, "statement.expired"),
        ({"expires_at": "2027-11-23T15:04:02.000Z"}, "statement.too-long"),
        ({"head": Head(2, bytes(32))}, "signatures.head-differs"),
        ({"head": Head(9, bytes(32))}, "signatures.head-differs"),
        ({"head": Head(1, bytes(32))}, "signatures.head-differs"),
        ({"checkpoint": SeenCheckpoint(LEADING + 2, bytes(32))}, "signatures.checkpoint-differs"),
        ({"nonce": sha256(b"nonce 3").digest()}, "signatures.nonce-reused"),
    ],
)
def test_statement_about_something_else_is_refused(changes: dict[str, object], code: str) -> None:
    answer = answer_of(build(Plan(statements={2: changes})))
    assert (answer.verdict, answer.because) == (Verdict.NO, code)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({(2, "signature"): signature_json(4)}, "signature.wrong-key"),
        ({(2, "signature"): signature_json(2) | {"value": "00" * 64}}, "signature.invalid"),
        ({(2, "signature"): {"suite": "ed25519"}}, "signatures.refused"),
        ({(2, "signature"): "signed"}, "signatures.refused"),
        ({(2, "statement"): "tally/statement/v2\n{}"}, "signatures.refused"),
        ({(2, "statement"): ["text"]}, "signatures.refused"),
        ({(2, "statement"): statement_text(3)}, "signatures.signer-differs"),
        ({(2, "signer"): 7}, "signatures.refused"),
        ({(2, "signer"): "s-9"}, "signatures.signer-differs"),
        ({(2, "document"): "a hash"}, "signatures.refused"),
        ({(2, "document"): {"sha256": "00" * 32, "bytes": FILE.byte_length}}, "statement.wrong-document"),
        ({(1, "parties"): []}, "signatures.parties-malformed"),
        (
            {(1, "parties"): [party(0).to_json(), party(1).to_json() | {"signer": "s-1"}]},
            "signatures.parties-malformed",
        ),
        ({(1, "parties"): "nobody"}, "signatures.parties-malformed"),
        ({(1, "terms"): {}}, "signatures.parties-malformed"),
    ],
)
def test_recorded_part_that_does_not_hold_is_refused(values: dict[tuple[int, str], Json], code: str) -> None:
    answer = answer_of(build(Plan(values=values)))
    assert answer.verdict is Verdict.NO
    assert code in codes(answer)


def test_wallet_signature_over_other_facts_is_refused() -> None:
    value = signature_json(3)["value"]
    assert isinstance(value, str)
    changed = signature_json(3) | {"value": flip(bytes.fromhex(value), 100).hex()}
    answer = answer_of(build(Plan(values={(3, "signature"): changed})))
    assert (answer.verdict, answer.because) == (Verdict.NO, "signature.invalid")


@pytest.mark.parametrize("name", ["document", "signature", "signer", "statement"])
def test_part_of_a_signature_that_is_not_shown_leaves_it_unchecked(name: str) -> None:
    answer = answer_of(SOUND, SOUND.with_receipt(2, openings=SOUND.openings(2, name)))
    assert (answer.verdict, answer.because) == (Verdict.NOT_CHECKED, "signatures.not-opened")
    assert answer.reasons[0].facts == {"n": 2, "fields": name}


@pytest.mark.parametrize(("n", "name"), [(1, "parties"), (1, "terms"), (2, "signature"), (3, "signer")])
def test_part_that_is_shown_otherwise_than_committed_is_refused(n: int, name: str) -> None:
    openings = [replace(item, salt=flip(item.salt, 3)) if item.field == name else item for item in SOUND.openings(n)]
    answer = answer_of(SOUND, SOUND.with_receipt(n, openings=tuple(openings)))
    assert (answer.verdict, answer.because) == (Verdict.NO, "signatures.opening-differs")
    assert answer.reasons[0].facts == {"n": n, "field": name}


def test_part_that_is_shown_twice_differently_is_refused() -> None:
    [right] = [item for item in SOUND.openings(2) if item.field == "signer"]
    both = (*SOUND.openings(2), replace(right, value="s-9"))
    assert answer_of(SOUND, SOUND.with_receipt(2, openings=both)).because == "signatures.opening-differs"


def without(*numbers: int) -> bytes:
    kept = tuple(item for n, item in enumerate(SOUND.package.receipts, start=1) if n not in numbers)
    return replace(SOUND.package, receipts=kept).to_bytes()


@pytest.mark.parametrize(
    ("material", "code"),
    [
        (lambda: without(2, 3, 4), "signatures.none"),
        (lambda: without(1), "signatures.parties-not-opened"),
        (lambda: SOUND.with_receipt(1, openings=SOUND.openings(1, "parties")), "signatures.parties-not-opened"),
        (lambda: without(3), "signatures.incomplete"),
    ],
)
def test_signatures_that_are_not_at_hand_leave_the_answer_open(material: Callable[[], bytes], code: str) -> None:
    answer = answer_of(SOUND, material())
    assert (answer.verdict, answer.because) == (Verdict.NOT_CHECKED, code)


def test_missing_signer_is_named() -> None:
    assert answer_of(SOUND, without(3, 4)).reasons[0].facts == {"missing": "Li Hua, Example Bank"}


def test_wrong_binding_is_found_even_where_the_parties_are_not_shown() -> None:
    built = build(Plan(statements={2: {"chain_id": 1}}))
    answer = answer_of(built, built.with_receipt(1, openings=()))
    assert (answer.verdict, answer.because) == (Verdict.NO, "statement.wrong-chain")


def test_signer_who_signed_twice_is_refused() -> None:
    answer = answer_of(build(Plan(signers=(0, 0, 2))))
    assert (answer.verdict, answer.because) == (Verdict.NO, "signatures.twice")


def test_two_creations_of_one_agreement_are_refused() -> None:
    answer = answer_of(build(Plan(types={3: "agreement.created"})))
    assert (answer.verdict, answer.because) == (Verdict.NO, "signatures.parties-malformed")


@pytest.mark.parametrize("ending", ["agreement.voided", "agreement.expired"])
def test_agreement_that_was_ended_is_said(ending: str) -> None:
    answer = answer_of(build(Plan(types={4: ending})))
    assert (answer.verdict, answer.because) == (Verdict.NOT_CHECKED, "signatures.ended")
    assert answer.reasons[0].facts == {"n": 4}


@pytest.mark.parametrize("own", [True, False])
def test_checkpoint_that_a_signer_saw_is_compared_with_those_at_hand(*, own: bool) -> None:
    root = naive_root(leaves_of(LEADING)) if own else bytes(32)
    policy = replace(SOUND.policy, checkpoints=(Checkpoint(SOUND.policy.logs[0].origin, LEADING, root),))
    answer = answer_of(SOUND, policy=policy)
    assert (answer.verdict is Verdict.YES) == own
    assert ("signatures.checkpoint-differs" in codes(answer)) != own


def test_head_that_is_not_at_hand_is_held_against_the_previous_hash() -> None:
    built = build(Plan(statements={2: {"head": Head(1, bytes(32))}}))
    material = replace(built.package, receipts=built.package.receipts[1:]).to_bytes()
    assert answer_of(built, material).because == "signatures.head-differs"


def test_policy_without_a_chain_or_terms_notes_what_was_not_compared() -> None:
    answer = answer_of(SOUND, policy=replace(SOUND.policy, chain=None))
    assert answer.verdict is Verdict.YES
    assert codes(answer).count("signatures.chain-not-pinned") == 1


def test_lender_whose_key_the_policy_pins_needs_no_word() -> None:
    pinned = (InstitutionKey(INSTITUTION, party(2).pen), InstitutionKey("another", party(0).pen))
    answer = answer_of(SOUND, policy=replace(SOUND.policy, institution_keys=pinned))
    assert answer.verdict is Verdict.YES
    assert codes(answer).count("signatures.lenders-word") == 2
    assert codes(answer).count("signatures.pinned-key") == 1


def test_lender_with_another_key_than_the_pinned_one_is_refused() -> None:
    pinned = (InstitutionKey(INSTITUTION, signer_of(0).public),)
    answer = answer_of(SOUND, policy=replace(SOUND.policy, institution_keys=pinned))
    assert (answer.verdict, answer.because) == (Verdict.NO, "signatures.key-not-pinned")


def test_parties_of_an_entry_that_is_not_in_the_log_prove_nothing() -> None:
    answer = answer_of(SOUND, SOUND.with_receipt(1, path=()))
    assert (answer.verdict, answer.because) == (Verdict.NOT_CHECKED, "signatures.record-unproven")


def test_agreement_id_is_that_of_the_material() -> None:
    assert SOUND.package.agreement == AGREEMENT


def replaced(parties: Json) -> Plan:
    """The second party came in another's place, before anybody signed: entry 2 lists the parties anew."""
    before: list[Json] = [party(0).to_json(), {**party(1).to_json(), "signer": "s-9", "key": None}, party(2).to_json()]
    return Plan(
        types={2: "agreement.signer-replaced"},
        values={(1, "parties"): before, (2, "parties"): parties},
        signers=(0, 1, 2),
    )


NOW_PARTIES: list[Json] = [party(place).to_json() for place in range(3)]


def test_a_party_who_came_in_another_s_place_is_judged_by_the_newest_list() -> None:
    answer = answer_of(build(replaced(NOW_PARTIES)))
    names = [reason.facts["name"] for reason in answer.reasons if reason.code == "signatures.valid"]
    assert names == [party(1).name, party(2).name]
    assert "signatures.incomplete" in codes(answer)


def test_a_newest_list_that_is_hidden_altered_or_malformed_is_no_list_to_go_by() -> None:
    built = build(replaced(NOW_PARTIES))
    hidden = built.with_receipt(2, openings=built.openings(2, "parties"))
    assert "signatures.parties-not-opened" in codes(answer_of(built, hidden))
    opened = built.openings(2)
    other = tuple(replace(item, value=[]) if item.field == "parties" else item for item in opened)
    assert "signatures.opening-differs" in codes(answer_of(built, built.with_receipt(2, openings=other)))
    assert "signatures.parties-malformed" in codes(answer_of(build(replaced("all"))))
