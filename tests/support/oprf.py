"""Keys shared among evaluators as tests need them: deterministic, by a dealer (the real ones have none: core.blacklist.dkg)."""

from dataclasses import dataclass
from hashlib import sha512

from signing.oprf import dleq, sharing
from signing.oprf.group import Element, Scalar, scalar_from_uniform, times, times_base
from signing.oprf.threshold import MODE, Part


def scalar_named(name: str) -> Scalar:
    return scalar_from_uniform(sha512(b"published test scalar: " + name.encode()).digest())


@dataclass(frozen=True)
class SharedKey:
    """A secret, its public key, and the shares of n evaluators of whom t are needed."""

    threshold: int
    secret: Scalar
    shares: dict[int, Scalar]
    share_keys: dict[int, Element]

    @property
    def public(self) -> Element:
        return times_base(self.secret)

    def part(self, index: int, blinded: list[Element]) -> Part:
        return part_of(index, self.shares[index], blinded)


def shared_key(threshold: int, evaluators: int, name: str = "blacklist") -> SharedKey:
    coefficients = [scalar_named(f"{name} {power}") for power in range(threshold)]
    shares = {index: sharing.share_for(index, coefficients) for index in range(1, evaluators + 1)}
    return SharedKey(threshold, coefficients[0], shares, {index: times_base(share) for index, share in shares.items()})


def part_of(index: int, share: Scalar, blinded: list[Element]) -> Part:
    elements = tuple(times(share, element) for element in blinded)
    pairs = list(zip(blinded, elements, strict=True))
    nonce = dleq.hedged_nonce(share, bytes(32), pairs)
    return Part(index, elements, dleq.prove(MODE, share, times_base(share), pairs, nonce))
