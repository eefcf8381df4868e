"""The table of data grades: own institution, own tier, purpose."""

import re
from pathlib import Path

import pytest

from ledger.core.applications.grades import FIELDS, PURPOSES, Involved, Purpose, grade_of, purpose_of
from ledger.core.log.permissions import Grade, Principal, Role
from ledger.errors import NotAllowed

DOCUMENT = Path(__file__).parents[5] / "docs" / "data-grades.md"
INVOLVED = Involved(institution_id="a", people=frozenset({"author"}), roles=frozenset({"officer", "risk"}))


def somebody(*roles: Role, name: str = "x", institution: str = "a") -> Principal:
    return Principal(name, institution, frozenset(roles), "person")


@pytest.mark.parametrize(
    ("reader", "grade"),
    [
        (somebody(Role.OFFICER, institution="b"), None),
        (somebody(Role.OPERATOR), None),
        (somebody(Role.ADMINISTRATOR), None),
        (somebody(Role.OFFICER), Grade.PERSONAL),
        (somebody(Role.RISK), Grade.PERSONAL),
        (somebody(Role.DEPARTMENT_HEAD), Grade.COMMERCIAL),
        (somebody(Role.COMMITTEE), Grade.COMMERCIAL),
        (somebody(Role.DEPARTMENT_HEAD, name="author"), Grade.PERSONAL),
        (somebody(Role.AUDITOR), Grade.PERSONAL),
    ],
)
def test_reader_sees_up_to_a_grade(reader: Principal, grade: Grade | None) -> None:
    assert grade_of(reader, INVOLVED) is grade


def test_delegate_reads_as_the_role_that_was_given() -> None:
    head = somebody(Role.DEPARTMENT_HEAD)
    assert grade_of(head, INVOLVED, frozenset({"risk"})) is Grade.PERSONAL
    assert grade_of(head, INVOLVED, frozenset({"committee"})) is Grade.COMMERCIAL


def test_committee_is_the_people_named_and_not_the_role() -> None:
    seated = Involved(institution_id="a", people=frozenset({"m"}), roles=frozenset({"committee"}))
    assert grade_of(somebody(Role.COMMITTEE, name="m"), seated) is Grade.PERSONAL
    assert grade_of(somebody(Role.COMMITTEE), seated) is Grade.COMMERCIAL


def test_signer_of_an_agreement_sees_no_application() -> None:
    signer = Principal("s", "a", frozenset({Role.OFFICER}), "signer", agreement_id="g")
    assert grade_of(signer, INVOLVED) is None


def test_purpose_is_the_usual_one_or_one_of_the_reader_s_roles() -> None:
    assert purpose_of(somebody(Role.AUDITOR), None) is Purpose.AUDIT
    assert purpose_of(somebody(Role.OFFICER), Purpose.CUSTOMER) is Purpose.CUSTOMER
    for reader, asked in ((somebody(Role.RISK), Purpose.AUDIT), (somebody(Role.OPERATOR), None)):
        with pytest.raises(NotAllowed) as refused:
            purpose_of(reader, asked)
        assert refused.value.code == "permission.purpose"


def test_document_says_what_the_table_says() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| ([a-z-]+) \| ([a-z, -]+) \|$", text, re.MULTILINE))
    assert {role.value: ", ".join(purposes) for role, purposes in PURPOSES.items()}.items() <= told.items()
    for grade in (Grade.COMMERCIAL, Grade.PERSONAL):
        named = ", ".join(name for name, found in FIELDS.items() if found is grade)
        assert f"| {grade.name.lower()} | {named} |" in text
