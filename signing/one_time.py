"""Certificates of one-time keys: the browser's request read, the authority's answer held against it (RFC 2986, RFC 5280).

Promises: a request counts only with the signature of its own key on P-256, and names nobody; a certificate counts only for that very key
and only now. Leaves to others: which authority is asked, and what its certificate is worth to a verifier.
"""

from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signing.algorithms import PublicKey, Suite
from signing.errors import InvalidEncoding, VerificationFailed

MAX_REQUEST: Final = 4096  # bytes: a request for a P-256 key without a name has some 200
MAX_CERTIFICATE: Final = 8192


def read_request(data: bytes) -> PublicKey:
    """Return the key of a certificate request (PKCS #10, DER).

    Raises InvalidEncoding("one-time.malformed-request"), VerificationFailed("one-time.request-refused").
    """
    if len(data) > MAX_REQUEST:
        raise InvalidEncoding(
            "one-time.malformed-request", f"expected a certificate request of at most {MAX_REQUEST} bytes"
        )
    try:
        request = x509.load_der_x509_csr(data)
        key = request.public_key()
        is_signed = request.is_signature_valid
    except (ValueError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise InvalidEncoding("one-time.malformed-request", "expected a certificate request (PKCS #10, DER)") from error
    if not is_signed:
        raise VerificationFailed("one-time.request-refused", "expected a request signed by the key that it asks for")
    if list(request.subject) or len(request.extensions):
        raise VerificationFailed(
            "one-time.request-refused", "expected a request that names nobody and asks for nothing else"
        )
    return _public(key)


def public_key_info(data: bytes) -> bytes:
    """Return the public key of a request that was read, as SubjectPublicKeyInfo (DER)."""
    return x509.load_der_x509_csr(data).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def check_certificate(data: bytes, key: PublicKey, now: datetime) -> None:
    """Raise VerificationFailed("one-time.certificate-refused") unless this certificate (DER) is of the key, and valid now."""
    try:
        certificate = x509.load_der_x509_certificate(data) if len(data) <= MAX_CERTIFICATE else None
        named = _public(certificate.public_key()) if certificate else None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _refused("a certificate (X.509, DER)") from error
    if certificate is None or named != key:
        raise _refused("a certificate of the key that was asked for")
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise _refused("a certificate that is valid now")


def _public(key: object) -> PublicKey:
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise VerificationFailed("one-time.request-refused", "expected a key on P-256")
    return PublicKey(Suite.P256, key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:])


def _refused(expected: str) -> VerificationFailed:
    return VerificationFailed(
        "one-time.certificate-refused",
        f"expected {expected} from the authority; the operator looks at TALLY_ONE_TIME_CA",
    )
