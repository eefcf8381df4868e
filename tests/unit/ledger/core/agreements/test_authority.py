from datetime import UTC, datetime

import pytest

from ledger.core.agreements.authority import check_authority, parse_scope
from ledger.core.agreements.currency import Money
from ledger.core.agreements.people import parse_person
from ledger.errors import InvalidInput, NotAllowed
from signing.canonical import Json

SCOPE: dict[str, Json] = {
    "products": ["small-business"],
    "limit": {"currency": "CNY", "minor": "100"},
    "valid_from": "2026-11-01",
    "valid_until": "2026-11-30",
}
WANG = parse_person({"email": "w@example.com", "birth_date": "1980-01-01", "acts_for": "Wang Ltd"}, "person")
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_a_scope_is_read_and_written_the_same() -> None:
    scope = parse_scope(SCOPE)
    assert scope.to_json() == SCOPE
    check_authority(scope, WANG, "small-business", Money("CNY", 100), NOW)
    check_authority(parse_scope({**SCOPE, "products": []}), WANG, "anything", Money("CNY", 1), NOW)


def test_whoever_acts_for_nobody_needs_none() -> None:
    alone = parse_person({"email": "w@example.com", "birth_date": "1980-01-01"}, "person")
    check_authority(None, alone, "small-business", Money("CNY", 10**9), NOW)


@pytest.mark.parametrize(
    ("moment", "product", "amount", "code"),
    [
        (datetime(2026, 10, 31, 15, 59, tzinfo=UTC), "small-business", Money("CNY", 100), "authority.not-yet"),
        (datetime(2026, 11, 30, 16, 0, tzinfo=UTC), "small-business", Money("CNY", 100), "authority.expired"),
        (NOW, "mortgage", Money("CNY", 100), "authority.other-product"),
        (NOW, "small-business", Money("CNY", 101), "authority.too-small"),
        (NOW, "small-business", Money("USD", 1), "authority.too-small"),
    ],
)
def test_an_authority_that_does_not_reach_is_refused_with_the_reason(
    moment: datetime, product: str, amount: Money, code: str
) -> None:
    with pytest.raises(NotAllowed) as no:
        check_authority(parse_scope(SCOPE), WANG, product, amount, moment)
    assert no.value.code == code


def test_its_first_and_last_day_count_whole_where_the_person_is() -> None:
    for moment in (datetime(2026, 10, 31, 16, 0, tzinfo=UTC), datetime(2026, 11, 30, 15, 59, tzinfo=UTC)):
        check_authority(parse_scope(SCOPE), WANG, "small-business", Money("CNY", 100), moment)


def test_none_at_all_is_refused() -> None:
    with pytest.raises(NotAllowed) as no:
        check_authority(None, WANG, "small-business", Money("CNY", 1), NOW)
    assert no.value.code == "authority.missing"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"products": "all"}, "authority.products"),
        ({"products": ["P"]}, "authority.products"),
        ({"products": [5]}, "authority.products"),
        ({"products": ["p" * 5] * 21}, "authority.products"),
        ({"limit": {"currency": "XXX", "minor": "1"}}, "authority.limit.currency"),
        ({"valid_from": "2026-13-01"}, "authority.valid_from"),
        ({"valid_from": "20260101"}, "authority.valid_from"),
        ({"valid_from": "2026-W01-1"}, "authority.valid_from"),
        ({"valid_until": None}, "authority.valid_until"),
        ({"valid_until": "2026-10-31"}, "authority.valid_until"),
        ({"more": 1}, "authority.more"),
    ],
)
def test_a_scope_outside_the_rules_is_refused_and_the_place_is_named(changes: dict[str, Json], field: str) -> None:
    with pytest.raises(InvalidInput) as no:
        parse_scope({**SCOPE, **changes})
    assert no.value.field == field
