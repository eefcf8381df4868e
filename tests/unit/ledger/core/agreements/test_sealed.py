"""What is recorded of a sealed file is read strictly; the pause before the next attempt doubles and ends at a quarter of an hour."""

from datetime import UTC, datetime, timedelta

import pytest

from ledger.core.agreements.sealed import next_attempt, read_sealed
from ledger.errors import InvalidInput
from signing.canonical import Json
from support.sealed_facts import FACTS

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def test_facts_come_back_from_their_json() -> None:
    assert read_sealed(FACTS.to_json()) == FACTS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", 0),
        ("sha256", "00"),
        ("bytes", "9"),
        ("contract_bytes", 0),
        ("time_stamps", []),
        ("local_time_stamps", 1),
        ("more", 1),
    ],
)
def test_another_form_is_refused(name: str, value: Json) -> None:
    facts = FACTS.to_json()
    assert isinstance(facts, dict)
    with pytest.raises(InvalidInput) as refused:
        read_sealed({**facts, name: value})
    assert refused.value.code == "sealed.malformed"


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 5), (1, 5), (2, 10), (5, 80), (8, 640), (9, 900), (500, 900)])
def test_the_next_attempt_comes_later_each_time(attempts: int, seconds: int) -> None:
    assert next_attempt(NOW, attempts) - NOW == timedelta(seconds=seconds)
