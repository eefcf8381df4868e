"""Counter-offers and conditions: read strictly, and who may check what."""

import pytest

from ledger.core.applications.conditions import require_checker, require_unmet
from ledger.core.applications.decide import Verdict, decide, require_said
from ledger.core.applications.offers import Offer, accept_offer, read_offer, require_offer
from ledger.errors import InvalidInput, LedgerError
from support.applications import application
from support.decisions import OFFICER, review, says


def test_offer_changes_exactly_what_it_names() -> None:
    before = application()
    offer = read_offer(["term_months=12", "amount=CNY 30,000.00"])
    after = accept_offer(before, offer, b"\x01" * 32)
    assert offer == Offer("CNY", 3_000_000, 12)
    assert (after.amount, after.term_months, after.version, after.corrects) == (3_000_000, 12, 2, before.sha256())
    kept = accept_offer(before, read_offer(["term_months=12"]), b"\x01" * 32)
    assert (kept.amount, kept.term_months) == (before.amount, 12)
    same = accept_offer(before, read_offer(["amount=CNY 0.01"]), b"\x01" * 32)
    assert (same.amount, same.term_months) == (1, before.term_months)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["amount=CNY 1.5"],
        ["amount=CNY 0.00"],
        ["term_months=601"],
        ["term_months=12", "term_months=24"],
        ["amount=CNY 0.01", "amount=CNY 0.02"],
        ["amount=CNY 0.01", "a guarantor"],
        ["amount=CNY 0.01", "term_months=1", "term_months=2"],
    ],
)
def test_offer_of_another_form_is_refused(lines: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_offer(lines)
    assert refused.value.code == "decision.offer"


def test_offer_in_another_currency_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        accept_offer(application(), read_offer(["amount=USD 0.01"]), b"\x01" * 32)
    with pytest.raises(InvalidInput, match="an offer in CNY"):
        require_offer(["amount=USD 0.01"], application())
    require_offer(["amount=CNY 0.01"], application())
    assert refused.value.code == "decision.offer"


@pytest.mark.parametrize(
    ("verdict", "conditions", "code"),
    [
        (Verdict.CLOSE, ("insurance",), "decision.conditions"),
        (Verdict.DECLINE, ("insurance",), "decision.conditions"),
        (Verdict.COUNTER, (), "decision.offer"),
    ],
)
def test_verdict_with_other_conditions_is_refused(verdict: Verdict, conditions: tuple[str, ...], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        decide(review("two"), [], says(OFFICER, verdict, conditions=conditions))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("place", "met", "checker", "code"),
    [
        (2, set(), "rita", "condition.unknown"),
        (-1, set(), "rita", "condition.unknown"),
        (0, {0}, "rita", "condition.fulfilled"),
        (1, set(), "rita", "condition.not-reported"),
        (0, set(), "olga", "condition.own"),
        (0, set(), "otto", "condition.own"),
    ],
)
def test_condition_that_may_not_be_checked_is_refused(place: int, met: set[int], checker: str, code: str) -> None:
    with pytest.raises(LedgerError) as refused:
        check(place, met, checker)
    assert refused.value.code == code


def test_condition_is_checked_by_another_than_its_reporter() -> None:
    check(0, {1}, "rita")


def check(place: int, met: set[int], checker: str) -> None:
    require_unmet(("insurance", "deed"), met, place)
    require_checker({0: "olga"}, place, checker, {"otto"})


def test_return_says_what_is_needed_or_why() -> None:
    require_said(Verdict.RETURN, ("a payslip",), None)
    require_said(Verdict.RETURN, (), "the payslip is missing")
    require_said(Verdict.DECLINE, (), None)
    with pytest.raises(InvalidInput) as refused:
        require_said(Verdict.RETURN, (), None)
    assert refused.value.code == "decision.conditions"
