"""What a rule set decides on an application: the bytes it signs, and where the application stands after them (DESIGN section 6).

Promises: pure and without choice, so that a replay makes the same bytes from the log and the opened fields, bit for bit. The
statement names version and hash of the rule set, the hash of its inputs, the row that ruled, content and policy by their hashes, and
the entry of the submission. Leaves to others: which rule set is in force, signing, storing.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from ledger.core.applications.application import Application
from ledger.core.applications.decide import Actor, Decision, Progress, Review, Verdict, take
from ledger.core.applications.policy import Policy
from ledger.core.applications.rule_set import ROLE, Fired, Inputs, RuleSet, Ruling
from ledger.errors import InvalidInput
from signing.canonical import Json, decode, encode
from signing.envelope import tagged_bytes

KIND = "automated-decision"
VERDICTS = {Ruling.APPROVE: Verdict.APPROVE, Ruling.DECLINE: Verdict.DECLINE}


@dataclass(frozen=True, kw_only=True)
class Acting:
    """The named actor: one version of a rule set, under its id, with the key that its publication named."""

    id: str
    rule_set: RuleSet
    key_id: str


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """What is decided: one version of an application, as one submission gave it to the rules."""

    application: str
    submission: str  # id of the entry
    content: Application
    group_amount: int
    policy_sha256: bytes
    listed: bool = False  # by a check that came after the content was written

    @property
    def inputs(self) -> Inputs:
        return Inputs(
            case=self.content.case(self.group_amount, listed=self.listed), term_months=self.content.term_months
        )


@dataclass(frozen=True, kw_only=True)
class AutomatedDecision:
    """What the rule set said, and the payload that it signs."""

    fired: Fired
    inputs: Inputs
    payload: bytes

    def to_bytes(self) -> bytes:
        return tagged_bytes(KIND, self.payload)

    @property
    def nonce(self) -> bytes:
        """SHA-256 of `to_bytes`: a submission is ruled once, so its statement stands in place of a random number."""
        return hashlib.sha256(self.to_bytes()).digest()


def decide_by_rules(acting: Acting, submitted: Submitted) -> AutomatedDecision:
    """Return what the rule set decides: equal arguments, equal bytes."""
    inputs, rule_set = submitted.inputs, acting.rule_set
    fired = rule_set.rule(inputs)
    statement: dict[str, Json] = {
        "application": submitted.application,
        "submission": submitted.submission,
        "version": submitted.content.version,
        "content_sha256": submitted.content.sha256().hex(),
        "policy_sha256": submitted.policy_sha256.hex(),
        "rule_set": {
            "id": acting.id,
            "name": rule_set.name,
            "version": rule_set.version,
            "sha256": rule_set.sha256().hex(),
        },
        "inputs_sha256": inputs.sha256().hex(),
        "row": fired.row,
        "ruling": fired.ruling.value,
        "key_id": acting.key_id,
    }
    return AutomatedDecision(fired=fired, inputs=inputs, payload=encode(statement))


def ruling_of(statement: bytes) -> Ruling | None:
    """Return the ruling of an automated decision's bytes; None for bytes of another kind. Raises InvalidInput("ruleset.statement")."""
    prefix = tagged_bytes(KIND, b"")
    if not statement.startswith(prefix):
        return None
    value = decode(statement[len(prefix) :])
    ruling = value.get("ruling") if isinstance(value, dict) else None
    if not isinstance(ruling, str) or ruling not in set(Ruling):
        raise InvalidInput("ruleset.statement", "expected the statement of an automated decision with its ruling")
    return Ruling(ruling)


def decision_of(actor_id: str, ruling: Ruling, content_sha256: bytes, at: datetime) -> Decision | None:
    """Return the decision that a ruling is; None for a referral, which decides nothing."""
    if ruling is Ruling.REFER:
        return None
    actor = Actor(id=actor_id, roles=frozenset({ROLE}))
    return Decision(actor=actor, verdict=VERDICTS[ruling], content_sha256=content_sha256, at=at)


def apply_ruling(policy: Policy, review: Review, decision: Decision | None) -> tuple[Review, Progress]:
    """Return review and progress after a ruling: a referral begins the policy's strictest path. Raises as `take` does."""
    if decision is not None:
        return review, take(review, Progress(), decision)
    people = Review(
        content_sha256=review.content_sha256,
        path=policy.paths[policy.strictest],
        amount=review.amount,
        currency=review.currency,
        own=review.own,
    )
    return people, Progress()
