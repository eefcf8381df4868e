"""What a contract shows, computed from its terms."""

from datetime import date
from typing import Any, cast

import pytest

from ledger.core.agreements.contract_facts import check_dates, contract_facts, cost_of, reading_code
from ledger.core.agreements.repayment import make_schedule
from ledger.core.agreements.terms import parse_terms
from ledger.core.log.directory import Calendar
from ledger.errors import InvalidInput
from signing.canonical import Json
from support.drafts import contract, draft, guaranteed
from support.loan_terms import repayment, terms


def shown(value: dict[str, Any], **changes: object) -> dict[str, Any]:
    return cast("dict[str, Any]", contract_facts(contract(value, **changes), Calendar().is_business_day))


def test_figures_of_a_personal_loan_are_written_out() -> None:
    facts = shown(draft())
    assert facts["principal"] == "120,000.00"
    assert facts["words-zh"] == "壹拾贰万元整"
    assert facts["dated"] == {"zh": "2026年11月26日", "en": "26 November 2026"}
    assert facts["schedule"][0] == ["1", "2027-01-01", "5,256.51", "485.00", "4,771.51", "115,228.49"]
    assert facts["totals"] == ["126,156.23", "6,156.23", "120,000.00"]
    assert (facts["first-amount"], facts["last-amount"]) == ("5,306.51", "5,306.50")  # with the monthly fee
    assert facts["fee-each"] == "50.00"
    assert (facts["total-fees"], facts["total-paid"]) == ("3,200.00", "129,356.23")
    assert facts["guarantee"] is None
    assert facts["collateral"] == []


def test_security_of_a_business_loan_is_shown() -> None:
    facts = shown(guaranteed())
    assert facts["guarantee"] == {"kind": "joint", "months": "36", "limit": "1,000,000.00"}
    assert facts["collateral"][0]["value"] == "360,000.00"
    assert facts["parties"][0]["name"] == "杭州衡石机械有限公司"
    assert facts["parties"][0]["representative"] == "陈𬭎"
    assert [party["role"] for party in facts["parties"]] == ["borrower", "guarantor", "guarantor"]
    assert facts["first-due"]["en"] == "26 February 2027"  # the 28th is a Sunday, the next business day in March


def test_optional_amounts_are_absent_where_they_are_not_given() -> None:
    facts = shown(
        {
            **guaranteed(),
            "terms": terms(
                guarantee={"kind": "general", "months": 6},
                collateral=[{"kind": "deposit", "description": "a deposit", "owner": "Zhou"}],
            ),
        }
    )
    assert facts["guarantee"]["limit"] is None
    assert facts["collateral"][0]["value"] is None


def test_amount_in_another_currency_has_no_chinese_words() -> None:
    facts = shown(draft(amount={"currency": "JPY", "minor": "5000000"}, fees=None))
    assert (facts["principal"], facts["words-zh"], facts["fee-each"]) == ("5,000,000", None, None)


def test_a_preview_is_a_draft_without_reading_code() -> None:
    facts = shown(draft(), reading_code=None)
    assert (facts["draft"], facts["reading-code"]) == (True, None)
    assert shown(draft())["draft"] is False


def test_cost_counts_fees_once_or_with_each_instalment() -> None:
    full = parse_terms(terms())
    rows = make_schedule(full.plan())
    cost = cost_of(full, rows)
    assert cost.fees == 200_000 + 5_000 * 8
    assert cost.interest == sum(row.interest for row in rows)
    free = cost_of(parse_terms(terms(fees=None)), rows)
    assert float(free.effective_rate) < float(cost.effective_rate)


def test_fees_that_eat_the_principal_are_refused() -> None:
    fee: Json = {"kind": "other", "amount": {"currency": "CNY", "minor": "80000000"}, "charged": "at-drawdown"}
    greedy = parse_terms(terms(fees=[fee]))
    with pytest.raises(InvalidInput, match="nothing of the principal"):
        cost_of(greedy, make_schedule(greedy.plan()))


def test_reading_code_has_signs_that_nobody_mistakes() -> None:
    assert reading_code(bytes(range(26, 32))) == "UVWXYZ"
    assert reading_code(bytes(6)) == "222222"
    assert not set(reading_code(bytes(range(6)))) & set("01IO")


def test_drawdown_before_the_contract_is_refused() -> None:
    past = parse_terms(terms(repayment=repayment(drawdown="2026-11-25", first_due="2027-02-25")))
    with pytest.raises(InvalidInput) as refused:
        check_dates(past, date(2026, 11, 26))
    assert (refused.value.code, refused.value.field) == ("terms.past", "terms.repayment.drawdown")
    check_dates(past, date(2026, 11, 25))
