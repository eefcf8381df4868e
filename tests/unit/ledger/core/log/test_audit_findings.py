from collections import Counter

from ledger.core.log.audit_findings import (
    MAX_FINDINGS,
    AuditReport,
    CheckedLog,
    Finding,
    Gathered,
    Note,
    name_of,
    with_checkpoint,
)
from ledger.core.log.audit_shown import DIFFERS

FINDING = Finding(code="row.differs", kind="person", id="p-1", field="id", expected="p-1", found="p-2", index=4)
NOTE = Note("value.erased", "entry", "e-1", "a value was erased")
LOG = CheckedLog(origin="o", size=2, root=b"\x0a" * 32, entries=3, checkpoints=1, first_bad_checkpoint=None)


def report(*findings: Finding) -> AuditReport:
    return AuditReport(
        findings=findings, total=len(findings), notes=(NOTE,), counts={"b": 2, "a": 1}, logs=(LOG,), chain_checked=False
    )


def test_the_name_of_a_row_hides_the_parts_that_may_not_be_shown() -> None:
    assert name_of(("lender-7", "王小明", b"\x02")) == f"lender-7/{DIFFERS}/02"


def test_a_report_without_findings_is_clean_and_lists_its_counts_in_order() -> None:
    shown = report().to_json()
    assert report().is_clean
    assert (shown["tag"], shown["findings"], shown["total"]) == ("tally/audit-report/v1", [], 0)
    assert list(shown["counts"]) == ["a", "b"]  # type: ignore[arg-type]  # an object, as the type of the report says
    assert shown["notes"] == [{"code": "value.erased", "kind": "entry", "id": "e-1", "text": "a value was erased"}]
    assert shown["logs"] == [
        {"origin": "o", "size": 2, "root": "0a" * 32, "entries": 3, "checkpoints": 1, "first_bad_checkpoint": None}
    ]


def test_a_report_with_a_finding_is_not_clean_and_shows_every_part_of_it() -> None:
    shown = report(FINDING)
    assert not shown.is_clean
    assert shown.to_json()["findings"] == [
        {
            "code": "row.differs",
            "kind": "person",
            "id": "p-1",
            "field": "id",
            "expected": "p-1",
            "found": "p-2",
            "log": None,
            "index": 4,
            "first_bad_checkpoint": None,
        }
    ]


def test_findings_beyond_the_limit_are_counted_and_not_kept() -> None:
    full = Gathered(findings=[FINDING] * MAX_FINDINGS)
    full.find(FINDING)
    assert (len(full.findings), full.left_out) == (MAX_FINDINGS, 1)


def test_notes_beyond_the_limit_are_counted_and_not_kept() -> None:
    full = Gathered(notes=[NOTE] * (MAX_FINDINGS - 1))
    full.note(NOTE)
    full.note(NOTE)
    assert (len(full.notes), full.counts) == (MAX_FINDINGS, Counter({"note:value.erased": 2}))


def test_parts_of_an_audit_add_up_and_lose_no_count() -> None:
    whole = Gathered(findings=[FINDING] * (MAX_FINDINGS - 1), left_out=1, counts=Counter(entries=3))
    whole.add(Gathered(findings=[FINDING] * 3, notes=[NOTE], left_out=5, counts=Counter(entries=4)))
    assert (len(whole.findings), whole.left_out, whole.notes) == (MAX_FINDINGS, 8, [NOTE])
    assert whole.counts == Counter(entries=7)


def test_a_finding_takes_the_checkpoint_it_is_given_and_keeps_the_one_it_has() -> None:
    given = with_checkpoint(FINDING, 8)
    assert given.first_bad_checkpoint == 8
    assert with_checkpoint(given, 16) is given
