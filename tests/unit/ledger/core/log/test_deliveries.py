from datetime import timedelta

import pytest

from ledger.core.log.deliveries import LONGEST_WAIT, MOST_ATTEMPTS, check_event, event_signature, is_dead, wait_after
from ledger.errors import VerificationFailed


def test_pauses_grow_to_half_a_day_and_end_after_two_days() -> None:
    waits = [wait_after(attempt) for attempt in range(1, MOST_ATTEMPTS)]
    assert waits[:3] == [timedelta(seconds=10), timedelta(seconds=40), timedelta(seconds=160)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
    assert timedelta(days=1) < sum(waits, timedelta(0)) < timedelta(days=4)
    assert wait_after(10**6) == LONGEST_WAIT


def test_an_attempt_is_the_last_one_once_there_were_enough() -> None:
    assert not is_dead(MOST_ATTEMPTS - 1)
    assert is_dead(MOST_ATTEMPTS)


def test_an_event_is_checked_by_its_bytes_and_its_time() -> None:
    secret, body = b"s" * 32, b'{"n":1}'
    event = ("e-1", 1_000_000, event_signature(secret, "e-1", 1_000_000, body))
    check_event(secret, event, body, now=1_000_300)
    for bad_body, now, code in ((b"{}", 1_000_000, "webhook.bad-signature"), (body, 1_000_301, "webhook.stale")):
        with pytest.raises(VerificationFailed) as no:
            check_event(secret, event, bad_body, now=now)
        assert no.value.code == code
