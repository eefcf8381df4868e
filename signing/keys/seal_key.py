"""The key of an institution's seal: ECDSA on P-256, which every PDF reader checks, with an X.509 certificate of its own.

Promises: a seal key signs nothing but seals; in a file it is kept as `sealed_file` promises, with purpose and public key
authenticated together with the secret. `SealKey` is the door: a key in a PKCS#11 device fits it as well.
Leaves to others: the certificate and its chain (a CA's, or the local authority's), and what is signed.
Format: `tally/seal-key-file/v1`.
"""

import hashlib
import secrets
from pathlib import Path
from typing import Final, NoReturn, Protocol

from asn1crypto import csr, pem
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from cryptography.x509.oid import NameOID

from signing.algorithms import PublicKey, Suite
from signing.errors import InvalidEncoding, KeyUnavailable
from signing.keys.sealed_file import (
    SECRET_BYTES,
    Header,
    check_made_for,
    check_passphrase,
    parse_header,
    read_private,
    seal,
    unseal,
    write_new,
)

PURPOSE: Final = "seal"

_KIND = "seal-key-file"
_MEMBERS = frozenset({"public"})
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class SealKey(Protocol):
    """A key that signs what a CMS signature covers."""

    @property
    def public_key_info(self) -> bytes:
        """The public key as SubjectPublicKeyInfo (DER)."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature over SHA-256 of `message` as CMS carries it: ECDSA in DER, or RSA PKCS #1 v1.5."""
        ...


class FileSealKey:
    """A seal key open in memory."""

    purpose: Final = PURPOSE

    def __init__(self, secret: bytes) -> None:
        self._key = ec.derive_private_key(int.from_bytes(secret, "big") % (_ORDER - 1) + 1, ec.SECP256R1())
        self.public_key_info = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def __repr__(self) -> str:
        return "<FileSealKey>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("expected a private key to stay in this process: load it from its file instead of pickling it")

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, ec.ECDSA(SHA256()))


def certificate_request(key: SealKey, *, name: str, country: str) -> bytes:
    """Return a certificate signing request (PEM) for a seal key, wherever it is kept; raise ValueError for a name X.509 cannot hold."""
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, country), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    public = asn1_keys.PublicKeyInfo.load(key.public_key_info)
    usage = {
        "extn_id": "key_usage",
        "critical": True,
        "extn_value": asn1_x509.KeyUsage({"digital_signature", "non_repudiation"}),
    }
    asked = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": asn1_x509.Name.load(subject.public_bytes()),
            "subject_pk_info": public,
            "attributes": [{"type": "extension_request", "values": [[usage]]}],
        }
    )
    algorithm = "sha256_rsa" if public.algorithm == "rsa" else "sha256_ecdsa"
    request = csr.CertificationRequest(
        {
            "certification_request_info": asked,
            "signature_algorithm": {"algorithm": algorithm},
            "signature": key.sign(asked.dump()),
        }
    )
    data: bytes = pem.armor("CERTIFICATE REQUEST", request.dump())
    return data


def create_seal_key(path: Path, *, passphrase: bytes) -> FileSealKey:
    """Make a new seal key, write its file (mode 0600, never over an existing one, synced to disk) and return it open.

    Raises KeyUnavailable: key.no-passphrase, key.exists, key.not-written.
    """
    check_passphrase(passphrase)
    secret = secrets.token_bytes(SECRET_BYTES)
    key = FileSealKey(secret)
    write_new(path, seal(_KIND, {"purpose": PURPOSE, "public": key.public_key_info.hex()}, secret, passphrase))
    return key


def load_seal_key(path: Path, *, passphrase: bytes) -> FileSealKey:
    """Return the key of this file; raise KeyUnavailable as `signing.keys.files.load_key` does."""
    check_passphrase(passphrase)
    header = _parse(read_private(path))
    check_made_for(PURPOSE, header, path)
    return FileSealKey(unseal(_KIND, header, passphrase))


def _parse(data: bytes) -> Header:
    try:
        return parse_header(_KIND, data, _MEMBERS)
    except InvalidEncoding as error:
        raise KeyUnavailable(
            "key.malformed", f"expected a seal key file (tally/{_KIND}/v1): {error.message}"
        ) from error


def registered_key(public_key_info: bytes) -> PublicKey:
    """Return a seal's public key (SubjectPublicKeyInfo, DER) as a registry of keys names it: by its point on P-256, else by its hash."""
    key = load_der_public_key(public_key_info)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        return PublicKey(Suite.SPKI, hashlib.sha256(public_key_info).digest())
    return PublicKey(Suite.P256, key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:])
