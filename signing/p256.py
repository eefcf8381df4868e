"""ECDSA on P-256 over SHA-256: the curve of passkeys and of keys that a browser makes.

Promises: one accepted encoding, as for the other curves: keys are x‖y in 64 bytes and on the curve, signatures r‖s in 64
bytes with the lower of the two values of s. Authenticators and WebCrypto make high values half of the time, so whoever
takes a signature from one brings it into this form (`compact`) before it is stored or sent.
Leaves to others: which bytes are signed (webauthn, verify).
"""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from signing.errors import InvalidEncoding, VerificationFailed

P256_ORDER: Final = 0xFFFFFFFF_00000000_FFFFFFFF_FFFFFFFF_BCE6FAAD_A7179E84_F3B9CAC2_FC632551
POINT_BYTES: Final = 64
SIGNATURE_BYTES: Final = 64

_UNCOMPRESSED = b"\x04"
_HASH = ECDSA(SHA256())


def load_point(point: bytes) -> EllipticCurvePublicKey:
    """Return the public key of x‖y; raise InvalidEncoding("key.malformed") for what is no point of the curve."""
    try:
        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _UNCOMPRESSED + point)
    except ValueError as error:
        raise InvalidEncoding("key.malformed", f"expected x and y of a point on P-256, {POINT_BYTES} bytes") from error


def compact(signature: bytes) -> bytes:
    """Return a signature that an authenticator made (DER, either s) as r‖s with the low s; raise VerificationFailed."""
    try:
        r, s = decode_dss_signature(signature)
        return lowered(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    except (ValueError, OverflowError) as error:
        raise VerificationFailed(
            "signature.malformed", "expected an ECDSA signature in DER, as passkeys make"
        ) from error


def lowered(signature: bytes) -> bytes:
    """Return r‖s with the lower of the two values of s: the same signature in its one accepted form."""
    s = int.from_bytes(signature[32:], "big")
    return signature[:32] + (P256_ORDER - s).to_bytes(32, "big") if s > P256_ORDER // 2 else signature


def check_p256(point: bytes, message: bytes, signature: bytes) -> None:
    """Pass when `signature` is the low-s ECDSA signature of SHA-256(message) by the key x‖y; raise VerificationFailed."""
    if len(signature) != SIGNATURE_BYTES:
        raise VerificationFailed(
            "signature.malformed", f"expected a signature of {SIGNATURE_BYTES} bytes, got {len(signature)}"
        )
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < P256_ORDER and 0 < s < P256_ORDER):
        raise VerificationFailed("signature.malformed", "expected r and s between 1 and the order of the curve")
    if s > P256_ORDER // 2:
        raise VerificationFailed("signature.not-low-s", "expected the lower of the two values of s, got the higher one")
    try:
        load_point(point).verify(encode_dss_signature(r, s), message, _HASH)
    except InvalidSignature as error:
        raise VerificationFailed(
            "signature.invalid", "this P-256 signature is not of these bytes by this key"
        ) from error
