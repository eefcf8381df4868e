"""The key of an institution's seal: ECDSA on P-256, which every PDF reader checks, with an X.509 certificate of its own.

Promises: a seal key signs nothing but seals; in a file it is kept as `sealed_file` promises, with purpose and public key
authenticated together with the secret. `SealKey` is the door: a key in a PKCS#11 device fits it as well.
Leaves to others: the certificate and its chain (a CA's, or the local authority's), and what is signed.
Format: `tally/seal-key-file/v1`.
"""

import secrets
from pathlib import Path
from typing import Final, NoReturn, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

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

    def certificate_request(self, *, name: str, country: str) -> bytes:
        """Return a certificate signing request (PEM) for this key, to be sent to a certificate authority."""
        subject = x509.Name(
            [x509.NameAttribute(NameOID.COUNTRY_NAME, country), x509.NameAttribute(NameOID.COMMON_NAME, name)]
        )
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=True,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=False,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        )
        request = x509.CertificateSigningRequestBuilder().subject_name(subject).add_extension(usage, critical=True)
        return request.sign(self._key, SHA256()).public_bytes(Encoding.PEM)


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
