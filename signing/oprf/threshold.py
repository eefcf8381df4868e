"""One function evaluated by any t of n holders of shares: each proves its part, together they give what one key would.

Promises: a part that is wrong is refused and its evaluator named; fewer than t parts are refused; every set of t gives the
same result. Leaves to others: how shares are made (sharing) and who the evaluators are (the epoch record).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from signing.errors import VerificationFailed
from signing.oprf.dleq import Proof, verify
from signing.oprf.group import Element, Scalar, invert, multiply, scalar_of, subtract, times, total
from signing.oprf.hashing import Mode

MODE = Mode.VOPRF


@dataclass(frozen=True)
class Part:
    """What the evaluator at place `index` (from 1) answers for a batch: one element each, one proof for all."""

    index: int
    elements: tuple[Element, ...]
    proof: Proof


def check_part(part: Part, blinded: Sequence[Element], share_keys: Mapping[int, Element]) -> None:
    """Pass when the part is of this batch under its evaluator's share key; raise VerificationFailed naming the evaluator.

    Codes: "evaluation.unknown-evaluator", "evaluation.bad-part".
    """
    public = share_keys.get(part.index)
    if public is None:
        raise VerificationFailed(
            "evaluation.unknown-evaluator", f"expected one of evaluators {_listed(share_keys)}, got {part.index}"
        )
    if len(part.elements) != len(blinded):
        raise VerificationFailed(
            "evaluation.bad-part", f"evaluator {part.index} answered {len(part.elements)} of {len(blinded)} elements"
        )
    try:
        verify(MODE, public, list(zip(blinded, part.elements, strict=True)), part.proof)
    except VerificationFailed as error:
        raise VerificationFailed(
            "evaluation.bad-part", f"evaluator {part.index} answered with something other than its share of the key"
        ) from error


def combine(parts: Sequence[Part], threshold: int) -> list[Element]:
    """Return the evaluated elements of parts that were checked; raise VerificationFailed("evaluation.too-few").

    Where there are more parts than needed, those with the lowest places are used.
    """
    distinct = {part.index: part for part in parts}
    if len(distinct) < threshold:
        raise VerificationFailed(
            "evaluation.too-few", f"expected answers of {threshold} different evaluators, got {len(distinct)}"
        )
    chosen = [distinct[index] for index in sorted(distinct)[:threshold]]
    weights = lagrange_at_zero([part.index for part in chosen])
    columns = zip(*(part.elements for part in chosen), strict=True)
    return [
        total(times(weight, element) for weight, element in zip(weights, column, strict=True)) for column in columns
    ]


def lagrange_at_zero(places: Sequence[int]) -> list[Scalar]:
    """Return for each place the weight of its share in the shared secret."""
    return [_weight(place, [other for other in places if other != place]) for place in places]


def _weight(place: int, others: Sequence[int]) -> Scalar:
    above, below = scalar_of(1), scalar_of(1)
    for other in others:
        above = multiply(above, scalar_of(other))
        below = multiply(below, subtract(scalar_of(other), scalar_of(place)))
    return multiply(above, invert(below))


def _listed(keys: Mapping[int, Element]) -> str:
    return ", ".join(map(str, sorted(keys)))
