"""Signature suites against published vectors, and every second form of a valid signature refused."""

import hashlib

import pytest
from coincurve import PrivateKey
from eth_account import Account
from eth_keys.datatypes import PrivateKey as EthPrivateKey
from hypothesis import given
from hypothesis import strategies as st

from signing.algorithms import (
    SECP256K1_ORDER,
    PublicKey,
    Suite,
    address_of,
    check_ed25519,
    check_secp256k1,
    keccak256,
    parse_hex,
    recover_address,
)
from signing.canonical import Json
from signing.envelope import tagged_hash
from signing.errors import InvalidEncoding, VerificationFailed
from signing.keys.signer import EvmSigner, Secp256k1Signer

# RFC 8032, section 7.1, tests 1 to 3: public key, message, signature
RFC8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
SECRET = bytes(range(1, 33))
DIGEST = keccak256(b"a digest")


@pytest.mark.parametrize(("public", "message", "signature"), RFC8032)
def test_ed25519_vectors_of_rfc_8032_pass(public: str, message: str, signature: str) -> None:
    check_ed25519(PublicKey(Suite.ED25519, bytes.fromhex(public)).raw, bytes.fromhex(message), bytes.fromhex(signature))


@given(st.integers(0, 511))
def test_ed25519_signature_with_one_flipped_bit_is_refused(bit: int) -> None:
    public, message, signature = (bytes.fromhex(text) for text in RFC8032[2])

    assert refusal(check_ed25519, public, message, flipped(signature, bit)) == "signature.invalid"


def test_ed25519_signature_with_its_scalar_raised_by_the_order_is_refused() -> None:
    public, message, signature = (bytes.fromhex(text) for text in RFC8032[0])
    raised = signature[:32] + (int.from_bytes(signature[32:], "little") + ED25519_ORDER).to_bytes(32, "little")

    assert refusal(check_ed25519, public, message, raised) == "signature.invalid"


@pytest.mark.parametrize("length", [0, 63, 65])
def test_signature_of_another_length_is_refused(length: int) -> None:
    assert refusal(check_ed25519, bytes.fromhex(RFC8032[0][0]), b"", bytes(length)) == "signature.malformed"
    assert refusal(check_secp256k1, PrivateKey(SECRET).public_key.format(), b"", bytes(length)) == "signature.malformed"


@given(st.binary(max_size=200))
def test_secp256k1_signature_agrees_with_a_second_implementation(message: bytes) -> None:
    signer = Secp256k1Signer(SECRET, purpose="institution")
    signature = signer.sign(message)
    check_secp256k1(signer.public.raw, message, signature)

    assert signature == EthPrivateKey(SECRET).sign_msg_hash_non_recoverable(sha256(message)).to_bytes()


@given(st.integers(0, 511))
def test_secp256k1_signature_with_one_flipped_bit_is_refused(bit: int) -> None:
    signer = Secp256k1Signer(SECRET, purpose="institution")
    changed = flipped(signer.sign(b"message"), bit)

    assert refusal(check_secp256k1, signer.public.raw, b"message", changed).startswith("signature.")


def test_secp256k1_signature_with_the_higher_s_is_refused() -> None:
    signer = Secp256k1Signer(SECRET, purpose="institution")

    assert (
        refusal(check_secp256k1, signer.public.raw, b"message", high_s(signer.sign(b"message")))
        == "signature.not-low-s"
    )


def test_secp256k1_signature_over_another_message_is_refused() -> None:
    signer = Secp256k1Signer(SECRET, purpose="institution")

    assert refusal(check_secp256k1, signer.public.raw, b"another", signer.sign(b"message")) == "signature.invalid"


@pytest.mark.parametrize("r", [0, SECP256K1_ORDER, 2**256 - 1])
def test_secp256k1_signature_outside_the_order_is_refused(r: int) -> None:
    outside = r.to_bytes(32, "big") + (1).to_bytes(32, "big")

    assert refusal(check_secp256k1, PrivateKey(SECRET).public_key.format(), b"", outside) == "signature.malformed"
    assert refusal(recover_address, DIGEST, outside + b"\x1b") == "signature.malformed"


def test_address_of_a_known_private_key_is_the_known_one() -> None:
    # The first account of the well-known development mnemonic "test test ... junk".
    secret = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")

    assert EvmSigner(secret, purpose="sender").address.hex() == "f39fd6e51aad88f6f4ce6ab8827279cfffb92266"
    assert (
        address_of(PrivateKey((1).to_bytes(32, "big")).public_key.format()).hex()
        == "7e5f4552091a69125d5dfcb7b8c2659029395bdf"
    )


def test_keccak_is_the_one_of_before_the_standard() -> None:
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


