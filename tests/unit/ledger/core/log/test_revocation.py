"""How signatures of a revoked key are judged: by its ground, at their proven time."""

from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto.crl import CRLReason

from ledger.core.log.revocation import (
    Ground,
    Proven,
    Revocation,
    RevocationList,
    Standing,
    check_stated_time,
    ground_of_crl_reason,
    judge,
    parse_ground,
    read_revocation,
)
from ledger.errors import InvalidInput
from signing.pdf.child.sealed_later import ORDERLY

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def listed(ground: Ground | None, *, since: datetime | None = None, index: int | None = 100) -> RevocationList:
    revocation = None if ground is None else Revocation(ground=ground, recorded_at=NOON, since=since, index=index)
    return RevocationList(revocation, reaches=True)


@pytest.mark.parametrize(
    "known", [None, RevocationList(None, reaches=False), RevocationList(listed(Ground.LOST).revocation, reaches=False)]
)
def test_list_that_cannot_be_had_or_is_older_than_the_signature_is_not_checked(known: RevocationList | None) -> None:
    assert judge(known, Proven(index=1, by=NOON - HOUR)) is Standing.NOT_CHECKED


def test_key_that_was_never_revoked_is_good() -> None:
    assert judge(listed(None), Proven()) is Standing.GOOD


@pytest.mark.parametrize("ground", [Ground.ORDERLY, Ground.LOST])
@pytest.mark.parametrize(
    ("proven", "standing"),
    [
        (Proven(index=99), Standing.GOOD_BEFORE),
        (Proven(index=101), Standing.BAD),
        (Proven(index=99, by=NOON + HOUR), Standing.GOOD_BEFORE),
        (Proven(index=101, by=NOON - HOUR), Standing.BAD),
        (Proven(by=NOON - HOUR), Standing.GOOD_BEFORE),
        (Proven(by=NOON), Standing.BAD),
        (Proven(), Standing.UNPROVEN),
    ],
)
def test_orderly_and_lost_keep_what_was_there_before(ground: Ground, proven: Proven, standing: Standing) -> None:
    assert judge(listed(ground), proven) is standing


def test_without_a_place_in_the_same_log_only_the_clock_counts() -> None:
    assert judge(listed(Ground.LOST, index=None), Proven(index=1, by=NOON + HOUR)) is Standing.BAD


@pytest.mark.parametrize(
    ("proven", "standing"),
    [
        (Proven(index=1, by=NOON - 2 * HOUR), Standing.GOOD_BEFORE),
        (Proven(index=1, by=NOON - HOUR), Standing.BAD),
        (Proven(index=1, by=NOON), Standing.BAD),
        (
            Proven(index=1),
            Standing.UNPROVEN,
        ),  # the place in the log is no clock: who held the key may have held the log
    ],
)
def test_compromise_keeps_only_what_a_clock_shows_before_the_stated_time(proven: Proven, standing: Standing) -> None:
    assert judge(listed(Ground.COMPROMISED, since=NOON - HOUR), proven) is standing


def test_compromise_without_a_stated_time_leaves_nothing() -> None:
    assert judge(listed(Ground.COMPROMISED), Proven(index=1, by=NOON - 99 * HOUR)) is Standing.BAD


@pytest.mark.parametrize("text", ["", "stolen", "ORDERLY", "hold"])
def test_ground_that_is_not_known_counts_as_compromised(text: str) -> None:
    assert parse_ground(text) is Ground.COMPROMISED
    assert parse_ground("lost") is Ground.LOST


@pytest.mark.parametrize(
    ("reason", "ground"),
    [
        ("superseded", Ground.ORDERLY),
        ("cessation_of_operation", Ground.ORDERLY),
        ("affiliation_changed", Ground.ORDERLY),
        ("privilege_withdrawn", Ground.ORDERLY),
        ("key_compromise", Ground.COMPROMISED),
        ("ca_compromise", Ground.COMPROMISED),
        ("unspecified", Ground.COMPROMISED),
        ("certificate_hold", Ground.COMPROMISED),
        ("a word of a later standard", Ground.COMPROMISED),
        (None, Ground.COMPROMISED),
    ],
)
def test_reasons_of_certificate_authorities_have_a_ground(reason: str | None, ground: Ground) -> None:
    assert ground_of_crl_reason(reason) is ground


def test_revocation_is_read_from_its_entry() -> None:
    facts = {"ground": "compromised", "since": "2026-11-26T11:00:00.000Z"}
    read = read_revocation(facts, recorded_at="2026-11-26T12:00:00.000Z", index=7)
    assert read == Revocation(ground=Ground.COMPROMISED, recorded_at=NOON, since=NOON - HOUR, index=7)


@pytest.mark.parametrize("since", ["yesterday", "", 7])
def test_stated_time_that_cannot_be_read_counts_as_none(since: str | int) -> None:
    read = read_revocation({"ground": "new word", "since": since}, recorded_at="2026-11-26T12:00:00.000Z", index=7)
    assert (read.ground, read.since) == (Ground.COMPROMISED, None)


def test_stated_time_without_a_zone_is_utc() -> None:
    facts = {"ground": "compromised", "since": "2026-11-26T11:00:00"}
    assert read_revocation(facts, recorded_at="2026-11-26T12:00:00.000Z", index=7).since == NOON - HOUR


def test_time_is_stated_for_a_past_compromise_only() -> None:
    check_stated_time(Ground.COMPROMISED, NOON - HOUR, NOON)
    check_stated_time(Ground.COMPROMISED, None, NOON)
    check_stated_time(Ground.LOST, None, NOON)
    for ground, since in ((Ground.LOST, NOON - HOUR), (Ground.COMPROMISED, NOON + HOUR)):
        with pytest.raises(InvalidInput) as caught:
            check_stated_time(ground, since, NOON)
        assert caught.value.code == "key.since"


@pytest.mark.parametrize("reason", sorted(CRLReason._map.values()))  # noqa: SLF001  # all reasons that RFC 5280 has
def test_certificates_of_seals_are_judged_by_the_same_grounds(reason: str) -> None:
    assert (reason in ORDERLY) is (ground_of_crl_reason(reason) is Ground.ORDERLY)
