"""How RFC 9497 hashes for ristretto255-SHA512: context strings, length prefixes, hash to element and to scalar.

Promises: byte-exact with RFC 9497 section 4.1 and RFC 9380 section 5.3.1. Leaves to others: which parts a transcript has.
"""

import hashlib
from enum import IntEnum

from signing.errors import InvalidEncoding
from signing.oprf.group import UNIFORM_BYTES, Element, Scalar, element_from_uniform, scalar_from_uniform

_SUITE = b"ristretto255-SHA512"
_BLOCK_BYTES = 128  # of SHA-512's input
_MAX_PART_BYTES = 2**16 - 1


class Mode(IntEnum):
    """The three protocols of RFC 9497 section 3.1; the blacklist uses the second."""

    OPRF = 0
    VOPRF = 1
    POPRF = 2


def context(mode: Mode) -> bytes:
    """Return the context string that separates this mode and suite from all others."""
    return b"OPRFV1-" + bytes([mode]) + b"-" + _SUITE


def framed(part: bytes) -> bytes:
    """Return a part behind its length in two bytes; raise InvalidEncoding("oprf.too-long")."""
    if len(part) > _MAX_PART_BYTES:
        raise InvalidEncoding("oprf.too-long", f"expected at most {_MAX_PART_BYTES} bytes, got {len(part)}")
    return len(part).to_bytes(2, "big") + part


def hash_to_element(mode: Mode, message: bytes) -> Element:
    return element_from_uniform(_expand(message, b"HashToGroup-" + context(mode)))


def hash_to_scalar(mode: Mode, message: bytes, *, label: bytes = b"HashToScalar-") -> Scalar:
    return scalar_from_uniform(_expand(message, label + context(mode)))


def _expand(message: bytes, tag: bytes) -> bytes:
    """Return expand_message_xmd (RFC 9380) of 64 bytes: exactly one output block of SHA-512."""
    ending = tag + bytes([len(tag)])
    first = hashlib.sha512(bytes(_BLOCK_BYTES) + message + UNIFORM_BYTES.to_bytes(2, "big") + b"\x00" + ending).digest()
    return hashlib.sha512(first + b"\x01" + ending).digest()
