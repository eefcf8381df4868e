"""A shared key without a dealer: each evaluator deals a polynomial, the key is the sum, and nobody ever holds it.

Promises: who deals wrongly is named, and the proof of it convinces third parties too; so does the proof of a false complaint.
Nobody can choose a polynomial after seeing another's: the first round fixes it by its hash (docs/decisions/0172).
Leaves to others: the messages as signed records (core.blacklist.dkg), secrets (signing.keys.evaluators), starting anew without
whoever was named: a ceremony with a fault in it gives no key.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from signing.envelope import tagged_hash
from signing.errors import InvalidEncoding, VerificationFailed
from signing.oprf.dleq import Proof, prove, verify
from signing.oprf.group import (
    UNIFORM_BYTES,
    Element,
    Scalar,
    element_from_uniform,
    scalar,
    scalar_from_uniform,
    times,
    times_base,
)
from signing.oprf.hashing import Mode
from signing.oprf.sharing import check_share, commit, share_for

SEALED_BYTES: Final = 48  # a share and its authenticator
_MODE = Mode.VOPRF
_NONCE = bytes(12)  # each key seals one share only


@dataclass(frozen=True)
class Dealt:
    """What a dealer shows in the second round: commitments to its polynomial, and that it knows the polynomial's constant."""

    commitments: tuple[Element, ...]
    possession: Element
    proof: Proof

    @property
    def hash(self) -> bytes:
        """Return what the first round fixes."""
        return tagged_hash("dkg-dealt", *self.commitments, self.possession, self.proof.to_bytes())


@dataclass(frozen=True)
class Polynomial:
    """A dealer's secrets, all from one seed and the plan's hash; they never show in a repr."""

    index: int
    plan: bytes
    coefficients: tuple[Scalar, ...]
    exchange: Scalar  # agrees with each other evaluator on a key for its share

    def __repr__(self) -> str:
        return f"<Polynomial of place {self.index}>"

    @property
    def exchange_key(self) -> Element:
        return times_base(self.exchange)

    def dealt(self) -> Dealt:
        base = _possession_base(self.plan, self.index)
        public, shown = times_base(self.coefficients[0]), times(self.coefficients[0], base)
        nonce = _derived(self.exchange + self.coefficients[0], self.plan, b"possession", self.index)
        return Dealt(
            commit(self.coefficients), shown, prove(_MODE, self.coefficients[0], public, [(base, shown)], nonce)
        )

    def share(self, index: int) -> Scalar:
        return share_for(index, self.coefficients)

    def sealed_share(self, index: int, exchange_key: Element) -> bytes:
        """Return the share of place `index`, sealed for the holder of this exchange key."""
        return _cipher(self.plan, self.index, index, times(self.exchange, exchange_key)).encrypt(
            _NONCE, self.share(index), None
        )

    def open_share(self, dealer: int, exchange_key: Element, sealed: bytes, dealt: Dealt) -> Scalar:
        """Return our share of a dealer's polynomial; raise VerificationFailed("dkg.bad-share")."""
        return open_share(
            _Sealed(self.plan, dealer, self.index, sealed), times(self.exchange, exchange_key), dealt.commitments
        )

    def complaint(self, exchange_key: Element) -> "Complaint":
        """Return what shows to everybody what a dealer sent us: the key of that one message, and that it is the key."""
        shared = times(self.exchange, exchange_key)
        nonce = _derived(self.exchange + shared, self.plan, b"complaint", self.index)
        return Complaint(shared, prove(_MODE, self.exchange, self.exchange_key, [(exchange_key, shared)], nonce))


@dataclass(frozen=True)
class Complaint:
    """The agreed key between accuser and accused, with the proof that it is theirs."""

    shared: Element
    proof: Proof


@dataclass(frozen=True)
class _Sealed:
    plan: bytes
    dealer: int
    index: int
    data: bytes


def polynomial(seed: bytes, plan: bytes, index: int, threshold: int) -> Polynomial:
    """Return the secrets of one evaluator in one ceremony: the same seed and plan give the same again."""
    coefficients = tuple(_derived(seed, plan, b"coefficient", power) for power in range(threshold))
    return Polynomial(index, plan, coefficients, _derived(seed, plan, b"exchange", index))


def check_dealt(plan: bytes, index: int, dealt: Dealt, *, fixed: bytes, threshold: int) -> None:
    """Pass when what a dealer shows is what it fixed, of the right degree, and its own; raise VerificationFailed("dkg.bad-dealer")."""
    if dealt.hash != fixed or len(dealt.commitments) != threshold:
        raise VerificationFailed(
            "dkg.bad-dealer", f"evaluator {index} shows another polynomial than it fixed in round one"
        )
    try:
        verify(_MODE, dealt.commitments[0], [(_possession_base(plan, index), dealt.possession)], dealt.proof)
    except VerificationFailed as error:
        raise VerificationFailed(
            "dkg.bad-dealer", f"evaluator {index} does not know the polynomial that it shows"
        ) from error


def open_share(sealed: _Sealed, shared: Element, commitments: Sequence[Element]) -> Scalar:
    """Return the share in a sealed message; raise VerificationFailed("dkg.bad-share") naming its dealer."""
    try:
        data = _cipher(sealed.plan, sealed.dealer, sealed.index, shared).decrypt(_NONCE, sealed.data, None)
        share = scalar(data)
        check_share(sealed.index, share, commitments)
    except (InvalidTag, InvalidEncoding, VerificationFailed) as error:
        raise VerificationFailed(
            "dkg.bad-share",
            f"evaluator {sealed.dealer} sent evaluator {sealed.index} a share that is not of its polynomial",
        ) from error
    return share


@dataclass(frozen=True, kw_only=True)
class Accusation:
    """A complaint with everything that judges it; all of it was signed and is public."""

    plan: bytes
    accuser: int
    accused: int
    exchange_keys: Mapping[int, Element]
    sealed: bytes
    commitments: Sequence[Element]
    complaint: Complaint


def judge(case: Accusation) -> int:
    """Return who is at fault: the accused whose message holds no valid share, else the accuser."""
    pair = (case.exchange_keys[case.accused], case.complaint.shared)
    try:
        verify(_MODE, case.exchange_keys[case.accuser], [pair], case.complaint.proof)
        open_share(_Sealed(case.plan, case.accused, case.accuser, case.sealed), case.complaint.shared, case.commitments)
    except VerificationFailed as error:
        return case.accused if error.code == "dkg.bad-share" else case.accuser
    return case.accuser


def _cipher(plan: bytes, dealer: int, index: int, shared: Element) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(tagged_hash("dkg-share", plan, bytes([dealer, index]), shared))


def _possession_base(plan: bytes, index: int) -> Element:
    return element_from_uniform(hashlib.sha512(tagged_hash("dkg-possession", plan, bytes([index]))).digest())


def _derived(seed: bytes, plan: bytes, label: bytes, number: int) -> Scalar:
    material = hashlib.shake_256(tagged_hash("dkg-secret", seed, plan, label, bytes([number])))
    return scalar_from_uniform(material.digest(UNIFORM_BYTES))
