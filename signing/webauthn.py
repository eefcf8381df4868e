"""A passkey's assertion as a signature over a statement (docs/formats/passkey-signature.md; WebAuthn level 3, section 7.2).

Promises: one byte form of the three parts an authenticator and its browser give; a strict verdict: type webauthn.get, challenge
the SHA-256 of the signed bytes, the relying party that the key belongs to, user present *and* verified, not from a frame of
another site, low s. The browser's JSON is read and never rebuilt: members this module does not know are passed over (Chromium
adds one on purpose), while a member it does know counts only when it is there once.
Leaves to others: which origins are believed (`check_origin` is told), registration, and who holds the key.
"""

import base64
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Self

from signing.errors import InvalidEncoding, VerificationFailed
from signing.p256 import POINT_BYTES, SIGNATURE_BYTES, check_p256, compact

RP_HASH_BYTES: Final = 32
KEY_BYTES: Final = RP_HASH_BYTES + POINT_BYTES
MAX_AUTHENTICATOR_DATA: Final = 512  # 37 bytes, and what extensions add: a few dozen
MAX_CLIENT_DATA: Final = 1024  # browsers write 130 to 250 bytes

_LENGTH_BYTES = 2
_LEAST_AUTHENTICATOR_DATA = 37  # hash of the relying party, flags, counter
MAX_VALUE_BYTES: Final = 2 * _LENGTH_BYTES + MAX_AUTHENTICATOR_DATA + MAX_CLIENT_DATA + SIGNATURE_BYTES

_GET: Final = "webauthn.get"
_PRESENT, _VERIFIED, _BACKUP_ELIGIBLE, _BACKED_UP, _ATTESTED, _EXTENDED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80
_KNOWN = (b"type", b"challenge", b"origin", b"crossOrigin", b"topOrigin")
_QUOTE, _COMMA, _OPENING, _CLOSING = ord('"'), ord(","), frozenset(b"{["), frozenset(b"}]")


@dataclass(frozen=True)
class RelyingParty:
    """Whose passkeys these are: the domain that browsers bind them to, and the origins of its pages."""

    id: str
    name: str
    origins: tuple[str, ...]


@dataclass(frozen=True)
class Assertion:
    """What a passkey made: `signature` as r‖s with low s, over authenticator data and the hash of the client data."""

    authenticator_data: bytes
    client_data: bytes
    signature: bytes

    def __post_init__(self) -> None:
        if not _LEAST_AUTHENTICATOR_DATA <= len(self.authenticator_data) <= MAX_AUTHENTICATOR_DATA:
            raise _malformed(f"authenticator data of {_LEAST_AUTHENTICATOR_DATA} to {MAX_AUTHENTICATOR_DATA} bytes")
        if not len(b"{}") <= len(self.client_data) <= MAX_CLIENT_DATA:
            raise _malformed(f"client data of 2 to {MAX_CLIENT_DATA} bytes")
        if len(self.signature) != SIGNATURE_BYTES:
            raise _malformed(f"r and s in {SIGNATURE_BYTES} bytes")

    @classmethod
    def of_browser(cls, authenticator_data: bytes, client_data: bytes, signature: bytes) -> Self:
        """Return the assertion of what `navigator.credentials.get` answered, its DER signature brought into our form."""
        return cls(authenticator_data, client_data, compact(signature))

    def pack(self) -> bytes:
        """Return authenticator data and client data, each after its length in two bytes big endian, then the signature."""
        parts = (self.authenticator_data, self.client_data)
        return b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts) + self.signature

    @classmethod
    def unpack(cls, value: bytes) -> Self:
        """Return the assertion of these exact bytes; raise InvalidEncoding("signature.malformed")."""
        authenticator_data, rest = _take(value)
        client_data, signature = _take(rest)
        return cls(authenticator_data, client_data, signature)


def key_of(rp_id: str, point: bytes) -> bytes:
    """Return what names a passkey's public key: the SHA-256 of its relying party's id, then x‖y."""
    return hashlib.sha256(rp_id.encode()).digest() + point


def challenge_of(digest: bytes) -> bytes:
    """Return how a browser writes a challenge: base64url without padding."""
    return base64.urlsafe_b64encode(digest).rstrip(b"=")


