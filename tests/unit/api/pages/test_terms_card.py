"""The key terms on the page are the figures that the contract prints."""

from datetime import date

import pytest

from api.pages.customer.terms_card import key_terms
from api.pages.words import words_in
from ledger.core.agreements.contract_facts import contract_facts
from ledger.core.agreements.terms import parse_terms
from support.drafts import contract, draft
from support.loan_terms import repayment, terms


def card(value: object) -> dict[str, str]:
    rows = key_terms(parse_terms(value), words_in("en"))  # type: ignore[arg-type]  # JSON
    return {label: shown.replace("\u00a0", " ") for label, shown in rows}


def test_card_shows_what_the_contract_prints() -> None:
    asked = draft()
    printed = contract_facts(contract(asked), lambda _: True)
    shown = card(asked["terms"])
    for label, fact in {
        "Amount": "principal",
        "First instalment": "first-amount",
        "Last instalment": "last-amount",
        "Interest in all": "total-interest",
        "Fees in all": "total-fees",
        "To be repaid in all": "total-paid",
    }.items():
        assert shown[label] == f"CNY {printed[fact]}"
    assert shown["Effective rate per year, with fees"] == f"{printed['effective-rate']} %"
    assert date.fromisoformat(shown["First due date"]) == date(2027, 1, 1)


def test_amount_stands_first() -> None:
    assert next(iter(card(draft()["terms"]))) == "Amount"


@pytest.mark.parametrize(
    "value",
    [
        {"product": "x-y", "amount": {"currency": "JPY", "minor": "5000000"}, "term_months": 12, "annual_rate": "3"},
        terms(repayment=repayment(business_days="following")),
    ],
    ids=["brief", "moved-by-a-calendar"],
)
def test_card_computes_nothing_that_only_the_contract_knows(value: object) -> None:
    assert "First instalment" not in card(value)
    assert "Interest per year" in card(value)
