from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.agreements.invitation import CLOCK_SKEW, Link, check_link, is_in_date, token_hash
from ledger.core.agreements.one_time_code import (
    BETWEEN_CODES,
    CODE_LIFE,
    MAX_ATTEMPTS,
    MOST_FAILURES_PER_DAY,
    MOST_PER_DAY,
    MOST_PER_HOUR,
    SENDING_LIFE,
    Delivery,
    KeptCode,
    SentCode,
    check_code,
    check_may_send,
    code_digest,
    new_code,
    wait_before_next,
)
from ledger.errors import Conflict, LedgerError, NotAllowed, NotFound

NOW = datetime(2026, 11, 23, 15, 4, 5, tzinfo=UTC)
TOKEN = "5e" * 32
DIGEST = code_digest(TOKEN, "123456")
LINK = Link(made_at=NOW, expires_at=NOW + timedelta(days=7), used_at=None, revoked_at=None)


def test_a_token_is_known_by_its_hash_and_each_kind_has_its_own() -> None:
    assert token_hash("invitation", TOKEN) != token_hash("signer-session", TOKEN)
    assert len(token_hash("invitation", TOKEN)) == 32
    for wrong in ("", "5E" * 32, "5e" * 31, "5e" * 33, "zz" * 32):
        with pytest.raises(NotFound):
            token_hash("invitation", wrong)


@pytest.mark.parametrize(
    ("link", "now", "code"),
    [
        (LINK, NOW + timedelta(days=7), "link.expired"),
        (LINK, NOW - CLOCK_SKEW - timedelta(seconds=1), "link.expired"),
        (Link(**{**vars(LINK), "used_at": NOW}), NOW, "link.used"),
        (Link(**{**vars(LINK), "revoked_at": NOW}), NOW, "link.replaced"),
    ],
)
def test_a_link_that_may_not_be_opened_says_why(link: Link, now: datetime, code: str) -> None:
    with pytest.raises(Conflict) as no:
        check_link(link, now)
    assert no.value.code == code


def test_a_link_opens_within_its_time_and_a_little_skew() -> None:
    for now in (NOW, NOW - CLOCK_SKEW, NOW + timedelta(days=7, seconds=-1)):
        check_link(LINK, now)
        assert is_in_date(LINK.made_at, LINK.expires_at, now)


@given(st.binary(min_size=16, max_size=16))
def test_a_code_has_six_digits(random: bytes) -> None:
    code = new_code(random)
    assert len(code) == 6
    assert code.isdecimal()


def test_a_code_is_bound_to_its_browser() -> None:
    assert code_digest(TOKEN, "123456") != code_digest("5f" * 32, "123456")
    assert code_digest(TOKEN, "123456") != code_digest(TOKEN, "123457")


def test_the_first_code_goes_at_once_and_the_next_after_a_minute() -> None:
    check_may_send([], NOW)
    with pytest.raises(NotAllowed, match="can be sent in 61 seconds"):
        check_may_send(sent(NOW), NOW)
    check_may_send(sent(NOW - BETWEEN_CODES), NOW)


def test_code_whose_sender_fell_silent_was_not_sent_and_another_goes_at_once() -> None:
    silent = SentCode(made_at=NOW, delivery=Delivery.SENDING)
    just_before, late = NOW + SENDING_LIFE - timedelta(seconds=1), NOW + SENDING_LIFE
    assert silent.fate(just_before) is Delivery.SENDING
    assert wait_before_next([silent], just_before) == BETWEEN_CODES - SENDING_LIFE + timedelta(seconds=1)
    assert silent.fate(late) is Delivery.FAILED
    check_may_send([silent], late)
    assert SentCode(made_at=NOW, delivery=Delivery.SENT).fate(late) is Delivery.SENT


def test_codes_that_were_not_sent_ask_for_no_pause_but_count_in_the_hour() -> None:
    lost = [SentCode(made_at=NOW - timedelta(seconds=place), delivery=Delivery.FAILED) for place in range(5)]
    check_may_send(lost[:4], NOW)
    with pytest.raises(NotAllowed, match="another can be sent"):
        check_may_send(lost, NOW)


def test_codes_are_limited_by_the_hour_and_by_the_day() -> None:
    hourly = sent(*(NOW - timedelta(minutes=10 * place) for place in range(1, MOST_PER_HOUR + 1)))
    assert wait_before_next(hourly, NOW) == timedelta(minutes=10)
    daily = sent(*(NOW - timedelta(hours=2 * place) for place in range(1, MOST_PER_DAY + 1)))
    assert wait_before_next(daily, NOW) == timedelta(hours=4)


@given(st.lists(st.integers(0, 100_000), max_size=30))
def test_whoever_waits_as_long_as_told_may_send(ages: list[int]) -> None:
    codes = sent(*(NOW - timedelta(seconds=age) for age in ages))
    check_may_send(codes, NOW + wait_before_next(codes, NOW))


def sent(*times: datetime) -> list[SentCode]:
    return [SentCode(made_at=at, delivery=Delivery.SENT) for at in times]


def kept(**changes: object) -> KeptCode:
    usual: dict[str, object] = {"made_at": NOW, "digest": DIGEST, "failures": 0, "used_at": None}
    return KeptCode(**(usual | changes))  # type: ignore[arg-type]  # tests name real fields


def test_the_right_code_in_time_passes() -> None:
    check_code(kept(), DIGEST, failures_today=0, now=NOW)
    check_code(
        kept(failures=MAX_ATTEMPTS - 1), DIGEST, failures_today=MOST_FAILURES_PER_DAY - 1, now=NOW + CODE_LIFE / 2
    )


@pytest.mark.parametrize(
    ("code", "digest", "today", "late", "expected"),
    [
        (None, DIGEST, 0, timedelta(0), "code.none"),
        (kept(used_at=NOW), DIGEST, 0, timedelta(0), "code.used"),
        (kept(), DIGEST, 0, CODE_LIFE, "code.expired"),
        (kept(), DIGEST, 0, -timedelta(minutes=6), "code.expired"),
        (kept(failures=MAX_ATTEMPTS), DIGEST, 0, timedelta(0), "code.expired"),
        (kept(), bytes(32), 0, timedelta(0), "code.wrong"),
        (kept(), DIGEST, MOST_FAILURES_PER_DAY, timedelta(0), "code.locked"),
    ],
)
def test_every_other_code_is_refused_with_its_reason(
    code: KeptCode | None, digest: bytes, today: int, late: timedelta, expected: str
) -> None:
    with pytest.raises(LedgerError) as no:
        check_code(code, digest, failures_today=today, now=NOW + late)
    assert no.value.code == expected
