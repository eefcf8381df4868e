"""The messages of a key ceremony, as files that evaluators of different institutions exchange (docs/formats/key-ceremony.md).

Round one: an exchange key, and the hash of the polynomial dealt. Round two: the polynomial's commitments and the sealed shares,
with the hash of round one as its author saw it. Then each finishes alone: with a share and the epoch, or with a complaint.
Promises: every message is signed by its evaluator over the plan's hash; a missing, foreign or contradicting one is named.
Leaves to others: secrets (services.blacklist.key_ceremony), files (api.commands).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from ledger.core.blacklist.epochs import Plan
from ledger.core.blacklist.signed import Signed, digest, parse_signed
from ledger.core.log.fields import Fields, octets
from ledger.errors import InvalidInput, VerificationFailed
from signing.canonical import Json
from signing.envelope import tagged_hash
from signing.oprf.dkg import SEALED_BYTES, Accusation, Complaint, Dealt, check_dealt, judge
from signing.oprf.dleq import PROOF_BYTES, Proof
from signing.oprf.group import ELEMENT_BYTES, Element, element
from signing.oprf.sharing import MAX_EVALUATORS

_CODE = "dkg.malformed"


@dataclass(frozen=True)
class RoundOne:
    """An evaluator's exchange key, and the hash that fixes its polynomial."""

    plan: bytes
    index: int
    exchange_key: Element
    fixed: bytes

    kind: Final = "dkg-round-one"

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": f"tally/{self.kind}/v1",
            "plan": self.plan.hex(),
            "index": self.index,
            "exchange_key": self.exchange_key.hex(),
            "fixed": self.fixed.hex(),
        }


@dataclass(frozen=True)
class RoundTwo:
    """An evaluator's polynomial in public form, and a sealed share for each place in order, its own included."""

    plan: bytes
    index: int
    view: bytes
    dealt: Dealt
    sealed: tuple[bytes, ...]

    kind: Final = "dkg-round-two"

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": f"tally/{self.kind}/v1",
            "plan": self.plan.hex(),
            "index": self.index,
            "view": self.view.hex(),
            "commitments": [commitment.hex() for commitment in self.dealt.commitments],
            "possession": self.dealt.possession.hex(),
            "proof": self.dealt.proof.to_bytes().hex(),
            "sealed": [sealed.hex() for sealed in self.sealed],
        }


@dataclass(frozen=True)
class Grievance:
    """A complaint by one evaluator about another's message."""

    plan: bytes
    index: int
    accused: int
    complaint: Complaint

    kind: Final = "dkg-complaint"

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": f"tally/{self.kind}/v1",
            "plan": self.plan.hex(),
            "index": self.index,
            "accused": self.accused,
            "shared": self.complaint.shared.hex(),
            "proof": self.complaint.proof.to_bytes().hex(),
        }


Message = TypeVar("Message", RoundOne, RoundTwo)


def parse_round_one(value: Json) -> Signed[RoundOne]:
    """Return a message of round one; raise InvalidInput("dkg.malformed")."""
    return parse_signed(value, _round_one, _CODE)


def parse_round_two(value: Json) -> Signed[RoundTwo]:
    """Return a message of round two; raise InvalidInput("dkg.malformed")."""
    return parse_signed(value, _round_two, _CODE)


def parse_grievance(value: Json) -> Signed[Grievance]:
    """Return a complaint; raise InvalidInput("dkg.malformed")."""
    return parse_signed(value, _grievance, _CODE)


def in_order(plan: Plan, messages: Sequence[Signed[Message]]) -> list[Message]:
    """Return one checked message of each evaluator, in their order.

    Raises VerificationFailed: dkg.other-plan, dkg.missing (naming whose), dkg.contradiction, blacklist.signature.
    """
    name, found = digest(plan), dict[int, Message]()
    for message in messages:
        record = message.record
        if record.plan != name or not 1 <= record.index <= len(plan.evaluators):
            raise VerificationFailed("dkg.other-plan", f"a message of evaluator {record.index} belongs to another plan")
        message.check(plan.evaluators[record.index - 1].key)
        if found.setdefault(record.index, record) != record:
            raise VerificationFailed(
                "dkg.contradiction",
                f"evaluator {record.index} signed two different messages of one round: keep both, start anew without it",
            )
    missing = [str(evaluator.index) for evaluator in plan.evaluators if evaluator.index not in found]
    if missing:
        raise VerificationFailed(
            "dkg.missing", f"expected a message of each evaluator, there is none of {', '.join(missing)}"
        )
    return [found[evaluator.index] for evaluator in plan.evaluators]


