"""The verifier from end to end: one sound agreement, and what each change to it does to which answer."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ledger.core.evidence.answers import AnswerName, Report, Verdict
from ledger.core.evidence.document_answer import FileFacts
from ledger.core.evidence.package import read_material
from ledger.core.evidence.verify_file import blocks_to_confirm, verify
from ledger.core.log.note import VerifierKey
from ledger.errors import VerificationFailed
from signing.algorithms import Suite
from signing.keys.signer import open_signer
from support.evidence_material import BLOCK, FILE, NOW, WITNESSES, Built, Plan, build, wide_policy
from support.trees import flip

SOUND = build()
STRIDE = 61  # a prime: every bit position in a byte and every region of the receipt has its turn; 1 tries all of them


def report_of(built: Built, material: bytes | None = None, *, file: FileFacts = FILE) -> Report:
    return verify(file, material or built.material, wide_policy(built), now=NOW)


def verdicts(report: Report) -> dict[str, str]:
    return {item.name.label: item.verdict.value for item in report.answers}


def test_sound_agreement_is_proven_in_all_that_can_be() -> None:
    report = report_of(SOUND)
    assert verdicts(report) == {
        "bytes": "yes",
        "signatures": "yes",
        "log": "yes",
        "append-only": "yes",
        "witnesses": "not_checked",
        "chain": "yes",
        "complete": "not_checked",
        "approved": "not_checked",
        "erased": "yes",
        "not-proved": "not_checked",
    }
    assert (report.exit_code, report.grade.code, report.self_operated) == (0, "grade.final", False)
    assert report.grade.facts == {"number": BLOCK}
    assert report.checked_at == "2026-12-01T00:00:00.000+00:00"


def test_receipts_in_another_order_give_the_same_answers() -> None:
    shuffled = replace(SOUND.package, receipts=SOUND.package.receipts[::-1]).to_bytes()
    assert report_of(SOUND, shuffled) == report_of(SOUND)


@pytest.mark.parametrize(
    "file", [FileFacts(flip(FILE.sha256, 0), FILE.byte_length), FileFacts(FILE.sha256, FILE.byte_length + 1)]
)
def test_altered_file_changes_the_first_answer_and_no_other(file: FileFacts) -> None:
    report, sound = report_of(SOUND, file=file), report_of(SOUND)
    assert (report[AnswerName.BYTES].verdict, report[AnswerName.BYTES].because) == (Verdict.NO, "bytes.altered")
    facts = report[AnswerName.BYTES].reasons[0].facts
    assert facts["expected_sha256"] == FILE.sha256.hex()
    assert facts["found_sha256"] == file.sha256.hex()
    assert (facts["expected_bytes"], facts["found_bytes"]) == (FILE.byte_length, file.byte_length)
    assert report.answers[1:] == sound.answers[1:]
    assert report.exit_code == 1


def test_receipt_of_a_log_that_the_policy_does_not_name_is_refused() -> None:
    stranger = build(Plan(log="another.example/log"))
    report = verify(FILE, stranger.material, SOUND.policy, now=NOW)
    assert (report[AnswerName.LOG].verdict, report[AnswerName.LOG].because) == (Verdict.NO, "receipt.unknown-log")
    assert report[AnswerName.BYTES].because == "bytes.record-unproven"
    assert report[AnswerName.SIGNATURES].because == "signatures.record-unproven"
    assert report[AnswerName.APPEND_ONLY].because == "append.log-unproven"
    assert report[AnswerName.CHAIN].because == "chain.none"
    assert (report.grade.code, report.exit_code) == ("grade.none", 1)


def test_material_with_a_key_of_its_own_is_not_believed() -> None:
    impostor = VerifierKey(
        SOUND.policy.logs[0].origin, 1, open_signer(Suite.ED25519, bytes([9] * 32), purpose="x").public.raw
    )
    policy = replace(SOUND.policy, logs=(replace(SOUND.policy.logs[0], key=impostor),))
    report = verify(FILE, SOUND.material, policy, now=NOW)
    assert report[AnswerName.LOG].because == "log.checkpoint-refused"
    assert report[AnswerName.LOG].verdict is Verdict.NO
    assert report[AnswerName.BYTES].verdict is Verdict.NOT_CHECKED


@pytest.mark.parametrize("n", [1, 2, 4])
def test_single_receipt_answers_for_its_own_entry(n: int) -> None:
    report = report_of(SOUND, SOUND.package.receipts[n - 1].to_bytes())
    assert [report[name].verdict for name in (AnswerName.BYTES, AnswerName.LOG, AnswerName.CHAIN)] == [Verdict.YES] * 3
    assert report[AnswerName.SIGNATURES].because == ("signatures.none" if n == 1 else "signatures.parties-not-opened")
    assert report.exit_code == 3


def test_entry_from_the_future_is_not_believed_yet() -> None:
    early = datetime(2026, 11, 23, 15, 4, 2, tzinfo=UTC)
    report = verify(FILE, SOUND.material, wide_policy(SOUND), now=early)
    assert (report[AnswerName.LOG].verdict, report[AnswerName.LOG].because) == (
        Verdict.NOT_CHECKED,
        "log.entry-from-future",
    )
    assert report.exit_code == 3


def test_part_that_is_not_shown_is_named() -> None:
    report = report_of(SOUND, SOUND.with_receipt(1, openings=SOUND.openings(1, "number", "terms")))
    [first] = report[AnswerName.ERASED].reasons
    assert (first.code, first.facts) == ("erased.not-shown", {"n": 1, "fields": "number, terms"})
    assert report[AnswerName.SIGNATURES].verdict is Verdict.YES
    assert "signatures.terms-not-opened" in {reason.code for reason in report[AnswerName.SIGNATURES].reasons}
    assert report.exit_code == 3


def test_part_that_is_shown_otherwise_than_committed_is_named() -> None:
    openings = [replace(item, value="LC-1") if item.field == "number" else item for item in SOUND.openings(1)]
    report = report_of(SOUND, SOUND.with_receipt(1, openings=tuple(openings)))
    assert report[AnswerName.ERASED].because == "erased.opening-differs"
    assert [reason.facts for reason in report[AnswerName.ERASED].reasons] == [{"n": 1, "fields": "number"}]
    assert report.exit_code == 1


@pytest.mark.parametrize(("in_policy", "in_receipt"), [(True, False), (False, True)])
def test_self_operated_is_said_where_policy_or_receipt_says_so(*, in_policy: bool, in_receipt: bool) -> None:
    material = SOUND.with_receipt(1, self_operated=in_receipt)
    report = verify(FILE, material, replace(SOUND.policy, self_operated=in_policy), now=NOW)
    assert report.self_operated
    assert report[AnswerName.NOT_PROVED].because == "limits.self-operated"


def test_what_is_not_proved_is_always_listed() -> None:
    codes = [reason.code for reason in report_of(SOUND)[AnswerName.NOT_PROVED].reasons]
    assert codes == [
        f"limits.{name}" for name in ("truth", "later", "identity", "revocation", "display", "time", "chain")
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"anchor": None}, "grade.logged"), ({}, "grade.final")],
)
def test_grade_is_what_was_verified(changes: dict[str, None], code: str) -> None:
    receipts = tuple(replace(receipt, **changes) for receipt in SOUND.package.receipts)  # type: ignore[arg-type]  # a real field
    assert report_of(SOUND, replace(SOUND.package, receipts=receipts).to_bytes()).grade.code == code


def test_grade_of_an_unanchored_cosigned_checkpoint_names_its_witnesses() -> None:
    built = build(Plan(witnesses=WITNESSES))
    receipts = tuple(replace(receipt, anchor=None) for receipt in built.package.receipts)
    report = report_of(built, replace(built.package, receipts=receipts).to_bytes())
    assert (report.grade.code, report.grade.facts) == ("grade.cosigned", {"count": 2, "quorum": 2})


def test_blocks_to_confirm_are_those_of_the_proofs() -> None:
    assert blocks_to_confirm(SOUND.package) == (BLOCK,)
    anchor = SOUND.package.receipts[0].anchor
    assert anchor is not None
    receipt = SOUND.package.receipts[0]
    assert blocks_to_confirm(read_material(replace(receipt, anchor=None).to_bytes())) == ()
    assert blocks_to_confirm(read_material(replace(receipt, anchor=replace(anchor, proof=None)).to_bytes())) == ()


def test_report_is_readable_json_in_two_languages() -> None:
    value = report_of(SOUND).to_json()
    assert value["exit_code"] == 0
    assert value["grade"] == {
        "code": "grade.final",
        "facts": {"number": BLOCK},
        "en": f"Final in block {BLOCK}. Does not prove that the content was true, only that it has stood unchanged since.",
        "zh": f"已在区块 {BLOCK} 终局。不能证明内容属实，只证明此后未被更改。",
    }


def rank(report: Report) -> list[int]:
    order = [Verdict.NO, Verdict.NOT_CHECKED, Verdict.YES]
    return [order.index(item.verdict) for item in report.answers]


@pytest.mark.repeats
def test_any_flipped_bit_of_a_receipt_never_gives_a_better_answer() -> None:
    material = SOUND.package.receipts[1].to_bytes()
    before = report_of(SOUND, material)
    for bit in range(0, 8 * len(material), STRIDE):
        try:
            after = report_of(SOUND, flip(material, bit))
        except VerificationFailed:
            continue
        assert all(new <= old for new, old in zip(rank(after), rank(before), strict=True)), bit
        assert after.exit_code in {1, 3}
