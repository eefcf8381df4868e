"""The prime-order group ristretto255 (RFC 9496): elements and scalars as 32 bytes, arithmetic by libsodium.

Promises: every operation on a scalar is the library's, in constant time; an element that is not in its one encoding, and the
identity, are refused where they come in (`element`, `scalar`). Leaves to others: what is computed with them.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, NewType

import rbcl
from rbcl._sodium import lib_path

from signing.errors import InvalidEncoding

Element = NewType("Element", bytes)
Scalar = NewType("Scalar", bytes)

ELEMENT_BYTES: Final = 32
SCALAR_BYTES: Final = 32
UNIFORM_BYTES: Final = 64  # of hash output, which become an element or a scalar without bias

_IDENTITY = bytes(ELEMENT_BYTES)
_ZERO = bytes(SCALAR_BYTES)

Path(lib_path).unlink(missing_ok=True)  # unpacked anew by each process that loads it, 3 MB, and removed by nobody else


def element(data: bytes) -> Element:
    """Return the element of its encoding; raise InvalidEncoding("element.malformed") for the identity and any other spelling."""
    if len(data) != ELEMENT_BYTES or data == _IDENTITY or not rbcl.crypto_core_ristretto255_is_valid_point(data):
        raise InvalidEncoding(
            "element.malformed",
            f"expected the canonical {ELEMENT_BYTES} bytes of a ristretto255 element other than zero",
        )
    return Element(data)


def scalar(data: bytes) -> Scalar:
    """Return the scalar of its encoding, from 1 to the order less 1; raise InvalidEncoding("scalar.malformed")."""
    if len(data) != SCALAR_BYTES or data == _ZERO or rbcl.crypto_core_ristretto255_scalar_reduce(data + _ZERO) != data:
        raise InvalidEncoding(
            "scalar.malformed",
            f"expected {SCALAR_BYTES} bytes, little endian, from 1 to the order of ristretto255 less 1",
        )
    return Scalar(data)


def element_from_uniform(data: bytes) -> Element:
    """Return the element of 64 uniform bytes, of which nobody knows the logarithm (RFC 9496 section 4.3.4)."""
    return Element(rbcl.crypto_core_ristretto255_from_hash(data))


def scalar_from_uniform(data: bytes) -> Scalar:
    """Return 64 uniform bytes, little endian, modulo the order."""
    return Scalar(rbcl.crypto_core_ristretto255_scalar_reduce(data))


def scalar_of(number: int) -> Scalar:
    """Return a small public number, such as the place of an evaluator, as a scalar."""
    return Scalar(number.to_bytes(SCALAR_BYTES, "little"))


def times(factor: Scalar, point: Element) -> Element:
    """Return factor · point; raise InvalidEncoding("element.malformed") where that is the identity."""
    try:
        return Element(rbcl.crypto_scalarmult_ristretto255(factor, point))
    except RuntimeError as error:
        raise InvalidEncoding("element.malformed", "expected a product other than the identity element") from error


def times_base(factor: Scalar) -> Element:
    """Return factor · G for the group's generator G; raise InvalidEncoding("element.malformed") for a factor of zero."""
    try:
        return Element(rbcl.crypto_scalarmult_ristretto255_base(factor))
    except RuntimeError as error:
        raise InvalidEncoding("element.malformed", "expected a product other than the identity element") from error


def plus(left: Element, right: Element) -> Element:
    return Element(rbcl.crypto_core_ristretto255_add(left, right))


def total(points: Iterable[Element]) -> Element:
    """Return the sum of elements (the identity for none)."""
    found = Element(_IDENTITY)
    for point in points:
        found = plus(found, point)
    return found


def add(left: Scalar, right: Scalar) -> Scalar:
    return Scalar(rbcl.crypto_core_ristretto255_scalar_add(left, right))


def subtract(left: Scalar, right: Scalar) -> Scalar:
    return Scalar(rbcl.crypto_core_ristretto255_scalar_sub(left, right))


def multiply(left: Scalar, right: Scalar) -> Scalar:
    return Scalar(rbcl.crypto_core_ristretto255_scalar_mul(left, right))


def invert(factor: Scalar) -> Scalar:
    """Return 1 / factor; raise InvalidEncoding("scalar.malformed") for zero."""
    try:
        return Scalar(rbcl.crypto_core_ristretto255_scalar_invert(factor))
    except ValueError as error:
        raise InvalidEncoding("scalar.malformed", "expected a scalar other than zero, which has no inverse") from error