@given(st.binary(min_size=32, max_size=32))
def test_wallet_signature_recovers_to_its_address_as_in_a_second_implementation(digest: bytes) -> None:
    signer = EvmSigner(SECRET, purpose="cosigner")
    signature = signer.sign_digest(digest)

    assert recover_address(digest, signature) == signer.address
    assert bytes(Account.unsafe_sign_hash(digest, SECRET).signature) == signature


@pytest.mark.parametrize("v", [0, 1, 26, 29, 255])
def test_wallet_signature_with_another_v_is_refused(v: int) -> None:
    signature = EvmSigner(SECRET, purpose="cosigner").sign_digest(DIGEST)

    assert refusal(recover_address, DIGEST, signature[:64] + bytes([v])) == "signature.malformed"


def test_wallet_signature_with_the_higher_s_is_refused() -> None:
    signature = EvmSigner(SECRET, purpose="cosigner").sign_digest(DIGEST)
    other = high_s(signature[:64]) + bytes([55 - signature[64]])

    assert refusal(recover_address, DIGEST, other) == "signature.not-low-s"


def test_wallet_signature_whose_r_is_on_no_point_is_refused() -> None:
    assert (
        refusal(recover_address, DIGEST, (5).to_bytes(32, "big") + (1).to_bytes(32, "big") + b"\x1b")
        == "signature.invalid"
    )


@pytest.mark.parametrize(("digest_length", "signature_length"), [(31, 65), (33, 65), (32, 64), (32, 66)])
def test_wallet_signature_or_digest_of_another_length_is_refused(digest_length: int, signature_length: int) -> None:
    assert refusal(recover_address, bytes(digest_length), bytes(signature_length)) == "signature.malformed"


def test_key_id_is_the_tagged_hash_of_suite_and_key() -> None:
    key = PublicKey(Suite.ED25519, bytes.fromhex(RFC8032[0][0]))

    assert key.key_id == "ed25519:" + tagged_hash("key", b"ed25519", key.raw).hex()[:32]


def test_public_key_survives_its_json() -> None:
    key = EvmSigner(SECRET, purpose="sender").public

    assert PublicKey.from_json(key.to_json()) == key


ED25519_PRIME = 2**255 - 19


@pytest.mark.parametrize(
    ("suite", "raw"),
    [
        (Suite.ED25519, bytes(31)),
        (Suite.ED25519, bytes(33)),
        (Suite.ED25519, bytes(32)),
        (Suite.ED25519, (1).to_bytes(32, "little")),
        (Suite.ED25519, (1 + 2**255).to_bytes(32, "little")),
        (Suite.ED25519, (ED25519_PRIME - 1).to_bytes(32, "little")),
        (Suite.ED25519, (ED25519_PRIME + 5).to_bytes(32, "little")),
        (Suite.ED25519, bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")),
        (Suite.ED25519, bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")),
        (Suite.SECP256K1, bytes(33)),
        (Suite.SECP256K1, b"\x04" + PrivateKey(SECRET).public_key.format()[1:]),
        (Suite.SECP256K1, PrivateKey(SECRET).public_key.format(compressed=False)),
        (Suite.EIP712, bytes(20)),
        (Suite.EIP712, b"\x01" * 21),
    ],
)
def test_key_that_is_no_safe_point_or_account_is_refused(suite: Suite, raw: bytes) -> None:
    with pytest.raises(InvalidEncoding) as caught:
        PublicKey(suite, raw)

    assert caught.value.code == "key.malformed"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "key.malformed"),
        ([], "key.malformed"),
        ({"suite": "ed25519"}, "key.malformed"),
        ({"suite": "ed25519", "raw": "00", "more": 1}, "key.malformed"),
        ({"suite": "ed25519", "raw": 7}, "key.malformed"),
        ({"suite": "ed25519", "raw": "AB" * 32}, "key.malformed"),
        ({"suite": "ed25519", "raw": "0x" + "ab" * 31}, "key.malformed"),
        ({"suite": "rsa", "raw": "00"}, "suite.unknown"),
        ({"suite": ["ed25519"], "raw": "00"}, "suite.unknown"),
    ],
)
def test_json_that_is_no_public_key_is_refused(value: Json, code: str) -> None:
    with pytest.raises(InvalidEncoding) as caught:
        PublicKey.from_json(value)

    assert caught.value.code == code


@pytest.mark.parametrize("text", ["0", "0g", " 00", "00\n", "０0"])
def test_hex_in_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(InvalidEncoding):
        parse_hex(text, code="any.code")


def refusal(check: object, *arguments: bytes) -> str:
    assert callable(check)
    with pytest.raises(VerificationFailed) as caught:
        check(*arguments)
    return caught.value.code


def flipped(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data, "big") ^ (1 << bit)).to_bytes(len(data), "big")


def high_s(compact: bytes) -> bytes:
    return compact[:32] + (SECP256K1_ORDER - int.from_bytes(compact[32:], "big")).to_bytes(32, "big")


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
