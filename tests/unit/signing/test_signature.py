"""The shape of a signature."""

import pytest

from signing.algorithms import Suite
from signing.canonical import Json
from signing.envelope import Signature
from signing.errors import InvalidEncoding

KEY_ID = "ed25519:" + "0a" * 16


@pytest.mark.parametrize(("suite", "length"), [(Suite.ED25519, 64), (Suite.SECP256K1, 64), (Suite.EIP712, 65)])
def test_signature_survives_its_json(suite: Suite, length: int) -> None:
    signature = Signature(suite, f"{suite}:{'0a' * 16}", b"\x01" * length)

    assert Signature.from_json(signature.to_json()) == signature


@pytest.mark.parametrize(
    ("suite", "key_id", "length"),
    [
        (Suite.ED25519, KEY_ID, 63),
        (Suite.ED25519, KEY_ID, 65),
        (Suite.EIP712, "eip712:" + "0a" * 16, 64),
        (Suite.EIP712, KEY_ID, 65),
        (Suite.ED25519, KEY_ID.upper(), 64),
        (Suite.ED25519, KEY_ID + "0", 64),
        (Suite.ED25519, "", 64),
    ],
)
def test_signature_of_another_length_or_key_id_is_refused(suite: Suite, key_id: str, length: int) -> None:
    with pytest.raises(InvalidEncoding) as caught:
        Signature(suite, key_id, bytes(length))

    assert caught.value.code == "signature.malformed"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("text", "signature.malformed"),
        ({}, "signature.malformed"),
        ({"suite": "ed25519", "key_id": KEY_ID, "value": "00" * 64, "at": "now"}, "signature.malformed"),
        ({"suite": "ed25519", "key_id": 1, "value": "00" * 64}, "signature.malformed"),
        ({"suite": "spki", "key_id": "spki:" + "0" * 32, "value": "00" * 64}, "signature.malformed"),
        ({"suite": "spki", "key_id": "spki:" + "0" * 32, "value": ""}, "signature.malformed"),
        ({"suite": "ed25519", "key_id": KEY_ID, "value": "zz"}, "signature.malformed"),
        ({"suite": "none", "key_id": KEY_ID, "value": "00" * 64}, "suite.unknown"),
    ],
)
def test_json_that_is_no_signature_is_refused(value: Json, code: str) -> None:
    with pytest.raises(InvalidEncoding) as caught:
        Signature.from_json(value)

    assert caught.value.code == code
