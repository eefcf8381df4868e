"""The part of a trust policy about seals is read strictly and bounded."""

from dataclasses import replace

import pytest

from ledger.core.evidence.trust import parse_trust
from ledger.core.evidence.trust_seals import MAX_CERTIFICATE, MAX_LIST, TrustedSeals, parse_seals
from ledger.errors import InvalidInput
from signing.canonical import Json
from support.evidence_material import build

SEALS = TrustedSeals(roots=(b"root",), time_stamp_roots=(b"stamps",), revocation_lists=(b"list",))


def test_seals_come_back_from_a_policy_and_may_be_absent() -> None:
    policy = replace(build().policy, seals=SEALS)
    assert parse_trust(policy.to_bytes()) == policy
    bare = replace(policy, seals=None)
    assert b"seals" not in bare.to_bytes()
    assert parse_trust(bare.to_bytes()).seals is None


@pytest.mark.parametrize(
    "change",
    [
        {"roots": []},
        {"roots": ["zz"]},
        {"roots": [""]},
        {"roots": ["00" * (MAX_CERTIFICATE + 1)]},
        {"revocation_lists": ["00" * (MAX_LIST + 1)]},
        {"time_stamp_roots": "00"},
        {"more": []},
    ],
)
def test_another_form_is_refused(change: dict[str, Json]) -> None:
    value = SEALS.to_json()
    assert isinstance(value, dict)
    with pytest.raises(InvalidInput) as refused:
        parse_seals({**value, **change})
    assert refused.value.code == "trust.malformed"
