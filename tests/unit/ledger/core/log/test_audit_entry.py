from dataclasses import replace

import pytest

from ledger.core.log.audit_entry import EntryRecord, LogFacts, Placed, check_chain, head_without_entry, read_record
from ledger.core.log.audit_findings import Finding
from ledger.core.log.audit_shown import NOTHING
from ledger.core.log.entry import Subject
from ledger.core.log.hashing import leaf_hash
from support.entries import AGREEMENT
from support.fixed_keys import ORIGIN
from support.told import INSTITUTION, LOG, after, entry_id, placed

FIRST = placed("agreement.created")
SECOND = placed("agreement.signed", subject=after(FIRST))
THIRD = placed("agreement.signed", subject=after(SECOND))
DATA = FIRST.entry.to_bytes()
RECORD = EntryRecord(
    log=LOG, index=0, entry_id=entry_id(1), leaf_hash=FIRST.leaf, data=DATA, kind="agreement", subject_id=AGREEMENT, n=1
)


def brief(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.field) for finding in findings]


def test_a_row_that_says_what_its_entry_says_is_read_without_findings() -> None:
    assert read_record(RECORD) == (FIRST, [])


@pytest.mark.parametrize(
    ("column", "value", "field"),
    [
        ("entry_id", entry_id(9), "entry_id"),
        ("kind", "person", "subject_kind"),
        ("subject_id", "a-2", "subject_id"),
        ("n", 2, "n"),
        ("leaf_hash", b"\x00" * 32, "leaf_hash"),
        ("leaf_hash", None, "leaf_hash"),
    ],
)
def test_a_column_that_differs_from_the_entry_is_found(column: str, value: object, field: str) -> None:
    read, findings = read_record(replace(RECORD, **{column: value}))  # type: ignore[arg-type]  # one column each
    assert read == FIRST
    assert brief(findings) == [("row.differs", field)]
    assert (findings[0].kind, findings[0].log, findings[0].index) == ("entry", ORIGIN, 0)


def test_an_entry_under_another_log_is_found() -> None:
    other = LogFacts(id=2, origin="other.example", institution_id=INSTITUTION)
    _, findings = read_record(replace(RECORD, log=other))
    assert brief(findings) == [("row.differs", "log_id")]


def test_an_entry_in_the_log_of_another_institution_is_found() -> None:
    other = LogFacts(id=1, origin=ORIGIN, institution_id="lender-8")
    _, findings = read_record(replace(RECORD, log=other))
    assert brief(findings) == [("entry.wrong-institution", "data")]


@pytest.mark.parametrize("data", [b"{}", b"no json", None, "text"])
def test_bytes_that_are_no_entry_are_found_and_not_read(data: object) -> None:
    read, findings = read_record(replace(RECORD, data=data))
    assert read is None
    assert brief(findings) == [("row.differs", "leaf_hash"), ("entry.malformed", "data")]


def test_bytes_that_are_no_entry_are_found_even_under_their_own_hash() -> None:
    read, findings = read_record(replace(RECORD, data=b"{}", leaf_hash=leaf_hash(b"{}")))
    assert read is None
    assert brief(findings) == [("entry.malformed", "data")]


def test_another_spelling_of_an_entry_is_found_and_not_read() -> None:
    read, findings = read_record(replace(RECORD, data=b" " + DATA))
    assert read is None
    assert [(finding.field, finding.found) for finding in findings][1:] == [("data", "entry.not-canonical")]


def test_a_row_that_waits_is_found_in_the_table_pending() -> None:
    _, findings = read_record(replace(RECORD, index=None, n=2))
    assert [(finding.kind, finding.index) for finding in findings] == [("pending", None)]


def test_entries_that_follow_each_other_to_the_head_have_no_findings() -> None:
    assert check_chain([FIRST, SECOND, THIRD], (3, THIRD.leaf)) == []
    assert check_chain([], None) == []


@pytest.mark.parametrize(
    ("entries", "field"),
    [
        ([FIRST, THIRD], "n"),
        ([SECOND, THIRD], "n"),
        ([FIRST, FIRST], "n"),
        ([FIRST, placed("agreement.signed", subject=Subject("agreement", AGREEMENT, 2, b"x" * 32))], "prev"),
    ],
)
def test_entries_that_do_not_follow_each_other_break_the_chain(entries: list[Placed], field: str) -> None:
    last = entries[-1]
    findings = check_chain(entries, (last.entry.subject.n, last.leaf))
    assert ("chain.broken", field) in brief(findings)
    assert {finding.code for finding in findings} == {"chain.broken"}


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        (None, ["n", "leaf_hash"]),
        ((1, SECOND.leaf), ["n"]),
        ((2, FIRST.leaf), ["leaf_hash"]),
        (("2", SECOND.leaf), ["n"]),
    ],
)
def test_a_head_that_is_not_the_last_entry_differs(head: tuple[object, object] | None, fields: list[str]) -> None:
    findings = check_chain([FIRST, SECOND], head)
    assert brief(findings) == [("head.differs", field) for field in fields]
    assert {finding.id for finding in findings} == {f"agreement/{AGREEMENT}"}


def test_a_head_of_a_subject_without_entries_is_named_by_its_subject() -> None:
    finding = head_without_entry(ORIGIN, "agreement", "a-1")
    assert (finding.code, finding.id, finding.expected) == ("row.without-entry", "agreement/a-1", NOTHING)
