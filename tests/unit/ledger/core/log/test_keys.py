"""What an enrolment of a key says."""

import pytest

from ledger.core.log.keys import (
    Enrolment,
    KeyPen,
    ProofGrade,
    Purpose,
    check_purpose,
    facts_of,
    pen_for,
    pen_of,
    read_enrolment,
)
from ledger.errors import InvalidInput
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json
from support.pen_cases import ONE_TIME, PASSKEY, WALLET

ENROLMENT = Enrolment(
    key=PASSKEY.public,
    purpose=Purpose.SIGN,
    pen=KeyPen.PASSKEY,
    provider="local",
    grade=ProofGrade.LENDERS_WORD,
)


def test_enrolment_survives_its_facts() -> None:
    assert read_enrolment({**facts_of(ENROLMENT), "signature": {}, "of a later version": 1}) == ENROLMENT


@pytest.mark.parametrize(
    "change",
    [
        {"key": {"suite": "webauthn", "raw": "00"}},
        {"key": None},
        {"purpose": "both"},
        {"pen": "quill"},
        {"proofing": "local"},
        {"proofing": {"provider": "local", "grade": "my word"}},
        {"proofing": {}},
    ],
)
def test_facts_that_are_no_enrolment_are_refused(change: dict[str, Json]) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_enrolment({**facts_of(ENROLMENT), **change})
    assert caught.value.code == "key.malformed-entry"


def test_missing_fact_is_refused() -> None:
    facts = facts_of(ENROLMENT)
    del facts["pen"]
    with pytest.raises(InvalidInput):
        read_enrolment(facts)


@pytest.mark.parametrize(
    ("suite", "pen"),
    [
        (Suite.WEBAUTHN, KeyPen.PASSKEY),
        (Suite.P256, KeyPen.ONE_TIME_KEY),
        (Suite.EIP712, KeyPen.WALLET),
        (Suite.ED25519, KeyPen.ORGANISATION_KEY),
        (Suite.SECP256K1, KeyPen.ORGANISATION_KEY),
    ],
)
def test_each_suite_is_used_by_one_pen(suite: Suite, pen: KeyPen) -> None:
    assert pen_of(suite) is pen


@pytest.mark.parametrize(
    ("pen", "grade", "weak"),
    [
        (KeyPen.PASSKEY, ProofGrade.LENDERS_WORD, False),
        (KeyPen.PASSKEY, ProofGrade.CODE_ONLY, True),
        (KeyPen.ONE_TIME_KEY, ProofGrade.PROVIDER, True),
        (KeyPen.ORGANISATION_KEY, ProofGrade.OWN_KEY, False),
    ],
)
def test_one_time_key_and_mere_codes_are_called_weak(pen: KeyPen, grade: ProofGrade, *, weak: bool) -> None:
    enrolment = Enrolment(key=PASSKEY.public, purpose=Purpose.SIGN, pen=pen, provider="local", grade=grade)
    assert enrolment.is_weak is weak


def test_a_seal_s_key_is_the_organisation_s_and_one_known_by_its_hash_does_nothing_else() -> None:
    by_hash = PublicKey(Suite.SPKI, bytes(32))
    for key in (ONE_TIME.public, by_hash):
        check_purpose(key, Purpose.SEAL)
    for purpose in (Purpose.SIGN, Purpose.LOGIN):
        with pytest.raises(InvalidInput) as refused:
            check_purpose(by_hash, purpose)
        assert refused.value.code == "key.wrong-pen"
    assert pen_for(Suite.SPKI, Purpose.SEAL) is KeyPen.ORGANISATION_KEY
    assert pen_for(Suite.P256, Purpose.SEAL) is KeyPen.ORGANISATION_KEY
    assert pen_for(Suite.P256, Purpose.SIGN) is KeyPen.ONE_TIME_KEY
    for key in (WALLET.public, PASSKEY.public):
        with pytest.raises(InvalidInput) as caught:
            check_purpose(key, Purpose.SEAL)
        assert caught.value.code == "key.wrong-pen"


def test_people_sign_in_with_passkeys_only() -> None:
    check_purpose(PASSKEY.public, Purpose.LOGIN)
    check_purpose(WALLET.public, Purpose.SIGN)
    for key in (WALLET.public, ONE_TIME.public):
        with pytest.raises(InvalidInput) as caught:
            check_purpose(key, Purpose.LOGIN)
        assert caught.value.code == "key.wrong-pen"
