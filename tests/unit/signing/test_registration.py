"""Making a passkey: what a browser is asked for, and which answers are refused."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webauthn.helpers import options_to_json, parse_registration_options_json

from signing.canonical import Json
from signing.errors import InvalidEncoding, SigningError, VerificationFailed
from signing.keys.software_pens import SoftwarePasskey
from signing.registration import (
    creation_options,
    decoded,
    encoded,
    read_registration,
    request_options,
)
from signing.verify import check_statement_signature
from signing.webauthn import Assertion, RelyingParty, check_webauthn
from support.pen_cases import passkey_signature, statement_for

PARTY = RelyingParty("sign.lender.example", "Example Bank", ("https://sign.lender.example",))
PASSKEY = SoftwarePasskey(bytes(range(1, 33)), rp_id=PARTY.id, origin=PARTY.origins[0])
CHALLENGE = b"c" * 32


def answer(passkey: SoftwarePasskey = PASSKEY, **response: Json) -> dict[str, Json]:
    attestation, client = passkey.registration(CHALLENGE)
    made: dict[str, Json] = {
        "attestationObject": encoded(attestation),
        "clientDataJSON": encoded(client),
        "transports": ["internal", "hybrid", "telepathy"],
    }
    return {
        "id": encoded(passkey.credential_id),
        "rawId": encoded(passkey.credential_id),
        "type": "public-key",
        "response": {**made, **response},
    }


def refusal(value: dict[str, Json]) -> str:
    with pytest.raises(SigningError) as caught:
        read_registration(value, PARTY)
    return caught.value.code


def test_what_the_software_passkey_would_send_is_read_and_signs() -> None:
    made = read_registration(PASSKEY.creation_answer(CHALLENGE), PARTY)
    assert made.key == PASSKEY.public
    told = PASSKEY.request_answer(b"d" * 32)["response"]
    assert isinstance(told, dict)
    parts = [decoded(told[name]) for name in ("authenticatorData", "clientDataJSON", "signature")]
    check_webauthn(PASSKEY.public.raw, b"d" * 32, Assertion.of_browser(*parts).pack())
    with pytest.raises(VerificationFailed):
        check_webauthn(PASSKEY.public.raw, b"e" * 32, Assertion.of_browser(*parts).pack())


def test_new_passkey_is_read_and_signs() -> None:
    made = read_registration(answer(), PARTY)

    assert (made.key, made.credential_id, made.challenge) == (PASSKEY.public, PASSKEY.credential_id, CHALLENGE)
    assert (made.is_backup_eligible, made.is_backed_up) == (False, False)
    assert made.transports == ("internal", "hybrid")
    assert made.to_json()["attestation"] == "none"
    statement = statement_for(made.key)
    check_statement_signature(statement, passkey_signature(PASSKEY.assertion(statement.digest)), made.key)


def test_options_are_what_the_library_reads() -> None:
    options = creation_options(PARTY, challenge=CHALLENGE, user=(b"h" * 16, "Lin"), known=[b"k"], discoverable=True)
    read = parse_registration_options_json(json.dumps(options))

    assert json.loads(options_to_json(read))["challenge"] == options["challenge"]
    assert read.authenticator_selection is not None
    assert read.authenticator_selection.user_verification == "required"
    asked = request_options(PARTY, challenge=CHALLENGE, allowed=[b"k"])
    assert (asked["userVerification"], decoded(asked["challenge"])) == ("required", CHALLENGE)


@pytest.mark.parametrize(
    ("party", "code"),
    [
        (replace(PARTY, id="other.example"), "passkey.registration-refused"),
        (replace(PARTY, origins=("https://other.example",)), "passkey.registration-refused"),
    ],
)
def test_passkey_of_another_party_or_page_is_refused(party: RelyingParty, code: str) -> None:
    with pytest.raises(VerificationFailed) as caught:
        read_registration(answer(), party)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda client: client.replace(b"create", b"get"), "passkey.wrong-type"),
        (lambda client: client.replace(b"false", b"true"), "passkey.cross-origin"),
        (lambda client: client[:-1], "passkey.malformed"),
        (lambda client: client.replace(b'"Y2', b'"%2'), "passkey.malformed-registration"),
    ],
)
def test_client_data_of_another_ceremony_is_refused(change: Callable[[bytes], bytes], code: str) -> None:
    client = PASSKEY.registration(CHALLENGE)[1]
    assert refusal(answer(clientDataJSON=encoded(change(client)))) == code


def test_unverified_person_is_refused() -> None:
    attestation = PASSKEY.registration(CHALLENGE)[0]
    unverified = attestation.replace(b"\x45", b"\x41", 1)
    assert refusal(answer(attestationObject=encoded(unverified))) == "passkey.registration-refused"


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"response": "text"},
        {"response": {}},
        answer(attestationObject="!"),
        answer(attestationObject="A" * 20_000),
        answer(transports=["x" * 20_000]),
        {**answer(), "id": 7},
        {**answer(), "type": "other"},
    ],
    ids=range(8),
)
def test_answer_that_is_none_is_refused(value: dict[str, Json]) -> None:
    assert refusal(value) in {"passkey.malformed-registration", "passkey.registration-refused"}


@given(st.binary(max_size=300))
def test_any_attestation_object_is_refused_and_never_fails_otherwise(data: bytes) -> None:
    assert refusal(answer(attestationObject=encoded(data))).startswith("passkey.")


@given(st.integers(0, 8 * 180))
def test_attestation_with_one_flipped_bit_never_fails_otherwise(bit: int) -> None:
    attestation = bytearray(PASSKEY.registration(CHALLENGE)[0])
    attestation[bit // 8 % len(attestation)] ^= 1 << bit % 8
    with suppress(
        InvalidEncoding, VerificationFailed
    ):  # "none" vouches for nothing: a flip may make another credential
        read_registration(answer(attestationObject=encoded(bytes(attestation))), PARTY)
