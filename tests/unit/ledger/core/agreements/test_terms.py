from datetime import date
from fractions import Fraction

import pytest

from ledger.core.agreements.repayment import BusinessDays
from ledger.core.agreements.terms import parse_terms
from ledger.errors import InvalidInput
from signing.canonical import Json
from support.loan_terms import repayment
from support.loan_terms import terms as full


def terms(**changes: Json) -> dict[str, Json]:
    usual: dict[str, Json] = {
        "product": "personal-instalment",
        "amount": {"currency": "CNY", "minor": "5000000"},
        "term_months": 12,
        "annual_rate": "4.35",
    }
    return usual | changes


def test_terms_survive_the_round_trip_and_have_one_hash() -> None:
    parsed = parse_terms(terms())
    assert parsed.to_json() == terms()
    assert (parsed.amount.currency, parsed.amount.minor, parsed.term_months) == ("CNY", 5_000_000, 12)
    assert parsed.sha256() == parse_terms(dict(reversed(terms().items()))).sha256()
    assert parsed.sha256() != parse_terms(terms(term_months=13)).sha256()


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, "terms"),
        ([], "terms"),
        (terms(extra=1), "terms.extra"),
        ({key: value for key, value in terms().items() if key != "amount"}, "terms.amount"),
        (terms(amount={"currency": "CNY", "minor": 5000000}), "terms.amount.minor"),
        (terms(amount={"currency": "CNY", "minor": 50000.0}), "terms.amount.minor"),
        (terms(amount={"currency": "CNY", "minor": "50000.00"}), "terms.amount.minor"),
        (terms(amount={"currency": "CNY", "minor": "-1"}), "terms.amount.minor"),
        (terms(amount={"currency": "CNY", "minor": "0"}), "terms.amount.minor"),
        (terms(amount={"currency": "CNY", "minor": "007"}), "terms.amount.minor"),
        (terms(amount={"currency": "CNY", "minor": "1" * 19}), "terms.amount.minor"),
        (terms(amount={"currency": "CNY", "minor": "１２"}), "terms.amount.minor"),
        (terms(amount={"currency": "yuan", "minor": "1"}), "terms.amount.currency"),
        (terms(amount="5000000"), "terms.amount"),
        (terms(product="Personal"), "terms.product"),
        (terms(product="p\n"), "terms.product"),
        (terms(term_months=0), "terms.term_months"),
        (terms(term_months=601), "terms.term_months"),
        (terms(term_months=True), "terms.term_months"),
        (terms(term_months="12"), "terms.term_months"),
        (terms(annual_rate=4.35), "terms.annual_rate"),
        (terms(annual_rate="04.35"), "terms.annual_rate"),
        (terms(annual_rate="4."), "terms.annual_rate"),
    ],
)
def test_terms_outside_the_rules_are_refused_and_the_field_is_named(value: Json, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_terms(value)
    assert (refused.value.code, refused.value.field) == ("terms.invalid", field)
    assert refused.value.message.startswith(field)


def test_full_terms_survive_the_round_trip_and_state_a_plan() -> None:
    parsed = parse_terms(full())
    assert parsed.to_json() == full()
    plan = parsed.plan()
    assert (plan.principal, plan.annual_rate, plan.instalments) == (80_000_000, Fraction(97, 2000), 8)
    assert parsed.repayment is not None
    assert plan.first_due == date(2027, 2, 28)


@pytest.mark.parametrize("name", ["late_rate", "fees", "purpose", "guarantee", "collateral", "repayment"])
def test_each_optional_member_may_be_left_out_and_changes_the_hash(name: str) -> None:
    less = parse_terms(full(**{name: None}))
    assert name not in less.to_json()
    assert less.sha256() != parse_terms(full()).sha256()
    assert parse_terms(less.to_json()) == less


def test_terms_without_repayment_have_no_plan() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_terms(terms()).plan()
    assert (refused.value.code, refused.value.field) == ("terms.incomplete", "terms.repayment")


def test_absent_business_day_rule_means_unadjusted() -> None:
    plan = parse_terms(full(repayment=repayment(business_days=None))).plan()
    assert plan.business_days is BusinessDays.UNADJUSTED


FEE: dict[str, Json] = {"kind": "service", "amount": {"currency": "CNY", "minor": "1"}, "charged": "at-drawdown"}
THING: dict[str, Json] = {"kind": "vehicle", "description": "a car", "owner": "Lin"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"late_rate": 7.2}, "terms.late_rate"),
        ({"purpose": ""}, "terms.purpose"),
        ({"purpose": "two\nlines"}, "terms.purpose"),
        ({"purpose": "right\u202eleft"}, "terms.purpose"),
        ({"purpose": "x" * 301}, "terms.purpose"),
        ({"purpose": 5}, "terms.purpose"),
        ({"fees": []}, "terms.fees"),
        ({"fees": [FEE] * 9}, "terms.fees"),
        ({"fees": FEE}, "terms.fees"),
        ({"fees": [FEE | {"kind": "bribe"}]}, "terms.fees[0].kind"),
        ({"fees": [FEE | {"charged": "later"}]}, "terms.fees[0].charged"),
        ({"fees": [FEE | {"amount": {"currency": "USD", "minor": "1"}}]}, "terms.fees[0].amount.currency"),
        ({"fees": [FEE, FEE | {"extra": 1}]}, "terms.fees[1].extra"),
        ({"guarantee": {"kind": "joint"}}, "terms.guarantee.months"),
        ({"guarantee": {"kind": "moral", "months": 6}}, "terms.guarantee.kind"),
        ({"guarantee": {"kind": "joint", "months": 6.0}}, "terms.guarantee.months"),
        ({"guarantee": {"kind": "joint", "months": 6, "limit": "9"}}, "terms.guarantee.limit"),
        ({"collateral": [THING | {"kind": "soul"}]}, "terms.collateral[0].kind"),
        ({"collateral": [THING | {"owner": " "}]}, "terms.collateral[0].owner"),
        ({"collateral": [THING | {"value": {"currency": "CNY", "minor": "0"}}]}, "terms.collateral[0].value.minor"),
        ({"repayment": []}, "terms.repayment"),
        ({"repayment": repayment(method="balloon")}, "terms.repayment.method"),
        ({"repayment": repayment(every_months=0)}, "terms.repayment.every_months"),
        ({"repayment": repayment(every_months=True)}, "terms.repayment.every_months"),
        ({"repayment": repayment(day_count="365")}, "terms.repayment.day_count"),
        ({"repayment": repayment(first_due="2027-02-29")}, "terms.repayment.first_due"),
        ({"repayment": repayment(first_due="20270228")}, "terms.repayment.first_due"),
        ({"repayment": repayment(first_due=20270228)}, "terms.repayment.first_due"),
        ({"repayment": repayment(drawdown="9001-01-01")}, "terms.repayment.drawdown"),
        ({"repayment": repayment(drawdown=None)}, "terms.repayment.drawdown"),
        ({"repayment": repayment(business_days="never")}, "terms.repayment.business_days"),
        ({"repayment": repayment(holiday=1)}, "terms.repayment.holiday"),
    ],
)
def test_optional_terms_outside_the_rules_are_refused_and_the_field_is_named(
    change: dict[str, Json], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_terms(full(**change))
    assert (refused.value.code, refused.value.field) == ("terms.invalid", field)
    assert refused.value.message.startswith(field)
