"""The five signature suites, one name for keys that only seal, and the public keys that name them.

Promises: one accepted encoding per key and per signature, so that nobody can turn a valid signature into a second valid
one. Ed25519: RFC 8032, no key of small order. secp256k1: ECDSA over SHA-256, r||s in 64 bytes, low s. eip712: what a
wallet returns for `eth_signTypedData_v4`, r||s||v in 65 bytes, low s, v 27 or 28 and never 0 or 1 (the page that talks to
a wallet adds the 27). webauthn and p256: P-256 as the modules of these names say. spki: a key of another
kind (RSA, another curve) in the certificate of a seal, which a registry knows by its hash; it signs no statement.
Leaves to others: which bytes are signed (envelope, statement, typed_data) and whose key it is.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Self

from coincurve import PublicKey as CurvePoint
from coincurve.ecdsa import cdata_to_der, deserialize_compact
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from signing.canonical import Json
from signing.errors import InvalidEncoding, VerificationFailed
from signing.p256 import POINT_BYTES, load_point
from signing.webauthn import KEY_BYTES, RP_HASH_BYTES

SECP256K1_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141

_ED25519_PRIME = 2**255 - 19
# The y coordinates of the eight points of small order: under such a key one signature fits many messages.
_ED25519_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _ED25519_PRIME - 1,
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
        int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
    }
)
_HEX = re.compile(r"(?:[0-9a-f]{2})*")
_KEY_TAG = b"tally/key/v1"
_KEY_FIELDS = {"suite", "raw"}
_ED25519_SIGNATURE_BYTES = 64
_COMPACT_SIGNATURE_BYTES = 64
_WALLET_SIGNATURE_BYTES = 65
_WALLET_V = (27, 28)
_DIGEST_BYTES = 32


class Suite(StrEnum):
    ED25519 = "ed25519"
    SECP256K1 = "secp256k1"
    EIP712 = "eip712"
    WEBAUTHN = "webauthn"  # a passkey
    P256 = "p256"  # a key that a browser made for once
    SPKI = "spki"  # a seal's key that is not on P-256, by its hash


_KEY_BYTES = {
    Suite.ED25519: 32,
    Suite.SECP256K1: 33,
    Suite.EIP712: 20,
    Suite.WEBAUTHN: KEY_BYTES,
    Suite.P256: POINT_BYTES,
    Suite.SPKI: 32,
}


@dataclass(frozen=True)
class PublicKey:
    """A key that checks signatures of one suite.

    `raw`: 32 bytes (ed25519), 33 compressed (secp256k1), address of 20 (eip712), x and y in 64 (p256), and for webauthn the
    SHA-256 of the relying party's id before them: a passkey is one party's and no other's. spki: SHA-256 of the
    SubjectPublicKeyInfo (DER) as the certificate has it.
    """

    suite: Suite
    raw: bytes

    def __post_init__(self) -> None:
        expected = _KEY_BYTES[self.suite]
        if len(self.raw) != expected:
            raise InvalidEncoding("key.malformed", f"expected {expected} bytes for {self.suite}, got {len(self.raw)}")
        _check_point(self.suite, self.raw)

    @cached_property
    def key_id(self) -> str:
        """Return "<suite>:" and the first 32 hex digits of the tagged hash (envelope.tagged_hash, kind "key") of suite and raw."""
        hasher = hashlib.sha256()
        for part in (_KEY_TAG, self.suite.encode(), self.raw):
            hasher.update(len(part).to_bytes(8, "big") + part)
        return f"{self.suite}:{hasher.hexdigest()[:32]}"

    def to_json(self) -> dict[str, Json]:
        return {"suite": str(self.suite), "raw": self.raw.hex()}

    @classmethod
    def from_json(cls, value: Json) -> Self:
        if not isinstance(value, dict) or value.keys() != _KEY_FIELDS:
            raise InvalidEncoding("key.malformed", "expected a public key: an object of exactly suite and raw")
        return cls(suite=parse_suite(value["suite"]), raw=parse_hex(value["raw"], code="key.malformed"))


def parse_suite(value: Json) -> Suite:
    """Return the suite of this name; raise InvalidEncoding("suite.unknown")."""
    if not isinstance(value, str) or value not in set(Suite):
        raise InvalidEncoding("suite.unknown", f"expected one of {', '.join(Suite)}, got {str(value)[:40]!r}")
    return Suite(value)


def parse_hex(value: Json, *, code: str) -> bytes:
    """Return the bytes of lower-case hexadecimal text without a prefix; raise InvalidEncoding(code)."""
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise InvalidEncoding(code, "expected lower-case hexadecimal text, two digits for each byte")
    return bytes.fromhex(value)


def keccak256(data: bytes) -> bytes:
    """Return Keccak-256 as Ethereum uses it (the padding of before FIPS 202)."""
    # The library parses C declarations at import: 40 ms that an offline check of an Ed25519 signature should not pay.
    from Crypto.Hash import keccak  # noqa: PLC0415 - cold start, measured: docs/decisions/0021

    return keccak.new(digest_bits=256, data=data).digest()


def address_of(compressed: bytes) -> bytes:
    """Return the 20-byte Ethereum address of a secp256k1 public key."""
    return _address(_curve_point(compressed))


def check_ed25519(raw: bytes, message: bytes, signature: bytes) -> None:
    """Pass when `signature` is the Ed25519 signature of `message`; raise VerificationFailed."""
    _check_length(signature, _ED25519_SIGNATURE_BYTES)
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise VerificationFailed(
            "signature.invalid", "this Ed25519 signature is not of these bytes by this key"
        ) from error


def check_secp256k1(raw: bytes, message: bytes, signature: bytes) -> None:
    """Pass when `signature` is the low-s ECDSA signature of SHA-256(message); raise VerificationFailed."""
    _check_length(signature, _COMPACT_SIGNATURE_BYTES)
    _check_low_s(signature)
    point = _curve_point(raw)
    if not point.verify(cdata_to_der(deserialize_compact(signature)), message):
        raise VerificationFailed("signature.invalid", "this secp256k1 signature is not of these bytes by this key")


def recover_address(digest: bytes, signature: bytes) -> bytes:
    """Return the 20-byte address whose key made this 65-byte wallet signature over a 32-byte digest; raise VerificationFailed."""
    if len(digest) != _DIGEST_BYTES:
        raise VerificationFailed(
            "signature.malformed", f"expected a digest of {_DIGEST_BYTES} bytes, got {len(digest)}"
        )
    _check_length(signature, _WALLET_SIGNATURE_BYTES)
    _check_low_s(signature[:64])
    if signature[64] not in _WALLET_V:
        raise VerificationFailed("signature.malformed", f"expected a last byte v of 27 or 28, got {signature[64]}")
    recoverable = signature[:64] + bytes([signature[64] - _WALLET_V[0]])
    try:
        return _address(CurvePoint.from_signature_and_message(recoverable, digest, hasher=None))
    except ValueError as error:
        raise VerificationFailed("signature.invalid", "no key can have made this wallet signature") from error


def _check_point(suite: Suite, raw: bytes) -> None:
    if suite is Suite.ED25519:
        y = int.from_bytes(raw, "little") & (2**255 - 1)
        if y >= _ED25519_PRIME or y in _ED25519_SMALL_ORDER_Y:
            raise InvalidEncoding("key.malformed", "expected a canonical Ed25519 point of large order")
    elif suite is Suite.SECP256K1:
        _curve_point(raw)
    elif suite is Suite.P256:
        load_point(raw)
    elif suite is Suite.WEBAUTHN:
        load_point(raw[RP_HASH_BYTES:])
    elif suite is Suite.EIP712 and raw == bytes(20):
        raise InvalidEncoding("key.malformed", "expected the address of an account, got the zero address")


def _curve_point(raw: bytes) -> CurvePoint:
    try:
        return CurvePoint(raw)
    except ValueError as error:
        raise InvalidEncoding("key.malformed", "expected a compressed point on secp256k1") from error


def _address(point: CurvePoint) -> bytes:
    return keccak256(point.format(compressed=False)[1:])[-20:]


def _check_length(signature: bytes, expected: int) -> None:
    if len(signature) != expected:
        raise VerificationFailed(
            "signature.malformed", f"expected a signature of {expected} bytes, got {len(signature)}"
        )


def _check_low_s(compact: bytes) -> None:
    r, s = int.from_bytes(compact[:32], "big"), int.from_bytes(compact[32:], "big")
    if not (0 < r < SECP256K1_ORDER and 0 < s < SECP256K1_ORDER):
        raise VerificationFailed("signature.malformed", "expected r and s between 1 and the order of the curve")
    if s > SECP256K1_ORDER // 2:
        raise VerificationFailed("signature.not-low-s", "expected the lower of the two values of s, got the higher one")
