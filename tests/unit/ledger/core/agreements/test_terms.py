import pytest

from ledger.core.agreements.terms import parse_terms
from ledger.errors import InvalidInput
from signing.canonical import Json


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
