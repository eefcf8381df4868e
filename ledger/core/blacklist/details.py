"""What is said of a listed subject, sealed so that only whoever can name the subject reads it.

Promises: every sealed text has the same length, so that its length tells nothing; it is bound to its token and listing.
Leaves to others: what the details are (listings), the nonce (an argument: random, once).
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.core.blacklist.tree import Token
from ledger.errors import InvalidInput, VerificationFailed
from signing.canonical import Json, decode, encode
from signing.envelope import tagged_hash

PLAIN_BYTES: Final = 1024
NONCE_BYTES: Final = 12
SEALED_BYTES: Final = NONCE_BYTES + PLAIN_BYTES + 16

_PAD = b"\x80"


def seal_details(key: bytes, token: Token, listing: str, details: Json, nonce: bytes) -> bytes:
    """Return the sealed details; raise InvalidInput("details.too-long")."""
    plain = encode(details) + _PAD
    if len(plain) > PLAIN_BYTES:
        raise InvalidInput(
            "details.too-long", f"expected details of at most {PLAIN_BYTES - 1} bytes, got {len(plain) - 1}"
        )
    return nonce + AESGCM(key).encrypt(nonce, plain.ljust(PLAIN_BYTES, b"\x00"), _bound(token, listing))


def open_details(key: bytes, token: Token, listing: str, sealed: bytes) -> Json:
    """Return the details; raise VerificationFailed("details.sealed-otherwise")."""
    try:
        plain = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(token, listing))
    except (InvalidTag, ValueError) as error:
        raise VerificationFailed(
            "details.sealed-otherwise", "these details are of another subject or listing, or were altered"
        ) from error
    return decode(plain.rstrip(b"\x00").removesuffix(_PAD))


def _bound(token: Token, listing: str) -> bytes:
    return tagged_hash("details", token, listing.encode())
