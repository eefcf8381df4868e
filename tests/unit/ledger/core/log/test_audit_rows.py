import pytest

from ledger.core.log.audit_findings import Finding
from ledger.core.log.audit_rows import UNTOLD, ExpectedRow, FoundRows, Value, compare_rows, row_without_entry

COLUMNS = ("id", "institution_id", "added_entry")
PERSON = ("p-1", "lender-7", "e-1")


def expected(*values: Value) -> ExpectedRow:
    return ExpectedRow(table="person", values=dict(zip(COLUMNS, values, strict=True)), log="log.example", index=3)


def compare(row: ExpectedRow, *found: tuple[object, ...]) -> list[Finding]:
    return compare_rows([row], [FoundRows("person", COLUMNS, found)])


def brief(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.id, finding.field) for finding in findings]


def test_the_very_row_that_was_expected_differs_in_nothing() -> None:
    assert compare(expected(*PERSON), PERSON) == []


def test_a_column_that_is_untold_is_passed_over() -> None:
    assert compare(expected("p-1", UNTOLD, "e-1"), ("p-1", "anything", "e-1")) == []


def test_each_differing_column_is_one_finding_with_its_place() -> None:
    first, second = compare(expected(*PERSON), ("p-1", "lender-8", "e-2"))
    assert (first.code, first.field, first.expected, first.found) == (
        "row.differs",
        "institution_id",
        "lender-7",
        "lender-8",
    )
    assert (second.field, second.log, second.index) == ("added_entry", "log.example", 3)


@pytest.mark.parametrize(("own", "found"), [(1, True), (0, 0.0), ("1", 1), (None, ""), (b"a", "a")])
def test_an_equal_value_of_another_type_differs(own: Value, found: object) -> None:
    assert brief(compare(expected("p-1", "lender-7", own), ("p-1", "lender-7", found))) == [
        ("row.differs", "p-1", "added_entry")
    ]


def test_a_row_that_is_not_there_is_missing() -> None:
    assert brief(compare(expected(*PERSON))) == [("row.missing", "p-1", "row")]


def test_a_row_whose_key_was_altered_is_one_differing_column() -> None:
    assert brief(compare(expected(*PERSON), ("p-2", "lender-7", "e-1"))) == [("row.differs", "p-1", "id")]


def test_a_row_unlike_the_missing_one_is_an_extra_row_beside_it() -> None:
    assert brief(compare(expected(*PERSON), ("p-2", "lender-7", "e-2"))) == [
        ("row.without-entry", "p-2", "row"),
        ("row.missing", "p-1", "row"),
    ]


def test_the_missing_row_of_another_table_is_no_twin() -> None:
    log = ExpectedRow(table="log", values={"origin": "o", "institution_id": "lender-7"}, log=None, index=None)
    findings = compare_rows([log], [FoundRows("person", COLUMNS, [PERSON])])
    assert brief(findings) == [("row.without-entry", "p-1", "row"), ("row.missing", "o", "row")]


def test_a_second_row_of_the_same_key_is_an_extra_row() -> None:
    assert brief(compare(expected(*PERSON), PERSON, PERSON)) == [("row.without-entry", "p-1", "row")]


def test_a_row_of_a_subject_without_entries_is_named_by_its_key() -> None:
    finding = row_without_entry("person", COLUMNS, PERSON)
    assert (finding.code, finding.kind, finding.id, finding.log) == ("row.without-entry", "person", "p-1", None)
