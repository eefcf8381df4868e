"""An epoch: one shared key, who holds its shares, how many are needed, from when to when (docs/formats/blacklist-epoch.md).

Promises: an epoch that was read is signed by every evaluator in it and its share keys follow from its commitments; the key of a
new epoch has nothing in common with that of the one before. Leaves to others: how the key is made (signing.oprf.dkg), whether
one believes these evaluators (the check policy).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from ledger.core.blacklist.identifiers import Purpose
from ledger.core.blacklist.signed import Signed, digest
from ledger.core.log.fields import Fields, octets
from ledger.core.log.instants import instant, instant_text
from ledger.errors import InvalidInput, VerificationFailed
from signing.algorithms import PublicKey
from signing.canonical import Json, encode
from signing.envelope import Signature
from signing.errors import InvalidEncoding
from signing.oprf.group import ELEMENT_BYTES, Element, element
from signing.oprf.sharing import MAX_EVALUATORS, check_threshold, share_key
from signing.oprf.stretch import Stretch

KIND: Final = "blacklist-epoch"
_CODE = "epoch.malformed"
_TAG = f"tally/{KIND}/v1"
_FIELDS = frozenset(
    {
        "tag",
        "consortium",
        "purpose",
        "number",
        "threshold",
        "evaluators",
        "stretch",
        "opens_at",
        "closes_at",
        "commitments",
    }
)


@dataclass(frozen=True)
class Evaluator:
    """One holder of a share: its place from 1, whose it is, and the key that signs its answers."""

    index: int
    institution: str
    key: PublicKey

    def to_json(self) -> dict[str, Json]:
        return {"index": self.index, "institution": self.institution, "key": self.key.to_json()}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What evaluators agree on before they make a key: everything of an epoch but the key."""

    consortium: str
    purpose: Purpose
    number: int
    threshold: int
    evaluators: tuple[Evaluator, ...]
    stretch: Stretch
    opens_at: str
    closes_at: str

    kind: Final = "blacklist-plan"

    def __post_init__(self) -> None:
        try:
            check_threshold(self.threshold, len(self.evaluators))
        except InvalidEncoding as error:
            raise InvalidInput(_CODE, error.message) from error
        if [evaluator.index for evaluator in self.evaluators] != list(range(1, len(self.evaluators) + 1)):
            raise InvalidInput(_CODE, "expected evaluators at places 1, 2, … in order")
        if len({evaluator.key.key_id for evaluator in self.evaluators}) != len(self.evaluators):
            raise InvalidInput(_CODE, "two evaluators have one key: each signs with a key of its own")
        if instant(self.opens_at) >= instant(self.closes_at):
            raise InvalidInput(_CODE, "expected an epoch to close after it opens")

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": f"tally/{self.kind}/v1",
            "consortium": self.consortium,
            "purpose": str(self.purpose),
            "number": self.number,
            "threshold": self.threshold,
            "evaluators": [evaluator.to_json() for evaluator in self.evaluators],
            "stretch": self.stretch.to_json(),
            "opens_at": self.opens_at,
            "closes_at": self.closes_at,
        }


@dataclass(frozen=True)
class Epoch:
    """A plan and the commitments to the shared polynomial, whose first is the public key."""

    plan: Plan
    commitments: tuple[Element, ...]

    kind: Final = KIND

    def __post_init__(self) -> None:
        if len(self.commitments) != self.plan.threshold:
            raise InvalidInput(_CODE, f"expected {self.plan.threshold} commitments, got {len(self.commitments)}")

    @cached_property
    def id(self) -> bytes:
        """Return the 32 bytes that name this epoch in requests, answers and versions."""
        return digest(self)

    @property
    def public_key(self) -> Element:
        return self.commitments[0]

    @cached_property
    def share_keys(self) -> Mapping[int, Element]:
        """Return the public key of each evaluator's share."""
        return {place.index: share_key(place.index, self.commitments) for place in self.plan.evaluators}

    @property
    def is_co_located(self) -> bool:
        """Whether fewer institutions than the threshold hold all shares: one party alone could then name subjects."""
        return len({evaluator.institution for evaluator in self.plan.evaluators}) < max(self.plan.threshold, 2)

    def evaluator(self, index: int) -> Evaluator:
        """Return the evaluator at a place; raise VerificationFailed("evaluation.unknown-evaluator")."""
        if not 1 <= index <= len(self.plan.evaluators):
            raise VerificationFailed(
                "evaluation.unknown-evaluator", f"expected a place from 1 to {len(self.plan.evaluators)}, got {index}"
            )
        return self.plan.evaluators[index - 1]

    def is_open(self, at: datetime) -> bool:
        return instant(self.plan.opens_at) <= at < instant(self.plan.closes_at)

    def to_json(self) -> dict[str, Json]:
        commitments: list[Json] = [commitment.hex() for commitment in self.commitments]
        return {**self.plan.to_json(), "tag": _TAG, "commitments": commitments}


