"""A small loan decided by the rule set in force, at its submission: approved, declined, referred; and when none may.

One lender for the whole file: the tests that put another rule set into force stand last.
"""

from dataclasses import replace

import pytest

from ledger.core.applications.default_rules import DEFAULT_RULES
from ledger.core.applications.rule_set import Ruling
from ledger.errors import LedgerError
from ledger.services.applications.publish_rule_set import Publication, publish_rule_set
from ledger.services.applications.submit import submit
from signing.canonical import Json
from support.approvals import RULES, Desk, cn_identity

_PEOPLE = iter(range(100, 900))


@pytest.fixture(scope="module")
def lender(crowded: Desk) -> Desk:
    """A lender whose first rule set is in force."""
    crowded.automate()
    return crowded


def small(desk: Desk, **changes: Json) -> str:
    return desk.apply(amount=4_000_000, identity=cn_identity(next(_PEOPLE)), **changes)  # type: ignore[arg-type]  # none of them is `checked`


def is_clean(desk: Desk) -> bool:
    report, rows = desk.replayed(), desk.audited()
    assert not (*report.findings, *rows.findings)
    return True


def test_small_loan_is_approved_at_its_submission(lender: Desk) -> None:
    loan = small(lender)
    lender.submit(loan)
    state = lender.state(loan)
    assert (state.state, state.path, state.waiting_for) == ("approved", "automatic", "")
    assert is_clean(lender)


def test_case_that_no_rule_approves_goes_to_people_on_the_strictest_path(lender: Desk) -> None:
    loan = small(lender, term_months=48)
    lender.submit(loan)
    state = lender.state(loan)
    assert (state.state, state.path, state.waiting_for) == ("in-review", "committee", "committee")
    assert is_clean(lender)


def test_submission_without_what_the_path_asks_for_is_refused_and_stays_a_draft(lender: Desk) -> None:
    loan = small(lender, attachments=[])
    before = lender.state(loan)
    with pytest.raises(LedgerError, match="an attachment of the kind identity") as refused:
        lender.submit(loan)
    assert refused.value.code == "application.incomplete"
    assert lender.state(loan) == before


def test_rule_set_without_its_own_key_decides_nothing(lender: Desk) -> None:
    loan = small(lender)
    with pytest.raises(LedgerError) as refused:
        submit(lender.ledger.stores, lender.act("Otto"), loan, None)
    assert refused.value.code == "ruleset.key"


@pytest.mark.parametrize(
    ("name", "known", "code"),
    [("Rita", True, "ruleset.own"), ("", True, "ruleset.published"), ("", False, "ruleset.unknown")],
)
def test_publication_that_may_not_be_is_refused(lender: Desk, name: str, known: bool, code: str) -> None:  # noqa: FBT001  # a case
    rule_set_id = lender.rule_sets()[-1] if known else "01936f2e-0000-7000-8000-000000000000"
    act = lender.act(name) if name else lender.ledger.act(now=lender.now)
    wanted = Publication(rule_set_id=rule_set_id, key=lender.ledger.key, rules_key=lambda: RULES.public)
    with pytest.raises(LedgerError) as refused:
        publish_rule_set(lender.ledger.stores, act, wanted)
    assert refused.value.code == code


def test_version_that_is_not_above_the_last_is_refused(lender: Desk) -> None:
    with pytest.raises(LedgerError) as refused:
        lender.automate()
    assert refused.value.code == "ruleset.version"


def test_newest_version_rules_and_declines_where_it_says_so(lender: Desk) -> None:
    lender.later(minutes=1)
    lender.automate(replace(DEFAULT_RULES, version=2, otherwise=Ruling.DECLINE))
    loan = small(lender, term_months=48)
    lender.submit(loan)
    assert lender.state(loan).state == "declined"
    assert is_clean(lender)


def test_rule_set_for_another_currency_decides_nothing(lender: Desk) -> None:
    lender.later(minutes=1)
    lender.automate(replace(DEFAULT_RULES, version=3, currency="EUR"))
    loan = small(lender)
    with pytest.raises(LedgerError) as refused:
        lender.submit(loan)
    assert refused.value.code == "policy.no-rule-set"


def test_linked_loan_is_added_up_however_many_drafts_its_applicant_has(desk: Desk) -> None:
    drafts = [desk.apply(amount=4_000_000, checked=False, attachments=[]) for _ in range(201)]
    first, second = (desk.apply(amount=4_500_000) for _ in range(2))
    desk.automate()
    for loan in (first, second):
        desk.submit(loan)
    assert [desk.state(loan).path for loan in (first, second)] == ["automatic", "two"]
    assert desk.replayed().is_clean
    assert len(drafts) == 201


@pytest.mark.parametrize(("late", "path"), [(0, "two"), (1, "automatic")])
def test_loans_ninety_days_apart_are_added_up_and_a_moment_later_no_more(desk: Desk, late: int, path: str) -> None:
    desk.automate()
    desk.submit(desk.apply(amount=4_500_000))
    desk.later(days=90, milliseconds=late)
    second = desk.apply(amount=4_500_000)
    desk.submit(second)
    assert desk.state(second).path == path
    assert desk.replayed().is_clean
