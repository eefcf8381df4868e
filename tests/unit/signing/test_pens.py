"""Passkeys, one-time keys and wallets over a statement: the table of valid and broken signatures, and what browsers make."""

import hashlib
import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import bytes_to_base64url

from signing.algorithms import PublicKey, Suite
from signing.envelope import Signature
from signing.errors import InvalidEncoding, SigningError, VerificationFailed
from signing.keys.software_pens import OneTimeKey, point_of
from signing.p256 import P256_ORDER, check_p256, compact, load_point
from signing.verify import check_bytes_signature, check_statement_signature
from signing.webauthn import (
    MAX_CLIENT_DATA,
    MAX_VALUE_BYTES,
    Assertion,
    base64url,
    challenge_of,
    check_origin,
    check_webauthn,
    key_of,
    origin_of,
)
from support.pen_cases import (
    MADE,
    ORIGIN,
    PASSKEY,
    RP_ID,
    STATEMENT,
    Case,
    cases,
    passkey_signature,
    sealed,
    statement_for,
    twin,
)

CASES = cases()


def verdict(case: Case) -> str:
    try:
        check_statement_signature(case.statement, case.signature, case.key)
        if case.key.suite is Suite.WEBAUTHN:
            check_origin(case.signature.value, {case.origin})
    except VerificationFailed as error:
        return error.code
    return ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_signature_gets_the_verdict_of_the_table(case: Case) -> None:
    assert verdict(case) == case.refusal


def test_each_name_of_the_table_is_there_once() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    assert sum(not case.refusal for case in CASES) >= 9


@given(st.integers(0, 8 * len(MADE.pack()) - 1))
def test_assertion_with_one_flipped_bit_is_refused(bit: int) -> None:
    value = bytearray(MADE.pack())
    value[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(VerificationFailed):
        check_webauthn(PASSKEY.public.raw, STATEMENT.digest, bytes(value))


@given(st.binary(max_size=400))
def test_client_data_of_any_bytes_is_refused_and_never_fails_otherwise(client: bytes) -> None:
    if 2 <= len(client) <= MAX_CLIENT_DATA:
        signature = sealed(Assertion(MADE.authenticator_data, client, MADE.signature))
        with pytest.raises(VerificationFailed):
            check_webauthn(PASSKEY.public.raw, STATEMENT.digest, signature.value)


@given(st.text(alphabet='{}[]":,a', max_size=30))
def test_members_around_the_known_ones_cannot_change_them(noise: str) -> None:
    """Whatever stands beside the members: the answer is the same verdict or a refusal, never another challenge."""
    changed = MADE.client_data[:-1] + b"," + noise.encode() + b"}"
    signature = sealed(Assertion(MADE.authenticator_data, changed, MADE.signature))
    other = statement_for(PASSKEY.public, agreement="another")
    with pytest.raises(VerificationFailed):
        check_webauthn(PASSKEY.public.raw, other.digest, signature.value)


def test_the_webauthn_library_agrees_about_assertion_and_registration() -> None:
    made = PASSKEY.assertion(STATEMENT.digest)
    attestation, client = PASSKEY.registration(b"c" * 32)
    credential_id = bytes_to_base64url(PASSKEY.credential_id)
    registered = verify_registration_response(
        credential={
            "id": credential_id,
            "rawId": credential_id,
            "type": "public-key",
            "response": {
                "attestationObject": bytes_to_base64url(attestation),
                "clientDataJSON": bytes_to_base64url(client),
            },
        },
        expected_challenge=b"c" * 32,
        expected_rp_id=RP_ID,
        expected_origin=ORIGIN,
        require_user_verification=True,
    )
    verify_authentication_response(
        credential={
            "id": credential_id,
            "rawId": credential_id,
            "type": "public-key",
            "response": {
                "authenticatorData": bytes_to_base64url(made.authenticator_data),
                "clientDataJSON": bytes_to_base64url(made.client_data),
                "signature": bytes_to_base64url(der(made.signature)),
            },
        },
        expected_challenge=STATEMENT.digest,
        expected_rp_id=RP_ID,
        expected_origin=ORIGIN,
        credential_public_key=registered.credential_public_key,
        credential_current_sign_count=0,
        require_user_verification=True,
    )


def der(signature: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))


@pytest.mark.parametrize("signature", [MADE.signature, twin(MADE.signature, P256_ORDER)], ids=["low", "high"])
def test_browser_signature_is_brought_into_the_one_form(signature: bytes) -> None:
    assert Assertion.of_browser(MADE.authenticator_data, MADE.client_data, der(signature)) == MADE