def base64url(text: str) -> bytes:
    """Return the bytes of base64url text without padding; raise VerificationFailed("passkey.malformed")."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise VerificationFailed("passkey.malformed", "expected a challenge in base64url") from error


def check_webauthn(raw: bytes, digest: bytes, value: bytes) -> None:
    """Pass when the passkey `raw` (relying party's hash, x‖y) signed this 32-byte digest; raise VerificationFailed.

    Codes: signature.malformed, signature.not-low-s, signature.invalid, and passkey.wrong-type, passkey.wrong-challenge,
    passkey.cross-origin, passkey.wrong-rp, passkey.not-present, passkey.not-verified, passkey.malformed.
    """
    assertion = _unpacked(value)
    if read_client_data(assertion.client_data, _GET).challenge.encode() != challenge_of(digest):
        raise VerificationFailed("passkey.wrong-challenge", "this passkey signed another statement than the one shown")
    _check_authenticator_data(assertion.authenticator_data, raw[:RP_HASH_BYTES])
    signed = assertion.authenticator_data + hashlib.sha256(assertion.client_data).digest()
    check_p256(raw[RP_HASH_BYTES:], signed, assertion.signature)


@dataclass(frozen=True)
class ClientData:
    """What a browser says about a ceremony that its pages asked for."""

    challenge: str  # base64url
    origin: str


def read_client_data(client_data: bytes, ceremony: str) -> ClientData:
    """Return challenge and origin of client data of this type; raise VerificationFailed: passkey.malformed, wrong-type, cross-origin."""
    members = _members(client_data)
    if _text(members, b"type") != ceremony.encode():
        raise VerificationFailed("passkey.wrong-type", f"expected {ceremony}, got another ceremony of the browser")
    if members.get(b"crossOrigin", b"false") != b"false" or b"topOrigin" in members:
        raise VerificationFailed("passkey.cross-origin", "expected a page of its own, got one framed by another site")
    origin = _text(members, b"origin").decode("ascii", "replace")
    if not origin or not origin.isascii() or not origin.isprintable():
        raise VerificationFailed("passkey.malformed", "expected an origin of printable characters")
    return ClientData(_text(members, b"challenge").decode("ascii", "replace"), origin)


def check_origin(value: bytes, origins: Collection[str]) -> str:
    """Return the origin whose page asked for this assertion if it is one of `origins`; raise VerificationFailed."""
    origin = origin_of(value)
    if origin not in origins:
        raise VerificationFailed(
            "passkey.wrong-origin", f"expected a passkey used on {', '.join(sorted(origins))}, got one used on {origin}"
        )
    return origin


def origin_of(value: bytes) -> str:
    """Return the origin that an assertion claims; raise VerificationFailed."""
    return read_client_data(_unpacked(value).client_data, _GET).origin


def _unpacked(value: bytes) -> Assertion:
    try:
        return Assertion.unpack(value)
    except InvalidEncoding as error:
        raise VerificationFailed(error.code, error.message) from error


def _take(data: bytes) -> tuple[bytes, bytes]:
    length = int.from_bytes(data[:_LENGTH_BYTES], "big")
    end = _LENGTH_BYTES + length
    if len(data) < end:
        raise _malformed("two parts, each after its length in two bytes, then r and s")
    return data[_LENGTH_BYTES:end], data[end:]


def _check_authenticator_data(data: bytes, rp_hash: bytes) -> None:
    flags = data[RP_HASH_BYTES]
    checks = (
        (data[:RP_HASH_BYTES] == rp_hash, "passkey.wrong-rp", "the relying party that the key belongs to"),
        (flags & _PRESENT, "passkey.not-present", "a person who was present"),
        (flags & _VERIFIED, "passkey.not-verified", "a person verified by PIN, finger or face"),
        (flags & _BACKUP_ELIGIBLE or not flags & _BACKED_UP, "passkey.malformed", "backup flags that can be"),
        (not flags & _ATTESTED, "passkey.malformed", "no new credential in an assertion"),
        (
            bool(flags & _EXTENDED) == (len(data) > _LEAST_AUTHENTICATOR_DATA),
            "passkey.malformed",
            "extensions exactly where their flag says so",
        ),
    )
    for holds, code, what in checks:
        if not holds:
            raise VerificationFailed(code, f"the passkey's answer does not show {what}")


def _text(members: Mapping[bytes, bytes], name: bytes) -> bytes:
    """Return a member that is text, without its quotes."""
    value = members.get(name, b"")
    if len(value) < len(b'""') or value[0] != _QUOTE:
        raise VerificationFailed("passkey.malformed", f"expected client data with the text {name.decode()}")
    return value[1:-1]


def _members(client_data: bytes) -> dict[bytes, bytes]:
    """Return the known members of the client data as they are written; raise VerificationFailed("passkey.malformed").

    No backslash may occur, so that each name and text has one spelling; the contract and the page read by the same rules.
    """
    if b"\\" in client_data or client_data[:1] != b"{" or client_data[-1:] != b"}":
        raise _unreadable()
    found: dict[bytes, bytes] = {}
    place, end = 1, len(client_data) - 1
    while place < end:
        name_end = _text_end(client_data, place)
        if client_data[name_end : name_end + 1] != b":":
            raise _unreadable()
        name, value_end = client_data[place + 1 : name_end - 1], _value_end(client_data, name_end + 1, end)
        if name in _KNOWN:
            if name in found:
                raise _unreadable()
            found[name] = client_data[name_end + 1 : value_end]
        place = value_end + 1
    return found


def _text_end(data: bytes, start: int) -> int:
    """Return where the text that starts here ends, behind its closing quote."""
    end = data.find(b'"', start + 1)
    if data[start] != _QUOTE or end < 0:
        raise _unreadable()
    return end + 1


def _value_end(data: bytes, start: int, end: int) -> int:
    """Return where the value that starts here ends: at the comma on its own level, or at the end of the object."""
    depth, place = 0, start
    while place < end:
        byte = data[place]
        if byte == _QUOTE:
            place = _text_end(data, place)
            continue
        if byte == _COMMA and depth == 0:
            return place
        depth += (byte in _OPENING) - (byte in _CLOSING)
        if depth < 0:
            raise _unreadable()
        place += 1
    if depth:
        raise _unreadable()
    return end


def _unreadable() -> VerificationFailed:
    return VerificationFailed(
        "passkey.malformed", "expected client data as browsers write it: one JSON object, no escapes"
    )


def _malformed(expected: str) -> InvalidEncoding:
    return InvalidEncoding("signature.malformed", f"expected a passkey's answer: {expected}")
