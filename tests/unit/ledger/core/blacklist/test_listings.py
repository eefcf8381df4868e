"""Listings: fraud only, signed, with an end; and what the leaf of a token says of them."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from ledger.core.blacklist.details import SEALED_BYTES
from ledger.core.blacklist.listings import (
    Listing,
    Severity,
    Standard,
    check_listing,
    leaf_value,
    parse_reason,
    parse_signed_listing,
)
from ledger.core.blacklist.policy import parse_check_policy, policy_bytes
from ledger.core.blacklist.signed import Signed
from ledger.core.log.directory import format_instant
from ledger.errors import InvalidInput, LedgerError
from signing.canonical import Json, decode, encode
from support.consortium import LISTED, NOW, PARTNER, REGISTRY, consortium, sign

GROUP = consortium()
SEALED = bytes(SEALED_BYTES)
LISTING = Listing(
    id="01936f2e-7c1a-7b3a-9d52-0a4f6a1c2e10",
    institution="inst-1",
    epoch=GROUP.epoch.id,
    token=GROUP.name(LISTED).token,
    reason="forged-identity",
    standard=Standard.DOCUMENTED,
    severity=Severity.HIGH,
    evidence=bytes(32),
    details=sha256(SEALED).digest(),
    at="2026-11-26T09:30:00.000Z",
    expires_at="2028-11-25T09:30:00.000Z",
)
SIGNED = Signed(LISTING, sign(LISTING, PARTNER))


def code(error: pytest.ExceptionInfo[LedgerError]) -> str:
    return error.value.code


def test_a_listing_survives_its_json_and_may_be_proposed() -> None:
    assert parse_signed_listing(SIGNED.to_json()) == SIGNED
    check_listing(LISTING, SEALED, NOW)


@pytest.mark.parametrize("member", ["tag", "standard", "severity", "token", "reason"])
def test_a_malformed_listing_is_refused(member: str) -> None:
    record: dict[str, Json] = {**LISTING.to_json(), member: 5}
    with pytest.raises(InvalidInput) as error:
        parse_signed_listing({**SIGNED.to_json(), "record": record})
    assert code(error) == "listing.malformed"
    with pytest.raises(InvalidInput):
        parse_signed_listing({**SIGNED.to_json(), "record": {**LISTING.to_json(), "tag": "tally/blacklist-listing/v2"}})


@pytest.mark.parametrize("reason", ["overdue", "overdue-debt", "default", "late-payment", "arrears"])
def test_overdue_debt_is_no_fraud(reason: str) -> None:
    with pytest.raises(InvalidInput) as error:
        check_listing(replace(LISTING, reason=reason), SEALED, NOW)
    assert code(error) == "listing.overdue-debt"


def test_an_unknown_reason_is_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        parse_reason("dislike")
    assert code(error) == "listing.reason"


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": "2031-11-30T09:30:00.000Z"},  # past five years
        {"expires_at": "2026-11-26T09:30:00.000Z"},  # at once
        {"at": "2020-01-01T00:00:00.000Z", "expires_at": "2024-01-01T00:00:00.000Z"},  # over already
    ],
)
def test_an_end_past_five_years_or_in_the_past_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as error:
        check_listing(replace(LISTING, **change), SEALED, NOW)  # type: ignore[arg-type]  # by name
    assert code(error) == "listing.expiry"


def test_a_listing_signed_long_ago_or_ahead_is_refused() -> None:
    for moved in (timedelta(days=-2), timedelta(days=2)):
        with pytest.raises(InvalidInput) as error:
            check_listing(replace(LISTING, at=format_instant(NOW + moved)), SEALED, NOW)
        assert code(error) == "listing.stale"


@pytest.mark.parametrize("sealed", [b"", b"\x01" * SEALED_BYTES])
def test_other_details_than_were_signed_are_refused(sealed: bytes) -> None:
    with pytest.raises(InvalidInput) as error:
        check_listing(LISTING, sealed, NOW)
    assert code(error) == "listing.details"


def test_a_leaf_says_which_listings_stand_and_how() -> None:
    one, other = ("1", "proposed", b"a"), ("2", "confirmed", b"b")
    values = {
        leaf_value([one]),
        leaf_value([one, other]),
        leaf_value([("1", "confirmed", b"a")]),
        leaf_value([("1", "proposed", b"b")]),
    }
    assert len(values) == 4
    assert leaf_value([other, one]) == leaf_value([one, other])


POLICY = policy_bytes([GROUP.signed_epoch], [REGISTRY.public], [("inst-1", PARTNER.public)])


def test_a_check_policy_survives_its_bytes() -> None:
    assert parse_check_policy(POLICY) == GROUP.policy


def test_malformed_check_policies_are_refused() -> None:
    value = decode(POLICY)
    assert isinstance(value, dict)
    institutions = value["institutions"]
    assert isinstance(institutions, list)
    changes: list[dict[str, Json]] = [
        {"tag": "x"},
        {"epochs": []},
        {"registries": []},
        {"institutions": [*institutions, *institutions]},
        {"institutions": [{}]},
        {"more": 1},
    ]
    for change in changes:
        with pytest.raises(InvalidInput) as error:
            parse_check_policy(encode({**value, **change}))
        assert code(error) == "check-policy.malformed"
