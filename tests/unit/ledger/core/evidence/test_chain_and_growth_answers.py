"""Answers 4, 5 and 6: the anchor, the history and the witnesses of the checkpoints at hand."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ledger.core.evidence.answers import AnswerName, Report, Verdict
from ledger.core.evidence.package import Growth
from ledger.core.evidence.trust import PinnedHeader, TrustedChain, TrustPolicy
from ledger.core.evidence.verify_file import NOTHING_CONFIRMED, ConfirmedHeader, verify
from ledger.core.log.checkpoint import Checkpoint
from ledger.core.log.note import Note, NoteSignature, format_note, parse_note
from ledger.core.log.proofs import consistency_path
from ledger.core.log.receipt_chain import AnchorFact, AnchorState, ChainProof
from support.evidence_material import BLOCK, FILE, NOW, WITNESSES, Built, Plan, build, witness
from support.fixed_keys import ORIGIN
from support.trees import flip, naive_root, reader_of

SOUND = build()
SIZE = len(SOUND.leaves)


def anchor() -> AnchorFact:
    fact = SOUND.package.receipts[0].anchor
    assert fact is not None
    return fact


def proof() -> ChainProof:
    found = anchor().proof
    assert found is not None
    return found


def chain() -> TrustedChain:
    assert SOUND.policy.chain is not None
    return SOUND.policy.chain


def report_of(
    built: Built,
    policy: TrustPolicy | None = None,
    confirmed: ConfirmedHeader | None = None,
    changes: Mapping[str, object] | None = None,
) -> Report:
    fact = built.package.receipts[0].anchor
    assert fact is not None
    changed = replace(fact, **(changes or {}))  # type: ignore[arg-type]  # tests name real fields
    receipts = tuple(replace(item, anchor=changed) for item in built.package.receipts)
    material = replace(built.package, receipts=receipts).to_bytes()
    known = {BLOCK: confirmed} if confirmed else NOTHING_CONFIRMED
    return verify(FILE, material, policy or built.policy, now=NOW, confirmed=known)


def outcome(report: Report, name: AnswerName = AnswerName.CHAIN) -> tuple[Verdict, str]:
    return report[name].verdict, report[name].because


UNPINNED = replace(SOUND.policy, chain=replace(chain(), headers=()))


def test_pinned_block_makes_the_anchor_final() -> None:
    report = report_of(SOUND)
    assert outcome(report) == (Verdict.YES, "chain.final")
    assert report[AnswerName.CHAIN].reasons[0].facts == {
        "size": SIZE,
        "chain_id": chain().chain_id,
        "number": BLOCK,
        "hash": anchor().block_hash.hex(),
    }
    assert outcome(report, AnswerName.APPEND_ONLY) == (Verdict.YES, "append.anchored")


@pytest.mark.parametrize(
    ("confirmed", "expected", "grade"),
    [
        (ConfirmedHeader(anchor().block_hash, is_final=True), (Verdict.YES, "chain.final"), "grade.final"),
        (ConfirmedHeader(anchor().block_hash, is_final=False), (Verdict.NOT_CHECKED, "chain.not-final"), "grade.mined"),
        (ConfirmedHeader(bytes(32), is_final=True), (Verdict.NO, "chain.header-differs"), "grade.logged"),
        (None, (Verdict.NOT_CHECKED, "chain.header-unconfirmed"), "grade.logged"),
    ],
)
def test_node_of_the_caller_decides_where_nothing_is_pinned(
    confirmed: ConfirmedHeader | None, expected: tuple[Verdict, str], grade: str
) -> None:
    report = report_of(SOUND, UNPINNED, confirmed)
    assert outcome(report) == expected
    assert report.grade.code == grade
    assert (report[AnswerName.APPEND_ONLY].verdict is Verdict.YES) == (expected[0] is Verdict.YES)


@pytest.mark.parametrize("state", list(AnchorState))
def test_receipts_word_for_its_state_counts_for_nothing(state: AnchorState) -> None:
    assert outcome(report_of(SOUND, UNPINNED, changes={"state": state})) == (
        Verdict.NOT_CHECKED,
        "chain.header-unconfirmed",
    )
    assert outcome(report_of(SOUND, changes={"state": state})) == (Verdict.YES, "chain.final")


def test_pinned_block_and_node_that_disagree_are_a_contradiction() -> None:
    assert outcome(report_of(SOUND, confirmed=ConfirmedHeader(bytes(32), is_final=True))) == (
        Verdict.NO,
        "chain.header-differs",
    )
    other = replace(SOUND.policy, chain=replace(chain(), headers=(PinnedHeader(BLOCK, bytes(32)),)))
    assert outcome(report_of(SOUND, other)) == (Verdict.NO, "chain.header-differs")


def test_pinned_block_of_another_number_confirms_nothing() -> None:
    other = replace(SOUND.policy, chain=replace(chain(), headers=(PinnedHeader(BLOCK + 1, anchor().block_hash),)))
    assert outcome(report_of(SOUND, other)) == (Verdict.NOT_CHECKED, "chain.header-unconfirmed")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"chain_id": 1}, "chain.wrong-chain"),
        ({"registry": bytes(20)}, "chain.wrong-registry"),
        ({"log_id": bytes(32)}, "chain.wrong-log-id"),
        ({"size": SIZE - 1}, "chain.checkpoint-differs"),
        ({"block_hash": bytes(32)}, "chain.proof-refused"),
        ({"block_number": BLOCK + 1}, "chain.proof-refused"),
        ({"block_number": BLOCK - 1}, "chain.proof-refused"),
        ({"proof": replace(proof(), code_hash=bytes(32))}, "chain.proof-refused"),
        ({"proof": replace(proof(), account_proof=())}, "chain.proof-refused"),
        ({"proof": replace(proof(), header_rlp=flip(proof().header_rlp, 2000))}, "chain.proof-refused"),
    ],
)
def test_anchor_that_does_not_hold_is_refused(changes: dict[str, object], code: str) -> None:
    assert outcome(report_of(SOUND, changes=changes)) == (Verdict.NO, code)


@pytest.mark.parametrize("plan", [Plan(anchored_size=SIZE + 1), Plan(anchored_root=bytes([7] * 32))])
def test_registry_with_another_size_or_root_is_refused(plan: Plan) -> None:
    built = build(plan)
    report = report_of(built)
    assert outcome(report) == (Verdict.NO, "chain.proof-refused")
    assert report[AnswerName.CHAIN].reasons[0].facts == {"cause": "chain.other-head"}


def test_state_of_a_later_block_proves_an_earlier_anchor() -> None:
    report = report_of(SOUND, changes={"block_number": BLOCK - 3, "block_hash": bytes(32)})
    assert outcome(report) == (Verdict.YES, "chain.final")


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (replace(SOUND.policy, chain=None), "chain.none-trusted"),
        (replace(SOUND.policy, chain=replace(chain(), log_ids={})), "chain.log-not-pinned"),
    ],
)
def test_policy_that_names_no_place_on_a_chain_leaves_the_answer_open(policy: TrustPolicy, code: str) -> None:
    assert outcome(report_of(SOUND, policy)) == (Verdict.NOT_CHECKED, code)


def test_anchor_without_a_proof_leaves_the_answer_open() -> None:
    assert outcome(report_of(SOUND, changes={"proof": None})) == (Verdict.NOT_CHECKED, "chain.no-proof")


def test_log_that_the_registry_marks_as_equivocating_is_refused() -> None:
    built = build(Plan(flags=1))
    assert outcome(report_of(built), AnswerName.APPEND_ONLY) == (Verdict.NO, "append.equivocation")
    unpinned = replace(built.policy, chain=replace(chain(), headers=()))
    assert outcome(report_of(built, unpinned), AnswerName.APPEND_ONLY)[1] == "append.nothing-to-compare"


def test_log_that_was_succeeded_still_stands() -> None:
    assert outcome(report_of(build(Plan(flags=2))), AnswerName.APPEND_ONLY) == (Verdict.YES, "append.anchored")


def pinned(size: int, root: bytes | None = None) -> TrustPolicy:
    checkpoint = Checkpoint(ORIGIN, size, naive_root(SOUND.leaves[:size]) if root is None else root)
    return replace(SOUND.policy, chain=None, checkpoints=(checkpoint,))


def growth_report(policy: TrustPolicy, *growths: Growth) -> tuple[Verdict, str]:
    material = replace(SOUND.package, growths=growths).to_bytes()
    return outcome(verify(FILE, material, policy, now=NOW), AnswerName.APPEND_ONLY)


def growth(size1: int, **changes: object) -> Growth:
    path = tuple(consistency_path(size1, SIZE, reader_of(SOUND.leaves)))
    return replace(Growth(ORIGIN, size1, SIZE, path), **changes)  # type: ignore[arg-type]  # tests name real fields


def test_pinned_checkpoint_of_the_same_size_settles_the_history() -> None:
    assert growth_report(pinned(SIZE)) == (Verdict.YES, "append.pinned")


def test_pinned_checkpoint_with_another_root_is_a_split_view() -> None:
    assert growth_report(pinned(SIZE, bytes(32))) == (Verdict.NO, "append.split-view")


@pytest.mark.parametrize("size", [1, 4, 7, SIZE - 1])
def test_consistency_proof_ties_the_log_to_a_pinned_checkpoint(size: int) -> None:
    assert growth_report(pinned(size), growth(size)) == (Verdict.YES, "append.consistent")


@pytest.mark.parametrize(
    "given_growth",
    [growth(4, path=()), growth(4, path=growth(5).path), growth(4, path=growth(4).path[::-1])],
    ids=["none", "of another size", "turned round"],
)
def test_consistency_proof_that_does_not_hold_is_refused(given_growth: Growth) -> None:
    assert growth_report(pinned(4), given_growth) == (Verdict.NO, "append.inconsistent")


def test_consistency_proof_with_a_rewritten_history_is_refused() -> None:
    assert growth_report(pinned(4, bytes(32)), growth(4)) == (Verdict.NO, "append.inconsistent")


@pytest.mark.parametrize(
    "given_growth", [growth(5), growth(4, origin="another.example/log"), growth(4, size2=SIZE + 1)]
)
def test_consistency_proof_of_something_else_ties_nothing(given_growth: Growth) -> None:
    assert growth_report(pinned(4), given_growth) == (Verdict.NOT_CHECKED, "append.nothing-to-compare")


def test_pinned_checkpoint_later_than_the_receipts_is_tied_as_well() -> None:
    longer = [*SOUND.leaves, bytes(32)]
    path = tuple(consistency_path(SIZE, SIZE + 1, reader_of(longer)))
    policy = pinned(SIZE + 1, naive_root(longer))
    assert growth_report(policy, Growth(ORIGIN, SIZE, SIZE + 1, path)) == (Verdict.YES, "append.consistent")


COSIGNED = build(Plan(witnesses=WITNESSES))


def witnesses_of(built: Built, policy: TrustPolicy) -> tuple[Verdict, str]:
    return outcome(verify(FILE, built.material, policy, now=NOW), AnswerName.WITNESSES)


def test_quorum_of_organisations_is_counted() -> None:
    assert witnesses_of(COSIGNED, COSIGNED.policy) == (Verdict.YES, "witnesses.quorum")


def test_policy_without_witnesses_leaves_the_answer_open() -> None:
    policy = replace(COSIGNED.policy, witnesses=(), quorum=0)
    assert witnesses_of(COSIGNED, policy) == (Verdict.NOT_CHECKED, "witnesses.none-trusted")


def test_checkpoint_without_cosignatures_is_below_the_quorum() -> None:
    assert witnesses_of(SOUND, COSIGNED.policy) == (Verdict.NOT_CHECKED, "witnesses.too-few")


def test_two_witnesses_of_one_organisation_count_once() -> None:
    three = (*(witness(name, "same") for name in WITNESSES), witness("third.example"))
    policy = replace(COSIGNED.policy, witnesses=three, quorum=2)
    assert witnesses_of(COSIGNED, policy) == (Verdict.NOT_CHECKED, "witnesses.too-few")


def test_cosignature_of_an_unknown_log_is_not_counted() -> None:
    policy = replace(COSIGNED.policy, logs=build(Plan(log="another.example/log")).policy.logs)
    assert witnesses_of(COSIGNED, policy) == (Verdict.NOT_CHECKED, "witnesses.too-few")


def test_cosignature_that_does_not_hold_is_refused() -> None:
    note = parse_note(COSIGNED.package.receipts[0].checkpoint)
    last = note.signatures[-1]
    forged = NoteSignature(last.name, last.key_hash, flip(last.value, 9))
    checkpoint = format_note(Note(note.text, (*note.signatures[:-1], forged)))
    report = verify(FILE, COSIGNED.with_receipt(1, checkpoint=checkpoint), COSIGNED.policy, now=NOW)
    assert outcome(report, AnswerName.WITNESSES) == (Verdict.NO, "witnesses.bad-signature")
    assert report[AnswerName.LOG].verdict is Verdict.YES
