"""Pens in software, for the demonstration and for tests: what an authenticator and a browser's WebCrypto do.

Promises: byte for byte what a browser would send, so that the same service and verifier judge it. Whoever holds the secret is
"the user": a passkey made here proves no finger and no face, and is said to be one of the demonstration wherever it is used.
Leaves to others: real passkeys, which never leave their device.
"""

import base64
import hashlib
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, derive_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from signing.algorithms import PublicKey, Suite
from signing.canonical import Json, encode
from signing.p256 import P256_ORDER, lowered
from signing.webauthn import Assertion, challenge_of, key_of

PRESENT_AND_VERIFIED: Final = 0x05

_ATTESTED: Final = 0x40
_AAGUID: Final = bytes(16)  # "no make and model stated", as most synced passkeys say
_REPEATABLE: Final = ECDSA(
    SHA256(), deterministic_signing=True
)  # RFC 6979: the examples in docs/formats stay as they are
_COUNTER: Final = bytes(4)  # a counter that stays 0, as most synced passkeys do


class OneTimeKey:
    """What WebCrypto makes for one signature: ECDSA P-256 over SHA-256, r‖s with low s."""

    def __init__(self, secret: bytes) -> None:
        self._key = _private(secret)
        self.public = PublicKey(Suite.P256, point_of(self._key))

    def sign(self, message: bytes) -> bytes:
        return _signed(self._key, message)


class SoftwarePasskey:
    """One credential of one relying party, whose user is always present and verified."""

    def __init__(self, secret: bytes, *, rp_id: str, origin: str) -> None:
        self._key = _private(secret)
        self.rp_id, self.origin = rp_id, origin
        self.credential_id = hashlib.sha256(b"credential" + point_of(self._key)).digest()
        self.public = PublicKey(Suite.WEBAUTHN, key_of(rp_id, point_of(self._key)))

    def sign(self, digest: bytes) -> bytes:
        """Return the packed assertion whose challenge is this digest: a signature's value."""
        return self.assertion(digest).pack()

    def assertion(self, digest: bytes) -> Assertion:
        """Return what `navigator.credentials.get` would answer for this challenge."""
        data, client = self._data(PRESENT_AND_VERIFIED), self._client_data("webauthn.get", digest)
        return Assertion(data, client, _signed(self._key, data + hashlib.sha256(client).digest()))

    def registration(self, challenge: bytes) -> tuple[bytes, bytes]:
        """Return attestation object (format none) and client data, as `navigator.credentials.create` would answer them."""
        credential = _AAGUID + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._cose_key()
        data = self._data(PRESENT_AND_VERIFIED | _ATTESTED) + credential
        # CBOR by hand: a map of fmt, attStmt and authData (a byte string of more than 255 bytes never occurs here)
        attestation = b"\xa3" + _cbor_text("fmt") + _cbor_text("none") + _cbor_text("attStmt") + b"\xa0"
        attestation += _cbor_text("authData") + b"\x58" + bytes([len(data)]) + data
        return attestation, self._client_data("webauthn.create", challenge)

    def creation_answer(self, challenge: bytes) -> dict[str, Json]:
        """Return the registration as pages send it: bytes in base64url."""
        attestation, client = self.registration(challenge)
        return self._credential({"attestationObject": _encoded(attestation), "clientDataJSON": _encoded(client)})

    def request_answer(self, digest: bytes) -> dict[str, Json]:
        """Return the assertion as pages send it: bytes in base64url, the signature in DER as authenticators give it."""
        made = self.assertion(digest)
        r, s = (int.from_bytes(part, "big") for part in (made.signature[:32], made.signature[32:]))
        told: dict[str, Json] = {
            "authenticatorData": _encoded(made.authenticator_data),
            "clientDataJSON": _encoded(made.client_data),
            "signature": _encoded(encode_dss_signature(r, s)),
        }
        return self._credential(told)

    def _credential(self, response: dict[str, Json]) -> dict[str, Json]:
        name = _encoded(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + _COUNTER

    def _client_data(self, ceremony: str, challenge: bytes) -> bytes:
        members: dict[str, Json] = {
            "type": ceremony,
            "challenge": challenge_of(challenge).decode(),
            "origin": self.origin,
            "crossOrigin": False,
        }
        return b"{" + b",".join(encode(name) + b":" + encode(value) for name, value in members.items()) + b"}"

    def _cose_key(self) -> bytes:
        point = point_of(self._key)
        # EC2 (2), ES256 (-7), P-256 (1), x, y: RFC 9053 section 7.1
        return b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + point[:32] + b"\x22\x58\x20" + point[32:]


def point_of(key: EllipticCurvePrivateKey) -> bytes:
    """Return x‖y of a private key's public half."""
    numbers = key.public_key().public_numbers()
    return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def _private(secret: bytes) -> EllipticCurvePrivateKey:
    return derive_private_key(1 + int.from_bytes(secret, "big") % (P256_ORDER - 1), SECP256R1())


def _signed(key: EllipticCurvePrivateKey, message: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(message, _REPEATABLE))
    return lowered(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _cbor_text(text: str) -> bytes:
    return bytes([0x60 + len(text)]) + text.encode()
