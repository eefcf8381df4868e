"""What the replay says of agreements: silent over one sent on its approval, and naming every other."""

from collections.abc import Callable

import pytest

from ledger.core.agreements.terms import parse_terms
from signing.canonical import Json
from support.loan_terms import FULL_TERMS as TERMS
from support.trail import LOAN, Trail, in_review, staffed

AGREEMENT = "g-1"
TERMS_OF_LOAN: dict[str, Json] = {**TERMS, "amount": {"currency": "CNY", "minor": "10000000"}}
OTHER_RATE: dict[str, Json] = {**TERMS_OF_LOAN, "annual_rate": "1.00"}


def approved(trail: Trail | None = None) -> Trail:
    """Return a trail with a loan that two people approved, on the terms above."""
    trail = trail or in_review(terms_sha256=parse_terms(TERMS_OF_LOAN).sha256())
    trail.say("olga")
    trail.say("rita", moved="approved")
    return trail


def contract(
    trail: Trail, *, terms: Json = TERMS_OF_LOAN, application: str | None = LOAN, name: str = AGREEMENT
) -> Trail:
    """Let an agreement be made, submitted and sent."""
    trail.add("agreement.created", name, terms=terms)
    if terms is None:
        trail.alter(terms=None)
    if application is not None:
        trail.add("agreement.submitted", name, application=application)
    trail.add("agreement.sent", name)
    return trail


def test_agreement_on_its_approval_has_no_finding() -> None:
    assert contract(approved()).codes() == []


def test_erased_terms_are_passed_over() -> None:
    assert contract(approved(), terms=None).codes() == []


def test_approval_may_carry_another_agreement_once_the_first_came_to_nothing() -> None:
    trail = contract(approved())
    trail.add("agreement.voided", AGREEMENT)
    assert contract(trail, name="g-2").codes() == []


def test_agreement_without_a_policy_needs_no_approval() -> None:
    assert contract(Trail(), application=None).codes() == []


def test_submission_whose_application_was_erased_counts_as_none() -> None:
    trail = approved()
    trail.add("agreement.created", AGREEMENT, terms=TERMS_OF_LOAN)
    trail.add("agreement.submitted", AGREEMENT)
    trail.add("agreement.sent", AGREEMENT)
    assert trail.codes() == ["approval.sent-without"]


def test_submission_of_an_unknown_agreement_is_passed_over() -> None:
    trail = approved()
    trail.add("agreement.submitted", "g-9", application=LOAN)
    assert trail.codes() == []


def _before_the_second_decision() -> Trail:
    trail = in_review()
    trail.say("olga")
    return contract(trail)


def _twice() -> Trail:
    return contract(contract(approved()), name="g-2")


@pytest.mark.parametrize(
    ("made", "codes"),
    [
        (lambda: contract(staffed(), application=None), ["approval.sent-without"]),
        (lambda: contract(approved(), application="a-9"), ["approval.sent-without"]),
        (_before_the_second_decision, ["approval.sent-without"]),
        (lambda: contract(approved(), terms=OTHER_RATE), ["approval.sent-beside"]),
        (lambda: contract(approved(), terms=TERMS), ["approval.sent-beside", "approval.sent-beside"]),
        (_twice, ["approval.used-twice"]),
    ],
    ids=["none", "unknown", "in review", "other terms", "other amount", "twice"],
)
def test_agreement_beside_its_approval_is_named(made: Callable[[], Trail], codes: list[str]) -> None:
    found = made().replay().findings
    assert [finding.code for finding in found] == codes
    assert {finding.kind for finding in found} == {"agreement"}
