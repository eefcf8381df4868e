"""Sharing a secret among n so that t can use it, checkable by each (Feldman 1987), arithmetic only.

Promises: a share that does not lie on the committed polynomial is refused. Leaves to others: how shares travel, who complains
about whom (core.blacklist.dkg_*), and secret randomness: the coefficients are arguments.
"""

from collections.abc import Iterable, Sequence

from signing.errors import InvalidEncoding, VerificationFailed
from signing.oprf.group import Element, Scalar, add, multiply, plus, scalar_of, times, times_base, total

MAX_EVALUATORS = 32  # a quorum of institutions; what one evaluation costs the asker grows with the threshold


def check_threshold(threshold: int, evaluators: int) -> None:
    """Pass for 1 <= t <= n <= 32; raise InvalidEncoding("threshold.malformed")."""
    if not 1 <= threshold <= evaluators <= MAX_EVALUATORS:
        raise InvalidEncoding(
            "threshold.malformed",
            f"expected a threshold from 1 to the number of evaluators, at most {MAX_EVALUATORS}; got {threshold} of {evaluators}",
        )


def commit(coefficients: Sequence[Scalar]) -> tuple[Element, ...]:
    """Return the public commitments to a polynomial, the constant term first."""
    return tuple(times_base(coefficient) for coefficient in coefficients)


def share_for(index: int, coefficients: Sequence[Scalar]) -> Scalar:
    """Return the polynomial's value at a place from 1: what its holder gets (Horner's rule, constant time per term)."""
    place = scalar_of(index)
    value = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        value = add(multiply(value, place), coefficient)
    return value


def share_key(index: int, commitments: Sequence[Element]) -> Element:
    """Return the public key of the share at `index`."""
    place = scalar_of(index)
    value = commitments[-1]
    for commitment in reversed(commitments[:-1]):
        value = plus(times(place, value), commitment)
    return value


def check_share(index: int, share: Scalar, commitments: Sequence[Element]) -> None:
    """Pass when the share lies on the committed polynomial; raise VerificationFailed("share.invalid")."""
    if times_base(share) != share_key(index, commitments):
        raise VerificationFailed(
            "share.invalid", f"the share for place {index} does not lie on the committed polynomial"
        )


def sum_commitments(all_commitments: Iterable[Sequence[Element]]) -> tuple[Element, ...]:
    """Return the commitments to the sum of polynomials of one degree."""
    return tuple(total(column) for column in zip(*all_commitments, strict=True))


def sum_shares(shares: Sequence[Scalar]) -> Scalar:
    found = shares[0]
    for share in shares[1:]:
        found = add(found, share)
    return found