def view_of(round_one: Sequence[RoundOne]) -> bytes:
    """Return the hash of round one as somebody saw it: all must have seen the same."""
    return tagged_hash("dkg-view", *(digest(message) for message in round_one))


def check_round_two(plan: Plan, round_one: Sequence[RoundOne], round_two: Sequence[RoundTwo]) -> None:
    """Pass when every dealer showed what it fixed, and all saw the same round one; raise VerificationFailed naming who did not.

    Codes: dkg.other-view, dkg.bad-dealer.
    """
    view, name = view_of(round_one), digest(plan)
    for first, second in zip(round_one, round_two, strict=True):
        if second.view != view or len(second.sealed) != len(plan.evaluators):
            raise VerificationFailed(
                "dkg.other-view",
                f"evaluator {second.index} saw another round one: compare the files, somebody signed two",
            )
        check_dealt(name, second.index, second.dealt, fixed=first.fixed, threshold=plan.threshold)


def at_fault(grievance: Grievance, round_one: Sequence[RoundOne], round_two: Sequence[RoundTwo]) -> int:
    """Return the place of whoever is at fault; raise VerificationFailed("dkg.other-plan")."""
    places = range(1, len(round_two) + 1)
    if grievance.plan != round_one[0].plan or grievance.accused not in places or grievance.index not in places:
        raise VerificationFailed("dkg.other-plan", "the complaint belongs to another plan")
    accused = round_two[grievance.accused - 1]
    exchange_keys: Mapping[int, Element] = {message.index: message.exchange_key for message in round_one}
    return judge(
        Accusation(
            plan=grievance.plan,
            accuser=grievance.index,
            accused=grievance.accused,
            exchange_keys=exchange_keys,
            sealed=accused.sealed[grievance.index - 1],
            commitments=accused.dealt.commitments,
            complaint=grievance.complaint,
        )
    )


def _round_one(value: Json) -> RoundOne:
    fields = Fields(value, frozenset({"tag", "plan", "index", "exchange_key", "fixed"}), where="round-one", code=_CODE)
    _check_tag(fields, RoundOne.kind)
    return RoundOne(
        fields.octets("plan", 32),
        fields.integer("index", least=1),
        fields.parsed("exchange_key", _element),
        fields.octets("fixed", 32),
    )


def _round_two(value: Json) -> RoundTwo:
    names = frozenset({"tag", "plan", "index", "view", "commitments", "possession", "proof", "sealed"})
    fields = Fields(value, names, where="round-two", code=_CODE)
    _check_tag(fields, RoundTwo.kind)
    commitments = fields.many("commitments", _element, least=1, most=MAX_EVALUATORS)
    return RoundTwo(
        fields.octets("plan", 32),
        fields.integer("index", least=1),
        fields.octets("view", 32),
        Dealt(commitments, fields.parsed("possession", _element), fields.parsed("proof", _proof)),
        fields.many("sealed", lambda part: octets(part, SEALED_BYTES), least=1, most=MAX_EVALUATORS),
    )


def _grievance(value: Json) -> Grievance:
    names = frozenset({"tag", "plan", "index", "accused", "shared", "proof"})
    fields = Fields(value, names, where="complaint", code=_CODE)
    _check_tag(fields, Grievance.kind)
    return Grievance(
        fields.octets("plan", 32),
        fields.integer("index", least=1),
        fields.integer("accused", least=1),
        Complaint(fields.parsed("shared", _element), fields.parsed("proof", _proof)),
    )


def _check_tag(fields: Fields, kind: str) -> None:
    if fields.text("tag") != f"tally/{kind}/v1":
        raise InvalidInput(_CODE, f'expected the tag "tally/{kind}/v1"')


def _element(value: Json) -> Element:
    return element(octets(value, ELEMENT_BYTES))


def _proof(value: Json) -> Proof:
    return Proof.from_bytes(octets(value, PROOF_BYTES))