@pytest.mark.parametrize("signature", [b"", b"\x30\x00", b"x" * 64, der(b"\xff" * 64)])
def test_signature_that_no_authenticator_makes_is_refused(signature: bytes) -> None:
    with pytest.raises(VerificationFailed) as caught:
        compact(signature)
    assert caught.value.code == "signature.malformed"


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x00",
        MADE.pack()[:-1],
        MADE.pack() + b"\x00",
        b"\xff\xff" + MADE.pack()[2:],
        Assertion(MADE.authenticator_data, b"{}", MADE.signature).pack()[:40],
        b"\x00\x24" + MADE.authenticator_data[:36] + b"\x00\x02{}" + MADE.signature,
        b"\x00\x25" + MADE.authenticator_data + b"\x00\x01{" + MADE.signature,
        b"\x00\x25" + MADE.authenticator_data + b"\x04\x01" + b"{" * 1025 + MADE.signature,
        b"\x02\x01" + bytes(513) + b"\x00\x02{}" + MADE.signature,
    ],
)
def test_bytes_that_are_no_packed_assertion_are_no_signature(value: bytes) -> None:
    assert len(value) <= MAX_VALUE_BYTES
    with pytest.raises(InvalidEncoding) as caught:
        Signature(Suite.WEBAUTHN, PASSKEY.public.key_id, value)
    assert caught.value.code == "signature.malformed"
    with pytest.raises(VerificationFailed):
        check_webauthn(PASSKEY.public.raw, STATEMENT.digest, value)


def test_packed_assertion_survives_its_json() -> None:
    signature = passkey_signature(MADE)
    assert Signature.from_json(signature.to_json()) == signature
    assert Assertion.unpack(signature.value) == MADE


def test_origin_that_could_disguise_itself_is_refused() -> None:
    for origin in (b"", b"https://a\x01", "https://é".encode()):
        changed = MADE.client_data.replace(ORIGIN.encode(), origin)
        with pytest.raises(VerificationFailed) as caught:
            origin_of(Assertion(MADE.authenticator_data, changed, MADE.signature).pack())
        assert caught.value.code == "passkey.malformed"


def test_passkey_of_another_relying_party_is_another_key() -> None:
    point = PASSKEY.public.raw[32:]
    assert PublicKey(Suite.WEBAUTHN, key_of("other.example", point)).key_id != PASSKEY.public.key_id


@pytest.mark.parametrize("suite", [Suite.WEBAUTHN, Suite.P256])
def test_point_off_the_curve_is_no_key(suite: Suite) -> None:
    raw = bytes(32) if suite is Suite.WEBAUTHN else b""
    for point in (bytes(64), b"\x01" * 64, b"\xff" * 64):
        with pytest.raises(InvalidEncoding) as caught:
            PublicKey(suite, raw + point)
        assert caught.value.code == "key.malformed"


def test_pens_of_people_sign_statements_and_nothing_else() -> None:
    one_time = OneTimeKey(secrets.token_bytes(32))
    for key, value in ((PASSKEY.public, MADE.pack()), (one_time.public, one_time.sign(b"tally/directory/v1\n{}"))):
        with pytest.raises(VerificationFailed) as caught:
            check_bytes_signature("directory", b"{}", Signature(key.suite, key.key_id, value), key)
        assert caught.value.code == "signature.wrong-suite"


@given(st.binary(max_size=100))
def test_p256_signature_agrees_with_a_second_implementation(message: bytes) -> None:
    key = OneTimeKey(hashlib.sha256(message).digest())
    load_point(key.public.raw).verify(der(key.sign(message)), message, ECDSA(SHA256()))
    check_p256(key.public.raw, message, key.sign(message))


@pytest.mark.parametrize("length", [0, 63, 65])
def test_p256_signature_of_another_length_is_refused(length: int) -> None:
    point = point_of(generate_private_key(SECP256R1()))
    with pytest.raises(SigningError) as caught:
        check_p256(point, b"", bytes(length))
    assert caught.value.code == "signature.malformed"


def test_challenge_of_a_browser_is_read_back() -> None:
    assert base64url(challenge_of(STATEMENT.digest).decode()) == STATEMENT.digest
    with pytest.raises(VerificationFailed) as caught:
        base64url("no base64url")
    assert caught.value.code == "passkey.malformed"
