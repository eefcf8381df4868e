"""Each pattern of enumeration is found, and ordinary days are quiet."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from ledger.core.blacklist.anomalies import (
    BURST_REQUESTS,
    MARK_BYTES,
    Anomaly,
    Asked,
    Known,
    Pattern,
    anomalies,
)

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY = NOON.date()


def asked(
    number: int = 0, *, items: int = 1, minutes: float = 0, reason: str = "loan-application", mark: int | None = None
) -> Asked:
    name = number * 1000 if mark is None else mark
    marks = tuple(sha256(str(name + place).encode()).digest()[:MARK_BYTES] for place in range(items))
    return Asked(institution="bank", reason=reason, items=items, at=NOON + timedelta(minutes=minutes), marks=marks)


def patterns(*requests: Asked, known: Known | None = None) -> list[Pattern]:
    return [found.pattern for found in anomalies(requests, DAY, known or Known())]


def test_an_ordinary_day_is_quiet() -> None:
    spread = [asked(number, minutes=15 * number - 300) for number in range(40)]
    assert patterns(*spread, known=Known(applications={"bank": 15}, listings={"bank": 1})) == []
    assert anomalies([], DAY, Known()) == []


def test_one_subject_after_another_in_ten_minutes_is_a_burst() -> None:
    row = [asked(number, minutes=number / 4) for number in range(BURST_REQUESTS + 5)]
    assert anomalies(row, DAY, Known()) == [
        Anomaly(institution="bank", pattern=Pattern.BURST, measured=BURST_REQUESTS + 5, usual=BURST_REQUESTS)
    ]
    assert patterns(*row[:BURST_REQUESTS]) == []


def test_a_day_far_above_the_days_before_stands_out() -> None:
    before = [asked(day, items=20, minutes=-1440 * day) for day in range(1, 10)]
    assert patterns(*before, asked(100, items=101)) == [Pattern.SUDDEN]
    assert patterns(*before, asked(100, items=100)) == []
    long_ago = asked(99, items=900, minutes=-1440 * 20)
    assert patterns(long_ago, asked(100, items=51)) == [Pattern.SUDDEN]


def test_checks_without_applications_and_namings_without_listings_stand_out() -> None:
    checks = asked(items=14)
    assert patterns(checks, known=Known(applications={"bank": 1})) == [Pattern.NO_APPLICATIONS]
    assert patterns(checks, known=Known(applications={"bank": 2})) == []
    assert patterns(checks) == [], "of an institution whose applications are kept elsewhere nothing is known"
    namings = asked(items=14, reason="listing")
    assert patterns(namings, known=Known(listings={"bank": 1})) == [Pattern.NO_LISTINGS]


def test_a_consent_commitment_that_comes_again_stands_out() -> None:
    once, again = asked(1, mark=7), asked(2, mark=7, minutes=30)
    assert patterns(once, again) == [Pattern.REUSED]
    yesterday = asked(1, mark=7, minutes=-1440)
    assert anomalies([yesterday, again], DAY, Known())[0].measured == 1
