"""The seal's key: kept like every other key, signs what OpenSSL checks, asks for its certificate."""

import hashlib
import pickle
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from signing.algorithms import PublicKey, Suite
from signing.errors import KeyUnavailable
from signing.keys.files import create_key
from signing.keys.seal_key import FileSealKey, certificate_request, create_seal_key, load_seal_key, registered_key
from support.passphrases import DRAWN

PASSPHRASE = DRAWN.encode()


def public_of(key: FileSealKey) -> ec.EllipticCurvePublicKey:
    public = load_der_public_key(key.public_key_info)
    assert isinstance(public, ec.EllipticCurvePublicKey)
    return public


def test_a_key_comes_back_from_its_file(tmp_path: Path) -> None:
    made = create_seal_key(tmp_path / "seal.key", passphrase=PASSPHRASE)
    assert load_seal_key(tmp_path / "seal.key", passphrase=PASSPHRASE).public_key_info == made.public_key_info


def test_a_signature_holds_for_its_message_only() -> None:
    key = FileSealKey(bytes([3]) * 32)
    signature = key.sign(b"message")
    public_of(key).verify(signature, b"message", ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        public_of(key).verify(signature, b"another", ec.ECDSA(SHA256()))


def test_a_request_is_signed_by_the_key_and_names_the_institution() -> None:
    key = FileSealKey(bytes([3]) * 32)
    request = x509.load_pem_x509_csr(certificate_request(key, name="示范银行", country="CN"))
    assert request.is_signature_valid
    assert "示范银行" in request.subject.rfc4514_string()
    assert request.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment


@dataclass(frozen=True)
class RsaSealKey:
    """A key as a device may hold it."""

    key: rsa.RSAPrivateKey

    @property
    def public_key_info(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message, padding.PKCS1v15(), SHA256())


def test_a_key_of_another_kind_can_ask_too() -> None:
    key = RsaSealKey(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    assert x509.load_pem_x509_csr(certificate_request(key, name="Lender", country="CN")).is_signature_valid


def test_the_registry_names_a_key_on_p_256_by_its_point_and_another_by_its_hash() -> None:
    found = registered_key(FileSealKey(bytes([9]) * 32).public_key_info)
    assert (found.suite, len(found.raw)) == (Suite.P256, 64)
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    for other in (ec.generate_private_key(ec.SECP384R1()).public_key(), rsa_key):
        info = other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        assert registered_key(info) == PublicKey(Suite.SPKI, hashlib.sha256(info).digest())


def test_a_wrong_passphrase_opens_nothing(tmp_path: Path) -> None:
    create_seal_key(tmp_path / "seal.key", passphrase=PASSPHRASE)
    with pytest.raises(KeyUnavailable) as refused:
        load_seal_key(tmp_path / "seal.key", passphrase=b"wrong")
    assert refused.value.code == "key.wrong-passphrase"


def test_a_key_of_another_purpose_is_refused(tmp_path: Path) -> None:
    create_key(tmp_path / "signer.key", purpose="signer", suite=Suite.ED25519, passphrase=PASSPHRASE)
    with pytest.raises(KeyUnavailable) as refused:
        load_seal_key(tmp_path / "signer.key", passphrase=PASSPHRASE)
    assert refused.value.code == "key.malformed"


def test_a_key_neither_shows_nor_leaves() -> None:
    key = FileSealKey(bytes([3]) * 32)
    assert repr(key) == "<FileSealKey>"
    with pytest.raises(TypeError):
        pickle.dumps(key)
