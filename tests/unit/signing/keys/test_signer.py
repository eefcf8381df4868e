"""Open private keys: they sign in their suite's encoding and do not leak."""

import copy
import pickle

import pytest

from signing.algorithms import SECP256K1_ORDER, Suite
from signing.errors import InvalidEncoding
from signing.keys.signer import Ed25519Signer, EvmSigner, open_signer

SECRET = bytes(range(1, 33))
HELD = (Suite.ED25519, Suite.SECP256K1, Suite.EIP712)


def test_ed25519_signer_makes_the_signature_of_rfc_8032() -> None:
    secret = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")  # section 7.1, test 2
    signer = Ed25519Signer(secret, purpose="log")

    assert signer.public.raw.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert signer.sign(b"\x72").hex().startswith("92a009a9f0d4cab8720e820b5f642540")


@pytest.mark.parametrize("suite", HELD)
def test_signer_shows_its_purpose_and_key_id_and_never_its_secret(suite: Suite) -> None:
    signer = open_signer(suite, SECRET, purpose="institution")

    assert repr(signer).endswith(f" institution {signer.public.key_id}>")
    assert SECRET.hex() not in repr(signer)
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="stay in this process"):
            leak(signer)


@pytest.mark.parametrize("suite", HELD)
@pytest.mark.parametrize("length", [0, 31, 33])
def test_secret_of_another_length_is_refused(suite: Suite, length: int) -> None:
    assert refusal(suite, b"\x01" * length) == "key.malformed"


@pytest.mark.parametrize("suite", [Suite.WEBAUTHN, Suite.P256])
def test_secret_of_a_pen_that_stays_with_its_person_is_refused(suite: Suite) -> None:
    assert refusal(suite, SECRET) == "key.malformed"


@pytest.mark.parametrize("value", [0, SECP256K1_ORDER])
def test_secret_outside_the_order_of_the_curve_is_refused(value: int) -> None:
    assert refusal(Suite.SECP256K1, value.to_bytes(32, "big")) == "key.malformed"
    assert refusal(Suite.EIP712, value.to_bytes(32, "big")) == "key.malformed"


def test_evm_signer_gives_its_secret_only_through_the_named_door() -> None:
    signer = EvmSigner(SECRET, purpose="sender")

    assert signer.dangerously_export() == SECRET
    assert not hasattr(signer, "secret")


@pytest.mark.parametrize("length", [0, 31, 33])
def test_evm_signer_refuses_what_is_no_digest(length: int) -> None:
    with pytest.raises(InvalidEncoding) as caught:
        EvmSigner(SECRET, purpose="sender").sign_digest(bytes(length))

    assert caught.value.code == "signature.malformed"


def refusal(suite: Suite, secret: bytes) -> str:
    with pytest.raises(InvalidEncoding) as caught:
        open_signer(suite, secret, purpose="institution")
    return caught.value.code
