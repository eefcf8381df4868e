"""Proof that one secret scalar links a public key and any number of pairs of elements (RFC 9497 section 2.2).

Promises: a proof of 64 bytes, whatever the number of pairs; one pair that does not fit makes it fail.
Leaves to others: which elements are paired, and the nonce, which must be fresh and secret (`hedged_nonce` makes one).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final, Self

from signing.errors import InvalidEncoding, VerificationFailed
from signing.oprf.group import (
    SCALAR_BYTES,
    Element,
    Scalar,
    multiply,
    plus,
    scalar,
    scalar_from_uniform,
    subtract,
    times,
    times_base,
    total,
)
from signing.oprf.hashing import Mode, context, framed, hash_to_scalar

PROOF_BYTES: Final = 2 * SCALAR_BYTES

Pairs = Sequence[tuple[Element, Element]]


@dataclass(frozen=True)
class Proof:
    """Challenge and response."""

    challenge: Scalar
    response: Scalar

    def to_bytes(self) -> bytes:
        return self.challenge + self.response

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the proof of its 64 bytes; raise InvalidEncoding("evaluation-proof.malformed")."""
        if len(data) != PROOF_BYTES:
            raise InvalidEncoding(
                "evaluation-proof.malformed", f"expected a proof of {PROOF_BYTES} bytes, got {len(data)}"
            )
        try:
            return cls(scalar(data[:SCALAR_BYTES]), scalar(data[SCALAR_BYTES:]))
        except InvalidEncoding as error:
            raise InvalidEncoding("evaluation-proof.malformed", error.message) from error


def hedged_nonce(secret: Scalar, random: bytes, pairs: Pairs) -> Scalar:
    """Return a nonce of 32 random bytes that stays secret even where the randomness was bad or came twice."""
    hasher = hashlib.sha512(b"tally/dleq-nonce/v1\n" + secret + random)
    for left, right in pairs:
        hasher.update(left + right)
    return scalar_from_uniform(hasher.digest())


def prove(mode: Mode, secret: Scalar, public: Element, pairs: Pairs, nonce: Scalar) -> Proof:
    """Prove that secret · G is `public` and secret · left is right for every pair (GenerateProof)."""
    left = _left(mode, public, pairs)
    right = times(secret, left)
    challenge = _challenge(mode, public, left, right, times_base(nonce), times(nonce, left))
    return Proof(challenge, subtract(nonce, multiply(challenge, secret)))


def verify(mode: Mode, public: Element, pairs: Pairs, proof: Proof) -> None:
    """Pass when the proof holds (VerifyProof); raise VerificationFailed("evaluation-proof.invalid")."""
    try:
        left, right = _composites(mode, public, pairs)
        first = plus(times_base(proof.response), times(proof.challenge, public))
        second = plus(times(proof.response, left), times(proof.challenge, right))
        expected = _challenge(mode, public, left, right, first, second)
    except InvalidEncoding as error:
        raise VerificationFailed(
            "evaluation-proof.invalid", "this proof is not of these elements under this key"
        ) from error
    if not compare_digest(expected, proof.challenge):
        raise VerificationFailed("evaluation-proof.invalid", "this proof is not of these elements under this key")


def _left(mode: Mode, public: Element, pairs: Pairs) -> Element:
    """Return the composite of the left sides: with the secret at hand the right one is a single product away."""
    weights = _weights(mode, public, pairs)
    return total(times(weight, left) for weight, (left, _) in zip(weights, pairs, strict=True))


def _composites(mode: Mode, public: Element, pairs: Pairs) -> tuple[Element, Element]:
    weights = _weights(mode, public, pairs)
    return (
        total(times(weight, left) for weight, (left, _) in zip(weights, pairs, strict=True)),
        total(times(weight, right) for weight, (_, right) in zip(weights, pairs, strict=True)),
    )


def _weights(mode: Mode, public: Element, pairs: Pairs) -> list[Scalar]:
    seed = hashlib.sha512(framed(public) + framed(b"Seed-" + context(mode))).digest()
    opening = framed(seed)
    return [
        hash_to_scalar(mode, opening + place.to_bytes(2, "big") + framed(left) + framed(right) + b"Composite")
        for place, (left, right) in enumerate(pairs)
    ]


def _challenge(mode: Mode, *parts: Element) -> Scalar:
    return hash_to_scalar(mode, b"".join(map(framed, parts)) + b"Challenge")
