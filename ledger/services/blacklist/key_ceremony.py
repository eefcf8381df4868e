"""One evaluator's side of a key ceremony: from its secret polynomial and the others' messages to its share and the epoch.

Promises: what every step makes depends only on seed, plan and messages, so a step can be repeated after a crash.
Leaves to others: reading and writing the files (api.commands), keeping the share (signing.keys.evaluators).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.core.blacklist.dkg import Grievance, RoundOne, RoundTwo, check_round_two, view_of
from ledger.core.blacklist.epochs import Epoch, Plan
from ledger.core.blacklist.signed import digest
from signing.errors import VerificationFailed
from signing.oprf.dkg import Polynomial, polynomial
from signing.oprf.group import Scalar
from signing.oprf.sharing import sum_commitments, sum_shares


def own_polynomial(plan: Plan, index: int, seed: bytes) -> Polynomial:
    """Return the secrets of the evaluator at `index`, all from its seed of 32 bytes."""
    return polynomial(seed, digest(plan), index, plan.threshold)


def first_message(plan: Plan, own: Polynomial) -> RoundOne:
    return RoundOne(digest(plan), own.index, own.exchange_key, own.dealt().hash)


def second_message(plan: Plan, own: Polynomial, round_one: Sequence[RoundOne]) -> RoundTwo:
    sealed = tuple(own.sealed_share(message.index, message.exchange_key) for message in round_one)
    return RoundTwo(digest(plan), own.index, view_of(round_one), own.dealt(), sealed)


@dataclass(frozen=True)
class Finished:
    """The epoch and our share of its key; the share never shows in a repr."""

    epoch: Epoch
    share: Scalar

    def __repr__(self) -> str:
        return f"<Finished {self.epoch.id.hex()[:8]}>"


def finish(plan: Plan, own: Polynomial, round_one: Sequence[RoundOne], round_two: Sequence[RoundTwo]) -> Finished:
    """Return the epoch and our share; raise VerificationFailed: dkg.bad-share (then complain), and those of `check_round_two`."""
    check_round_two(plan, round_one, round_two)
    shares = [
        own.open_share(second.index, first.exchange_key, second.sealed[own.index - 1], second.dealt)
        for first, second in zip(round_one, round_two, strict=True)
    ]
    return Finished(
        Epoch(plan, sum_commitments([second.dealt.commitments for second in round_two])), sum_shares(shares)
    )


def grievances(
    plan: Plan, own: Polynomial, round_one: Sequence[RoundOne], round_two: Sequence[RoundTwo]
) -> list[Grievance]:
    """Return a complaint about each dealer whose share for us does not hold."""
    found = []
    for first, second in zip(round_one, round_two, strict=True):
        try:
            own.open_share(second.index, first.exchange_key, second.sealed[own.index - 1], second.dealt)
        except VerificationFailed:
            found.append(Grievance(digest(plan), own.index, second.index, own.complaint(first.exchange_key)))
    return found
