"""The steps of RFC 9497 sections 3.3.1 and 3.3.2: blind, evaluate, finalize.

Promises: byte-exact with the RFC; `evaluate` is the keyed function that `finalize` of a blind evaluation gives too.
Leaves to others: proofs (dleq), shares of a key (threshold), randomness (arguments).
"""

import hashlib

from signing.errors import InvalidEncoding
from signing.oprf.group import UNIFORM_BYTES, Element, Scalar, invert, scalar_from_uniform, times, times_base
from signing.oprf.hashing import Mode, framed, hash_to_element, hash_to_scalar


def derive_key(mode: Mode, seed: bytes, info: bytes) -> tuple[Scalar, Element]:
    """Return the key pair of a seed of 32 bytes (DeriveKeyPair)."""
    # Zero comes out once in 2^252; the counter of the RFC would then go on, ours refuses in `times_base`.
    secret = hash_to_scalar(mode, seed + framed(info) + b"\x00", label=b"DeriveKeyPair")
    return secret, times_base(secret)


def blind(mode: Mode, message: bytes, factor: Scalar) -> Element:
    """Return the element that hides `message` from whoever evaluates it; `factor` is random, secret and used once."""
    framed(message)
    return times(factor, hash_to_element(mode, message))


def blind_evaluate(secret: Scalar, blinded: Element) -> Element:
    return times(secret, blinded)


def finalize(message: bytes, factor: Scalar, evaluated: Element) -> bytes:
    """Return the output of 64 bytes for `message`, taking the blind off what was evaluated."""
    return output(message, times(invert(factor), evaluated))


def evaluate(mode: Mode, secret: Scalar, message: bytes) -> bytes:
    """Return the output of 64 bytes for a message that the key's holder knows."""
    return output(message, times(secret, hash_to_element(mode, message)))


def output(message: bytes, element: Element, *between: bytes) -> bytes:
    parts = (message, *between, element)
    return hashlib.sha512(b"".join(map(framed, parts)) + b"Finalize").digest()


def uniform_factor(random: bytes) -> Scalar:
    """Return a blind of 64 random bytes; raise InvalidEncoding("scalar.malformed") for fewer."""
    if len(random) != UNIFORM_BYTES:
        raise InvalidEncoding("scalar.malformed", f"expected {UNIFORM_BYTES} random bytes, got {len(random)}")
    return scalar_from_uniform(random)