@dataclass(frozen=True)
class SignedEpoch:
    """An epoch with the signatures of all its evaluators, in their order."""

    epoch: Epoch
    signatures: tuple[Signature, ...]

    def check(self) -> None:
        """Pass when every evaluator signed; raise VerificationFailed: epoch.not-all-signed, blacklist.signature."""
        if len(self.signatures) != len(self.epoch.plan.evaluators):
            raise VerificationFailed(
                "epoch.not-all-signed",
                f"expected the signatures of {len(self.epoch.plan.evaluators)} evaluators, got {len(self.signatures)}",
            )
        for evaluator, signature in zip(self.epoch.plan.evaluators, self.signatures, strict=True):
            Signed(self.epoch, signature).check(evaluator.key)

    def to_json(self) -> dict[str, Json]:
        return {"epoch": self.epoch.to_json(), "signatures": [signature.to_json() for signature in self.signatures]}

    def to_bytes(self) -> bytes:
        return encode(self.to_json())


def parse_signed_epoch(value: Json) -> SignedEpoch:
    """Return the epoch, whose signatures hold; raise InvalidInput("epoch.malformed"), VerificationFailed as `check` does."""
    fields = Fields(value, frozenset({"epoch", "signatures"}), where="epoch", code=_CODE)
    found = SignedEpoch(
        fields.parsed("epoch", parse_epoch), fields.many("signatures", Signature.from_json, most=MAX_EVALUATORS)
    )
    found.check()
    return found


def parse_epoch(value: Json) -> Epoch:
    """Return the epoch of its JSON form; raise InvalidInput("epoch.malformed")."""
    fields = Fields(value, _FIELDS, where="epoch", code=_CODE)
    _check_tag(fields, _TAG)
    commitments = fields.many("commitments", _element, most=MAX_EVALUATORS)
    return Epoch(_plan(fields), commitments)


def parse_plan(value: Json) -> Plan:
    """Return the plan of its JSON form; raise InvalidInput("epoch.malformed")."""
    fields = Fields(value, _FIELDS - {"commitments"}, where="plan", code=_CODE)
    _check_tag(fields, f"tally/{Plan.kind}/v1")
    return _plan(fields)


def _plan(fields: Fields) -> Plan:
    return Plan(
        consortium=fields.text("consortium"),
        purpose=fields.one_of("purpose", Purpose),
        number=fields.integer("number", least=1),
        threshold=fields.integer("threshold", least=1),
        evaluators=fields.many("evaluators", _evaluator, least=1, most=MAX_EVALUATORS),
        stretch=fields.parsed("stretch", Stretch.from_json),
        opens_at=fields.parsed("opens_at", instant_text),
        closes_at=fields.parsed("closes_at", instant_text),
    )


def _check_tag(fields: Fields, tag: str) -> None:
    if fields.text("tag") != tag:
        raise InvalidInput(_CODE, f'expected the tag "{tag}"')


def _evaluator(value: Json) -> Evaluator:
    fields = Fields(value, frozenset({"index", "institution", "key"}), where="evaluator", code=_CODE)
    return Evaluator(
        fields.integer("index", least=1), fields.text("institution"), fields.parsed("key", PublicKey.from_json)
    )


def _element(value: Json) -> Element:
    return element(octets(value, ELEMENT_BYTES))
