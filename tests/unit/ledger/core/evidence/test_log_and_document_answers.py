"""Answers 1 and 3: the document named, the place in the log, and the order of one agreement's entries."""

from dataclasses import replace

import pytest

from ledger.core.evidence.answers import AnswerName, Report, Verdict
from ledger.core.evidence.verify_file import verify
from ledger.core.log.entry import Subject
from signing.canonical import Json
from support.evidence_material import AGREEMENT, FILE, NOW, Plan, build
from support.fixed_keys import ORIGIN
from support.trees import flip

SOUND = build()


def report_of(material: bytes) -> Report:
    return verify(FILE, material, SOUND.policy, now=NOW)


def test_each_entry_names_the_same_bytes() -> None:
    answer = report_of(SOUND.material)[AnswerName.BYTES]
    assert [(reason.code, reason.facts["n"]) for reason in answer.reasons] == [
        ("bytes.identical", n) for n in (1, 2, 3, 4)
    ]


def test_document_that_no_entry_shows_leaves_the_answer_open() -> None:
    receipts = tuple(replace(item, openings=()) for item in SOUND.package.receipts)
    answer = report_of(replace(SOUND.package, receipts=receipts).to_bytes())[AnswerName.BYTES]
    assert (answer.verdict, answer.because) == (Verdict.NOT_CHECKED, "bytes.not-opened")


def test_document_that_is_shown_otherwise_than_committed_is_refused() -> None:
    openings = [
        replace(item, salt=flip(item.salt, 0)) if item.field == "document" else item for item in SOUND.openings(3)
    ]
    answer = report_of(SOUND.with_receipt(3, openings=tuple(openings)))[AnswerName.BYTES]
    assert (answer.verdict, answer.because, answer.reasons[0].facts) == (
        Verdict.NO,
        "bytes.opening-differs",
        {"n": 3},
    )


@pytest.mark.parametrize(
    "value", ["a hash", {"sha256": FILE.sha256.hex()}, {"sha256": "00", "bytes": 1}, {"sha256": "00" * 32, "bytes": 0}]
)
def test_document_that_cannot_be_read_is_refused(value: Json) -> None:
    answer = report_of(build(Plan(values={(2, "document"): value})).material)[AnswerName.BYTES]
    assert (answer.verdict, answer.because) == (Verdict.NO, "bytes.malformed")


def test_entries_that_name_different_documents_are_refused() -> None:
    other: Json = {"sha256": "00" * 32, "bytes": FILE.byte_length}
    answer = report_of(build(Plan(values={(1, "document"): other})).material)[AnswerName.BYTES]
    assert (answer.verdict, answer.because, answer.reasons[0].facts["n"]) == (Verdict.NO, "bytes.altered", 1)


@pytest.mark.parametrize(
    "changes", [{"path": ()}, {"index": 0}, {"path": (bytes(32),) * 4}], ids=["no path", "other index", "other path"]
)
def test_entry_that_is_not_where_the_receipt_says_is_refused(changes: dict[str, object]) -> None:
    report = report_of(SOUND.with_receipt(2, **changes))
    assert (report[AnswerName.LOG].verdict, report[AnswerName.LOG].because) == (Verdict.NO, "log.not-included")
    assert report[AnswerName.BYTES].because == "bytes.record-unproven"


def test_entry_of_another_log_under_this_logs_checkpoint_is_refused() -> None:
    stranger = build(Plan(log="another.example/log"))
    material = SOUND.with_receipt(2, entry=stranger.package.receipts[1].entry)
    assert report_of(material)[AnswerName.LOG].because == "receipt.unknown-log"


def test_checkpoint_of_another_log_is_refused() -> None:
    stranger = build(Plan(log="another.example/log"))
    answer = report_of(SOUND.with_receipt(2, checkpoint=stranger.package.receipts[1].checkpoint))[AnswerName.LOG]
    assert (answer.verdict, answer.because) == (Verdict.NO, "log.checkpoint-refused")


def test_entry_about_another_agreement_is_refused() -> None:
    plan = Plan(subjects={1: Subject("agreement", "another", 1, None)})
    assert report_of(build(plan).material)[AnswerName.LOG].because == "log.other-subject"
    plan = Plan(subjects={1: Subject("application", AGREEMENT, 1, None)})
    assert report_of(build(plan).material)[AnswerName.LOG].because == "log.other-subject"


@pytest.mark.parametrize(
    "subject",
    [
        Subject("agreement", AGREEMENT, 3, bytes(32)),
        Subject("agreement", AGREEMENT, 2, bytes(32)),
        Subject("agreement", AGREEMENT, 1, None),
    ],
    ids=["other hash", "same number", "earlier number"],
)
def test_entry_that_does_not_follow_the_one_before_is_refused(subject: Subject) -> None:
    answer = report_of(build(Plan(subjects={3: subject})).material)[AnswerName.LOG]
    assert (answer.verdict, answer.because) == (Verdict.NO, "log.order-differs")


def test_later_event_that_stands_earlier_in_the_log_is_refused() -> None:
    out_of_turn = {line: Subject("agreement", AGREEMENT, n, bytes(32)) for line, n in ((2, 5), (3, 3), (4, 7))}
    answer = report_of(build(Plan(subjects=out_of_turn)).material)[AnswerName.LOG]
    assert (answer.verdict, answer.because, answer.reasons[0].facts) == (Verdict.NO, "log.order-differs", {"n": 5})


def test_gap_in_the_entries_at_hand_is_no_contradiction() -> None:
    kept = (SOUND.package.receipts[0], SOUND.package.receipts[3])
    assert report_of(replace(SOUND.package, receipts=kept).to_bytes())[AnswerName.LOG].verdict is Verdict.YES


def test_same_receipt_twice_is_refused() -> None:
    kept = (SOUND.package.receipts[0],) * 2
    assert report_of(replace(SOUND.package, receipts=kept).to_bytes())[AnswerName.LOG].because == "log.order-differs"


def test_entries_of_two_logs_are_refused() -> None:
    stranger = build(Plan(log="another.example/log"))
    mixed = (SOUND.package.receipts[0], stranger.package.receipts[1])
    policy = replace(SOUND.policy, logs=(*SOUND.policy.logs, *stranger.policy.logs))
    report = verify(FILE, replace(SOUND.package, receipts=mixed).to_bytes(), policy, now=NOW)
    assert report[AnswerName.LOG].because == "log.order-differs"
    assert SOUND.policy.logs[0].origin == ORIGIN
