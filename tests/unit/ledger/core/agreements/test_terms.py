from typing import cast

import pytest

from ledger.core.agreements.terms import (
    MAX_NAME_CHARS,
    MAX_SIGNERS,
    SignerRole,
    parse_signers,
    parse_terms,
    read_signers,
)
from ledger.errors import InvalidInput
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json

IDS = tuple(f"signer-{place}" for place in range(MAX_SIGNERS))


def terms(**changes: Json) -> dict[str, Json]:
    usual: dict[str, Json] = {
        "product": "personal-instalment",
        "amount": {"currency": "CNY", "minor": "5000000"},
        "term_months": 12,
        "annual_rate": "4.35",
    }
    return usual | changes


def signer(place: int = 1, **changes: Json) -> dict[str, Json]:
    key = PublicKey(Suite.EIP712, bytes([place]) * 20)
    return {"role": "borrower", "name": "Lin Xiaoyu", "key": key.to_json(), **changes}


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


def test_signers_get_their_ids_in_order_and_are_read_back_from_an_opening() -> None:
    parsed = parse_signers([signer(1), signer(2, role="guarantor", name="王小明")], IDS)
    assert [(item.id, item.role, item.name) for item in parsed] == [
        ("signer-0", SignerRole.BORROWER, "Lin Xiaoyu"),
        ("signer-1", SignerRole.GUARANTOR, "王小明"),
    ]
    assert read_signers([cast("Json", item.to_json()) for item in parsed]) == parsed


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, "signers"),
        ([], "signers"),
        ([signer(place) for place in range(1, MAX_SIGNERS + 2)], "signers"),
        ([signer(role="guarantor")], "signers"),
        ([signer(1), signer(1, role="lender")], "signers"),
        (["x"], "signers[0]"),
        ([signer(extra=1)], "signers[0].extra"),
        ([signer(role="king")], "signers[0].role"),
        ([signer(name="")], "signers[0].name"),
        ([signer(name=" Lin")], "signers[0].name"),
        ([signer(name="Lin\u202eoayi")], "signers[0].name"),
        ([signer(name="x" * (MAX_NAME_CHARS + 1))], "signers[0].name"),
        ([signer(name=5)], "signers[0].name"),
        ([signer(key={"suite": "rsa", "raw": "00"})], "signers[0].key"),
        ([signer(key={"suite": "ed25519", "raw": "00"})], "signers[0].key"),
        ([signer(key="0x00")], "signers[0].key"),
    ],
)
def test_signers_outside_the_rules_are_refused_and_the_place_is_named(value: Json, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_signers(value, IDS)
    assert (refused.value.code, refused.value.field) == ("signers.invalid", field)


@pytest.mark.parametrize("value", [None, "x", [signer()], [{**signer(), "signer": "a", "x": 1}]])
def test_parties_that_are_not_signers_with_ids_are_refused(value: Json) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_signers(value)
    assert refused.value.code == "signers.invalid"
