"""The partially oblivious mode of RFC 9497 section 3.3.3, where both sides know a part of the input (`info`).

The blacklist does not use it: its key 1 / (k + m) is not linear in shares of k, so t of n could not compute it
(docs/decisions/0170). It is here because the vectors of all three modes hold this arithmetic together.
"""

from signing.oprf.group import Element, Scalar, add, invert, plus, times, times_base
from signing.oprf.hashing import Mode, framed, hash_to_scalar
from signing.oprf.protocol import output

_MODE = Mode.POPRF


def tweaked_public(public: Element, info: bytes) -> Element:
    """Return the key that stands for `public` and `info` together; it checks proofs over (evaluated, blinded)."""
    return plus(times_base(_tweak(info)), public)


def tweaked_secret(secret: Scalar, info: bytes) -> Scalar:
    return add(secret, _tweak(info))


def blind_evaluate(tweaked: Scalar, blinded: Element) -> Element:
    return times(invert(tweaked), blinded)


def finalize(message: bytes, info: bytes, factor: Scalar, evaluated: Element) -> bytes:
    """Return the output of 64 bytes for `message` and `info`."""
    return output(message, times(invert(factor), evaluated), info)


def _tweak(info: bytes) -> Scalar:
    return hash_to_scalar(_MODE, b"Info" + framed(info))
